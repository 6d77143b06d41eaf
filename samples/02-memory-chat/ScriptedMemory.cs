using System.Text.Json;
using Nexus.Claude.Testing;

namespace MemoryChat;

/// <summary>Stands in for a model on a machine without an account: repeats what the CLI's request brings from the memory, which is all it knows.</summary>
internal static class ScriptedMemory
{
    public static ScriptedReply Answer(RecordedRequest request)
    {
        if (request.Kind != RequestKind.Conversation)
            return ScriptedReply.Text("ok");
        var recalled = Recalled(request);
        return ScriptedReply.Text(recalled.Count == 0
            ? "I am a scripted model, and nothing of it was recalled."
            : $"I am a scripted model. From earlier conversations I was given:\n{string.Join('\n', recalled)}");
    }

    // The lines of the frame that came with the last prompt: "[m1 | 2026-11-20 14:02 | user] The port is 8443."
    private static List<string> Recalled(RecordedRequest request)
    {
        // Whatever follows the last answer belongs to this prompt, in one message or in several.
        var turn = request.Messages.Reverse().TakeWhile(message => !message.GetProperty("role").ValueEquals("assistant"));
        string text = string.Join('\n', turn.SelectMany(message => Texts(message.GetProperty("content"))));
        int frame = text.LastIndexOf("<recalled-context ", StringComparison.Ordinal);
        return frame < 0 ? [] : [.. text[frame..].Split('\n').Where(line => line.StartsWith("[m", StringComparison.Ordinal))];
    }

    private static IEnumerable<string> Texts(JsonElement content) => content.ValueKind == JsonValueKind.String
        ? [content.GetString()!]
        : content.EnumerateArray().Where(block => block.TryGetProperty("text", out _)).Select(block => block.GetProperty("text").GetString()!);
}
