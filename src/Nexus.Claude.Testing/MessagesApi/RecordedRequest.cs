using System.Text.Json;

namespace Nexus.Claude.Testing;

/// <summary>One request the scripted Messages API received, as it came.</summary>
public sealed class RecordedRequest
{
    private readonly TaskCompletionSource<ReplyOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal RecordedRequest(int number, string method, string path, IReadOnlyDictionary<string, string> headers, JsonElement body)
    {
        Number = number;
        Method = method;
        Path = path;
        Headers = headers;
        Body = body;
        Messages = Items(body, "messages");
        Kind = RequestClassifier.KindOf(this);
    }

    /// <summary>The place in the order of arrival, from 1.</summary>
    public int Number { get; }

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>The path without the query, such as <c>/v1/messages</c>.</summary>
    public string Path { get; }

    /// <summary>
    /// The headers by case-insensitive name, exactly as sent; several values are joined by a comma. Credentials (<c>x-api-key</c>,
    /// <c>authorization</c>) are not removed: in a hermetic run they are dummies, with a real key do not write this to a log.
    /// </summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>The JSON body; <see cref="JsonValueKind.Undefined"/> when there was none or it was not JSON.</summary>
    public JsonElement Body { get; }

    /// <summary>What the request is for.</summary>
    public RequestKind Kind { get; }

    /// <summary>How the answer ended; completes when the API has finished with the request.</summary>
    public Task<ReplyOutcome> Outcome => _outcome.Task;

    /// <summary>The model asked for; empty when the request names none.</summary>
    public string Model => Text(Body, "model") ?? "";

    /// <summary>True when the answer is to be streamed.</summary>
    public bool IsStreaming => Member(Body, "stream").ValueKind is JsonValueKind.True;

    /// <summary>The conversation so far: the items of <c>messages</c>.</summary>
    public IReadOnlyList<JsonElement> Messages { get; }

    /// <summary>The system prompt; its blocks are joined by an empty line.</summary>
    public string System => string.Join("\n\n", SystemBlocks);

    /// <summary>The system prompt block by block. The CLI puts a billing line and its identity in front of the caller's text.</summary>
    public IReadOnlyList<string> SystemBlocks => TextsOf(Member(Body, "system"));

    /// <summary>The names of the tools offered to the model.</summary>
    public IReadOnlyList<string> ToolNames => [.. Items(Body, "tools").Select(tool => Text(tool, "name")).OfType<string>()];

    /// <summary>
    /// The text of the newest user message that has one, without the CLI's own <c>&lt;system-reminder&gt;</c> blocks; empty when there is
    /// none. Messages that carry only tool results are passed over.
    /// </summary>
    public string LastUserText
    {
        get
        {
            for (int i = Messages.Count - 1; i >= 0; i--)
            {
                if (Text(Messages[i], "role") != "user")
                    continue;
                var texts = TextsOf(Member(Messages[i], "content")).Where(text => !IsReminder(text)).ToList();
                if (texts.Count > 0)
                    return string.Join("\n", texts);
            }

            return "";
        }
    }

    /// <summary>The <c>tool_result</c> blocks of the last user message, in order: what the tools of the previous reply gave.</summary>
    public IReadOnlyList<JsonElement> ToolResults
    {
        get
        {
            var last = Messages.LastOrDefault(message => Text(message, "role") == "user");
            return [.. Items(last, "content").Where(block => Text(block, "type") == "tool_result")];
        }
    }

    internal string LastUserTextWithReminders
    {
        get
        {
            var last = Messages.LastOrDefault(message => Text(message, "role") == "user");
            return string.Join("\n", TextsOf(Member(last, "content")));
        }
    }

    /// <summary>The method, the path and the kind.</summary>
    /// <returns>One line for people.</returns>
    public override string ToString() => $"#{Number} {Method} {Path} ({Kind})";

    internal void Finish(ReplyOutcome outcome) => _outcome.TrySetResult(outcome);

    internal static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    internal static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    internal static IReadOnlyList<JsonElement> Items(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Array } array ? [.. array.EnumerateArray()] : [];

    private static bool IsReminder(string text) => text.AsSpan().TrimStart().StartsWith("<system-reminder>", StringComparison.Ordinal);

    private static IReadOnlyList<string> TextsOf(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => [content.GetString()!],
        JsonValueKind.Array => [.. content.EnumerateArray().Select(block => Text(block, "text")).OfType<string>()],
        _ => [],
    };
}
