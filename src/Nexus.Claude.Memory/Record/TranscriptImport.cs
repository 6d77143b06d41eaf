using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Memory.Record;

/// <summary>Reads a transcript of Claude Code, line by line, into messages. Their ids are those of the transcript, so reading it again changes nothing.</summary>
internal sealed class TranscriptImport(ConversationMemory recorder)
{
    private readonly Dictionary<string, (string Name, JsonElement Input)> _calls = new(StringComparer.Ordinal);
    private string? _session;

    /// <summary>The messages of a line; none when it is nothing that anybody said.</summary>
    public IReadOnlyList<MemoryMessage> Read(string line)
    {
        JsonElement entry;
        try
        {
            entry = JsonElement.Parse(line);
        }
        catch (JsonException)
        {
            // The last line of a session that is going on may be half a line.
            return [];
        }

        if (entry.ValueKind != JsonValueKind.Object || Text(entry, "type") is not ("user" or "assistant") || True(entry, "isSidechain") || True(entry, "isMeta")
            || True(entry, "isCompactSummary") || True(entry, "isApiErrorMessage")
            || !entry.TryGetProperty("message", out var message) || message.ValueKind != JsonValueKind.Object || Text(entry, "uuid") is not { } id
            || Text(entry, "sessionId") is not { Length: > 0 } session
            || !entry.TryGetProperty("timestamp", out var stamp) || stamp.ValueKind != JsonValueKind.String || !stamp.TryGetDateTimeOffset(out var time))
            return [];

        if (_session != session)
            recorder.ResumeConversation(_session = session, Text(entry, "cwd"), 0);
        if (message.TryGetProperty("content", out var content))
            Record(Text(entry, "type") == "user", id, content);
        return [.. recorder.TakePendingMessages().Select(made => made with { CreatedAt = time, WorkingDirectory = made.WorkingDirectory ?? Text(entry, "cwd") })];
    }

    private void Record(bool isUser, string id, JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            Say(isUser, id, content.GetString()!);
            return;
        }

        if (content.ValueKind != JsonValueKind.Array)
            return;
        var text = new StringBuilder();
        foreach (var block in content.EnumerateArray().Where(block => block.ValueKind == JsonValueKind.Object))
        {
            switch (Text(block, "type"))
            {
                case "text":
                    text.AppendLine(Text(block, "text"));
                    break;
                case "tool_use" when Text(block, "id") is { } call && Text(block, "name") is { } name && block.TryGetProperty("input", out var input):
                    _calls[call] = (name, input);
                    break;
                case "tool_result" when Text(block, "tool_use_id") is { } answered && _calls.Remove(answered, out var made):
                    recorder.RecordToolResult(made.Name, made.Input, ResultText(block), True(block, "is_error"), answered);
                    break;
            }
        }

        if (text.Length > 0)
            Say(isUser, id, text.ToString().Trim());
    }

    private void Say(bool isUser, string id, string text)
    {
        // Commands and their output, interruptions: the CLI's words in the user's place.
        if (string.IsNullOrWhiteSpace(text) || (isUser && (text.StartsWith("<command-", StringComparison.Ordinal)
            || text.StartsWith("<local-command-", StringComparison.Ordinal) || text.StartsWith("<task-notification", StringComparison.Ordinal)
            || text.StartsWith("[Request interrupted", StringComparison.Ordinal) || text.StartsWith("Caveat:", StringComparison.Ordinal))))
            return;
        if (isUser)
            recorder.RecordUserMessage(text, id);
        else
            recorder.RecordAnswerPiece(text, id);
    }

    private static string? ResultText(JsonElement block)
    {
        if (!block.TryGetProperty("content", out var content))
            return null;
        if (content.ValueKind == JsonValueKind.String)
            return content.GetString();
        return content.ValueKind != JsonValueKind.Array ? null
            : string.Join('\n', content.EnumerateArray().Where(part => part.ValueKind == JsonValueKind.Object).Select(part => Text(part, "text")).OfType<string>());
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool True(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
