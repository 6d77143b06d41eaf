using System.Text;

namespace Nexus.Claude.Cli;

/// <summary>Reads the part of an <c>.npmrc</c> that says where packages come from.</summary>
internal static class Npmrc
{
    /// <summary>Reads <c>key = value</c> lines. Lists and sections, which say nothing about registries, are passed over.</summary>
    /// <param name="text">The file.</param>
    /// <param name="variable">Answers what <c>${NAME}</c> stands for; null leaves it as it is written.</param>
    /// <returns>The settings; the last of several with the same key counts.</returns>
    public static IReadOnlyDictionary<string, string> Parse(string text, Func<string, string?> variable)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var rawLine in text.Split('\n'))
        {
            var line = rawLine.Trim().TrimStart('\uFEFF');
            if (line.Length == 0 || line[0] is ';' or '#')
                continue;
            if (line[0] == '[')
                break;

            var separator = line.IndexOf('=', StringComparison.Ordinal);
            var key = Expand(Unquote(separator < 0 ? line : line[..separator]), variable);
            if (key.Length == 0 || key.EndsWith("[]", StringComparison.Ordinal))
                continue;
            settings[key] = separator < 0 ? "true" : Expand(Unquote(line[(separator + 1)..]), variable);
        }

        return settings;
    }

    private static string Unquote(string text)
    {
        text = text.Trim();
        if (text.Length >= 2 && text[0] is '"' or '\'' && text[^1] == text[0])
            return text[1..^1];

        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is ';' or '#')
                break;
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is ';' or '#' or '\\')
                i++;
            plain.Append(text[i]);
        }

        return plain.ToString().Trim();
    }

    // ${NAME} stays when NAME is not set, ${NAME?} becomes empty, and a backslash before it means it literally, as npm has it.
    private static string Expand(string text, Func<string, string?> variable)
    {
        var expanded = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var end = text[i] == '$' && i + 1 < text.Length && text[i + 1] == '{' ? text.IndexOf('}', i + 2) : -1;
            if (end < 0 || (i > 0 && text[i - 1] == '\\'))
            {
                expanded.Append(text[i]);
                continue;
            }

            var name = text[(i + 2)..end];
            var isOptional = name.EndsWith('?');
            expanded.Append(variable(name.TrimEnd('?')) ?? (isOptional ? "" : text[i..(end + 1)]));
            i = end;
        }

        return expanded.ToString();
    }
}
