using System.Text.Json;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Server.Tests.Sessions;

/// <summary>Reads what the API was sent.</summary>
internal static class AskedText
{
    /// <summary>The conversation, a line for each block; what the CLI adds on its own (system messages, reminders) is left out.</summary>
    public static IReadOnlyList<string> Said(this RecordedRequest request) =>
    [
        .. request.Messages
            .Where(message => message.GetProperty("role").GetString() != "system")
            .SelectMany(message => Blocks(message).Select(text => $"{message.GetProperty("role").GetString()}: {text}")),
    ];

    public static JsonElement? Member(this RecordedRequest request, string name) =>
        request.Body.TryGetProperty(name, out var value) ? value : null;

    private static IEnumerable<string> Blocks(JsonElement message)
    {
        var content = message.GetProperty("content");
        if (content.ValueKind == JsonValueKind.String)
            return [content.GetString()!];
        return content.EnumerateArray()
            .Where(block => !(block.TryGetProperty("text", out var text) && text.GetString()!.StartsWith("<system-reminder>\nAs you answer", StringComparison.Ordinal)))
            .Select(block => block.GetProperty("type").GetString() switch
            {
                "text" => block.GetProperty("text").GetString()!,
                "tool_use" => $"[{block.GetProperty("name").GetString()} {block.GetProperty("id").GetString()} {block.GetProperty("input").GetRawText()}]",
                "tool_result" => $"[result {block.GetProperty("tool_use_id").GetString()} {TextOf(block)}]",
                var type => $"[{type}]",
            });
    }

    private static string TextOf(JsonElement result)
    {
        if (!result.TryGetProperty("content", out var content))
            return "";
        return content.ValueKind == JsonValueKind.String
            ? content.GetString()!
            : string.Concat(content.EnumerateArray().Select(block => block.TryGetProperty("text", out var text) ? text.GetString() : block.GetProperty("type").GetString()));
    }
}
