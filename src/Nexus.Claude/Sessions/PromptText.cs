using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Nexus.Claude.Sessions;

/// <summary>What a person said in an entry, as one short line.</summary>
internal static class PromptText
{
    private const int Longest = 200;
    private const string CommandStart = "<command-name>";
    private const string CommandEnd = "</command-name>";

    // Written by the CLI in the user's name.
    private static readonly string[] Generated =
        ["<local-command", "<session-start-hook>", "[Request interrupted", "<tick>", "<goal>", "<system-reminder>"];

    /// <summary>Finds the prompt in an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="text">The prompt, or the name of a slash command.</param>
    /// <param name="isCommand">True for a slash command.</param>
    /// <returns>False when the entry holds no words of a person.</returns>
    public static bool TryRead(JsonElement entry, [NotNullWhen(true)] out string? text, out bool isCommand)
    {
        text = null;
        isCommand = false;
        if (TranscriptEntry.Text(entry, "type") != "user"
            || TranscriptEntry.Member(entry, "isMeta").ValueKind == JsonValueKind.True
            || TranscriptEntry.Member(entry, "isCompactSummary").ValueKind == JsonValueKind.True)
            return false;
        foreach (var each in TextsOf(TranscriptEntry.Member(TranscriptEntry.Member(entry, "message"), "content")))
        {
            var trimmed = each.Trim();
            if (trimmed.Length == 0 || Array.Exists(Generated, start => trimmed.StartsWith(start, StringComparison.Ordinal)))
                continue;
            if (CommandOf(trimmed) is { } command)
            {
                text ??= command;
                isCommand = true;
                continue;
            }

            text = Shorten(trimmed);
            isCommand = false;
            return true;
        }

        return text is not null;
    }

    /// <summary>A text on one line, at most 200 characters of it.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The line.</returns>
    public static string Shorten(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        if (line.Length <= Longest)
            return line;
        var end = char.IsHighSurrogate(line[Longest - 1]) ? Longest - 1 : Longest;
        return line[..end].TrimEnd() + "…";
    }

    private static IEnumerable<string> TextsOf(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String)
            return TranscriptEntry.ValueOf(content) is { } text ? [text] : [];
        if (content.ValueKind != JsonValueKind.Array)
            return [];
        var blocks = content.EnumerateArray().ToList();
        return blocks.Exists(block => TranscriptEntry.Text(block, "type") == "tool_result")
            ? []
            : blocks.Where(block => TranscriptEntry.Text(block, "type") == "text").Select(block => TranscriptEntry.Text(block, "text")).OfType<string>();
    }

    private static string? CommandOf(string text)
    {
        var start = text.IndexOf(CommandStart, StringComparison.Ordinal);
        if (start < 0)
            return null;
        start += CommandStart.Length;
        var end = text.IndexOf(CommandEnd, start, StringComparison.Ordinal);
        return end > start ? Shorten(text[start..end]) : null;
    }
}
