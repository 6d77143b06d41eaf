namespace Nexus.Claude.Sessions;

/// <summary>How the CLI names the folder in which it keeps the transcripts of a project (protocol.md 8.1).</summary>
internal static class ProjectFolder
{
    /// <summary>A longer name is cut here and made unique by a hash.</summary>
    internal const int LongestName = 200;

    /// <summary>Overrides the name; heeded by the CLI when <c>CLAUDE_CONFIG_DIR</c> is set too.</summary>
    private const string NameVariable = "CLAUDE_CODE_PROJECT_DIR_NAME";

    /// <summary>The name for a project.</summary>
    /// <param name="directory">The project's folder.</param>
    /// <returns>The name, safe as the name of a file.</returns>
    public static string NameOf(string directory) => Encode(CanonicalPath.Resolve(directory));

    /// <summary>The name under which a session of these options keeps its transcript.</summary>
    /// <param name="options">The options.</param>
    /// <returns>The name.</returns>
    public static string NameOf(ClaudeOptions options)
    {
        if (ConfigDirectory.Variable(options, ConfigDirectory.VariableName) is { Length: > 0 }
            && ConfigDirectory.Variable(options, NameVariable) is { Length: > 0 } name
            && name is not ("." or "..") && Path.GetFileName(name) == name)
            return name;
        return NameOf(options.WorkingDirectory is { Length: > 0 } directory ? directory : Directory.GetCurrentDirectory());
    }

    /// <summary>The name for a path that is canonical already.</summary>
    /// <param name="canonicalPath">The path.</param>
    /// <returns>The name.</returns>
    internal static string Encode(string canonicalPath)
    {
        var name = string.Create(canonicalPath.Length, canonicalPath, static (span, path) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsAsciiLetterOrDigit(path[i]) ? path[i] : '-';
        });
        return name.Length <= LongestName ? name : $"{name[..LongestName]}-{Hash(canonicalPath)}";
    }

    private static string Hash(string path)
    {
        var hash = 0;
        foreach (var unit in path)
            hash = unchecked((hash << 5) - hash + unit);

        var rest = Math.Abs((long)hash);
        Span<char> digits = stackalloc char[8];
        var at = digits.Length;
        do
        {
            digits[--at] = "0123456789abcdefghijklmnopqrstuvwxyz"[(int)(rest % 36)];
            rest /= 36;
        }
        while (rest > 0);
        return new string(digits[at..]);
    }
}
