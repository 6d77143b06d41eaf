using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Server.Tests.Clients;

/// <summary>
/// A model that does what the prompt says, so that tests in other languages can script it: <c>[[say:text]]</c>, <c>[[chunks:a|b]]</c>,
/// <c>[[think:text]]</c>, <c>[[call:tool {json}]]</c> (several are parallel), <c>[[breaks:text]]</c>, <c>[[error:status]]</c>,
/// <c>[[usage:input,read,created,output]]</c>, and questions about the request: <c>[[body:member]]</c>, <c>[[images]]</c>, <c>[[history]]</c>.
/// Results of tools are answered by <c>Results: ...</c>, unless they hold an instruction themselves.
/// </summary>
internal static partial class ScriptedAnswers
{
    public static ScriptedReply Answer(RecordedRequest request)
    {
        var results = request.ToolResults.Select(TextOf).ToList();
        var text = results.Count > 0 ? string.Join("\n", results) : request.LastUserText;
        var instructions = Instructions().Matches(text).Select(match => (Verb: match.Groups[1].Value, Value: match.Groups[2].Value)).ToList();
        if (results.Count > 0 && instructions.Count == 0)
            return ScriptedReply.Text("Results: " + string.Join(", ", results));

        ScriptedReply? reply = null;
        ScriptedUsage? usage = null;
        foreach (var (verb, value) in instructions)
        {
            switch (verb)
            {
                case "say":
                    reply = reply?.ThenText(value) ?? ScriptedReply.Text(value);
                    break;
                case "chunks":
                    reply = ScriptedReply.TextChunks(value.Split('|'));
                    break;
                case "think":
                    reply = reply?.ThenThinking(value) ?? ScriptedReply.Thinking(value);
                    break;
                case "call":
                    var (name, json) = (value[..value.IndexOf(' ', StringComparison.Ordinal)], value[(value.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
                    var full = request.ToolNames.FirstOrDefault(tool => tool.EndsWith("__" + name, StringComparison.Ordinal)) ?? name;
                    reply = reply?.ThenToolUse(full, json) ?? ScriptedReply.ToolUse(full, json);
                    break;
                case "breaks":
                    return ScriptedReply.Text(value).ErrorMidStream(afterEvents: 4);
                case "error":
                    return ScriptedReply.Error(int.Parse(value, CultureInfo.InvariantCulture));
                case "usage":
                    int[] figures = [.. value.Split(',').Select(figure => int.Parse(figure, CultureInfo.InvariantCulture))];
                    usage = new ScriptedUsage(figures[0], figures[3], figures[1], figures[2]);
                    break;
                case "body":
                    return ScriptedReply.Text(request.Body.TryGetProperty(value, out var member) ? member.GetRawText() : "absent");
                case "images":
                    return ScriptedReply.Text(string.Join(", ", Images(request)));
                case "history":
                    // Messages of the role system are the CLI's own.
                    return ScriptedReply.Text(string.Join(' ', request.Messages.Select(message => message.GetProperty("role").GetString()).Where(role => role != "system")));
                default:
                    return ScriptedReply.Text($"There is no instruction '{verb}'.");
            }
        }

        reply ??= ScriptedReply.Text("You said: " + text);
        return usage is null ? reply : reply.WithUsage(usage);
    }

    private static IEnumerable<string> Images(RecordedRequest request)
    {
        foreach (var block in request.Messages.SelectMany(message => message.GetProperty("content") is { ValueKind: JsonValueKind.Array } content ? content.EnumerateArray() : []))
        {
            if (block.GetProperty("type").GetString() != "image")
                continue;
            var source = block.GetProperty("source");
            var type = source.GetProperty("type").GetString();
            yield return $"{type} {source.GetProperty(type == "url" ? "url" : "media_type").GetString()}";
        }
    }

    private static string TextOf(JsonElement result)
    {
        if (!result.TryGetProperty("content", out var content))
            return "";
        return content.ValueKind == JsonValueKind.String
            ? content.GetString()!
            : string.Concat(content.EnumerateArray().Where(block => block.GetProperty("type").GetString() == "text").Select(block => block.GetProperty("text").GetString()));
    }

    [GeneratedRegex(@"\[\[(\w+):?((?:(?!\]\]).|\](?=\]\]))*)\]\]", RegexOptions.Singleline)]
    private static partial Regex Instructions();
}
