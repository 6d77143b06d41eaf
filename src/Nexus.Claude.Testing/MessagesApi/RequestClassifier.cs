using System.Text.Json;

namespace Nexus.Claude.Testing;

/// <summary>Tells the CLI's side requests from the conversation's, by the marks CLI 2.1.330 puts on them.</summary>
internal static class RequestClassifier
{
    public static RequestKind KindOf(RecordedRequest request)
    {
        if (request.Method != "POST")
            return RequestKind.Other;
        if (request.Path == "/v1/messages/count_tokens")
            return RequestKind.TokenCount;
        if (request.Path != "/v1/messages")
            return RequestKind.Other;

        string last = request.LastUserTextWithReminders;
        if (last.Contains("<system-reminder>This is a side question", StringComparison.Ordinal))
            return RequestKind.SideQuestion;
        if (last.StartsWith("CRITICAL: Respond with TEXT ONLY.", StringComparison.Ordinal))
            return RequestKind.Compaction;

        // A conversation may have no tools either (--tools=), so their absence alone proves nothing.
        if (request.ToolNames.Count > 0)
            return RequestKind.Conversation;
        if (AsksForTitle(request))
            return RequestKind.SessionTitle;
        return IsAuxiliary(request, last) ? RequestKind.Auxiliary : RequestKind.Conversation;
    }

    // The conversation's own structured output travels as a tool; an output format is only on the CLI's helper calls.
    private static bool AsksForTitle(RecordedRequest request)
    {
        var format = RecordedRequest.Member(RecordedRequest.Member(request.Body, "output_config"), "format");
        var properties = RecordedRequest.Member(RecordedRequest.Member(format, "schema"), "properties");
        return RecordedRequest.Member(properties, "title").ValueKind is not JsonValueKind.Undefined
            || request.SystemBlocks.Any(block => block.StartsWith("You are naming a coding session", StringComparison.Ordinal));
    }

    private static bool IsAuxiliary(RecordedRequest request, string last)
    {
        bool oneToken = RecordedRequest.Member(request.Body, "max_tokens") is { ValueKind: JsonValueKind.Number } max
            && max.TryGetInt32(out int tokens) && tokens <= 1;
        return oneToken || last.TrimStart().StartsWith("Web page content:", StringComparison.Ordinal);
    }
}
