namespace Nexus.Claude.Sessions;

/// <summary>Where a CLI keeps its settings and transcripts.</summary>
internal static class ConfigDirectory
{
    internal const string VariableName = "CLAUDE_CONFIG_DIR";

    /// <summary>The one of a CLI that inherits this program's environment.</summary>
    /// <returns>The folder, in full.</returns>
    public static string Default() => From(Environment.GetEnvironmentVariable);

    /// <summary>The one of a CLI with these options.</summary>
    /// <param name="options">The options.</param>
    /// <returns>The folder, in full.</returns>
    public static string Of(ClaudeOptions options) => From(name => Variable(options, name));

    /// <summary>The folder with transcripts.</summary>
    /// <param name="configDirectory">The CLI's folder.</param>
    /// <returns>The folder.</returns>
    public static string ProjectsOf(string configDirectory) => Path.Combine(configDirectory, "projects");

    /// <summary>A variable as the CLI will see it.</summary>
    /// <param name="options">The options.</param>
    /// <param name="name">The variable.</param>
    /// <returns>Its value; null when it is not set.</returns>
    internal static string? Variable(ClaudeOptions options, string name) =>
        options.Environment.TryGetValue(name, out var value) ? value
            : options.InheritEnvironment ? Environment.GetEnvironmentVariable(name) : null;

    private static string From(Func<string, string?> variable)
    {
        if (variable(VariableName) is { Length: > 0 } named)
            return CanonicalPath.Compose(Path.GetFullPath(named));
        var home = variable(OperatingSystem.IsWindows() ? "USERPROFILE" : "HOME") is { Length: > 0 } own
            ? own
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return CanonicalPath.Compose(Path.GetFullPath(Path.Combine(home, ".claude")));
    }
}
