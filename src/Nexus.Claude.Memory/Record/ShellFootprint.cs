using System.Buffers;
using System.Text;
using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory.Record;

/// <summary>The directory and the files of a shell command: words that are paths, not URLs, not expressions of sed, not options.</summary>
internal static class ShellFootprint
{
    private static readonly SearchValues<char> NotInPaths = SearchValues.Create("*?{}()|;&<>\n=");
    private static readonly string[] Devices = ["/dev/", "/proc/", "/sys/"];

    /// <summary>Adds the files of the command.</summary>
    /// <returns>The directory after its last <c>cd</c>, <c>pushd</c> or <c>git -C</c>.</returns>
    public static string? Read(string command, string? directory, List<string> files)
    {
        if (command.Length > 20_000)
            command = command[..20_000];
        string? program = null;
        var words = Words(command);
        for (int i = 0; i < words.Count; i++)
        {
            var (word, quoted, separates) = words[i];
            if (separates)
            {
                program = null;
                continue;
            }

            if (program is null)
            {
                // "NAME=value program"
                if (!quoted && word.Contains('=', StringComparison.Ordinal) && !word.Contains('/', StringComparison.Ordinal))
                    continue;
                program = word;
                if (ToolFootprint.IsAbsolute(word) || word.StartsWith("./", StringComparison.Ordinal))
                    AddFile(word, directory, files);
                continue;
            }

            if (program is "cd" or "pushd" or "Set-Location")
            {
                if (word is not ("-" or "/d") && !word.StartsWith('-') && !word.Contains('$', StringComparison.Ordinal))
                    directory = ToolFootprint.Resolve(word, directory);
                continue;
            }

            if (program == "git" && word == "-C" && i + 1 < words.Count)
            {
                directory = ToolFootprint.Resolve(words[++i].Word, directory);
                continue;
            }

            if (IsFile(program, word))
                AddFile(word, directory, files);
        }

        return directory is null ? null : MemoryPath.Normalize(directory);
    }

    private static void AddFile(string word, string? directory, List<string> files)
    {
        if (Devices.Any(device => word.StartsWith(device, StringComparison.Ordinal)))
            return;
        files.Add(ToolFootprint.Resolve(word, directory));
    }

    private static bool IsFile(string program, string word)
    {
        if (word.Length < 3 || word[0] is '-' or '$' or '!' or '@' || word.Contains("://", StringComparison.Ordinal) || word.AsSpan().ContainsAny(NotInPaths))
            return false;
        // "s/foo/bar/g" and "/start/,/end/p" are expressions.
        if (program is "sed" or "awk" or "perl" or "grep" or "rg" && !ToolFootprint.LooksLikeFile(word))
            return false;
        bool hasSlash = word.Contains('/', StringComparison.Ordinal) || word.Contains('\\', StringComparison.Ordinal);
        return ToolFootprint.IsAbsolute(word)
            ? word.AsSpan(1).IndexOfAny('/', '\\') >= 0 && !word.EndsWith('/')
            : ToolFootprint.LooksLikeFile(word) && (hasSlash || char.IsAsciiLetter(word[0])) && !char.IsAsciiDigit(word[^1]);
    }

    // Words as a shell divides them; a mark for what ends a command.
    private static List<(string Word, bool Quoted, bool Separates)> Words(string command)
    {
        var words = new List<(string, bool, bool)>();
        var word = new StringBuilder();
        bool quoted = false;
        char quote = '\0';
        for (int i = 0; i < command.Length; i++)
        {
            char c = command[i];
            if (quote != '\0')
            {
                if (c == quote)
                    quote = '\0';
                else
                    word.Append(c);
            }
            else if (c is '\'' or '"')
            {
                (quote, quoted) = (c, true);
            }
            else if (c == '\\' && i + 1 < command.Length && command[i + 1] is ' ' or '\n')
            {
                if (command[++i] == ' ')
                    word.Append(' ');
            }
            else if (char.IsWhiteSpace(c) || c is ';' or '&' or '|' or '(' or ')' or '<' or '>')
            {
                End();
                if (c is ';' or '&' or '|' or '(' or ')' or '\n')
                    words.Add(("", false, true));
            }
            else
            {
                word.Append(c);
            }
        }

        End();
        return words;

        void End()
        {
            if (word.Length > 0)
                words.Add((word.ToString(), quoted, false));
            word.Clear();
            quoted = false;
        }
    }
}
