using Nexus.Claude.Server.Conversations;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Responses;

/// <summary>Turns the events of a turn into a response, and into its events where it is streamed.</summary>
/// <param name="state">The response.</param>
/// <param name="events">Where its events go; null when it is not streamed.</param>
internal sealed class ResponseRun(ResponseState state, ResponseEvents? events)
{
    private readonly Dictionary<int, OutputItem> _calls = [];
    private OutputItem? _open;
    private bool _hasText;

    /// <summary>Takes an event in.</summary>
    /// <param name="turnEvent">The event.</param>
    public void Take(TurnEvent turnEvent)
    {
        switch (turnEvent)
        {
            case TurnEvent.ThinkingDelta delta:
                Add(Open(ItemKind.Reasoning), delta.Text);
                break;
            case TurnEvent.ThinkingSignature signature:
                Open(ItemKind.Reasoning).Signature = signature.Value;
                Close();
                break;
            case TurnEvent.TextDelta delta:
                Say(delta.Text);
                break;
            case TurnEvent.ToolCall call:
                Close();
                _open = Begin(state.Begin(ItemKind.FunctionCall, isShown: true, call.Id, call.Name));
                _calls[call.Index] = _open;
                break;
            case TurnEvent.ToolArguments arguments when _calls.TryGetValue(arguments.Index, out var called):
                Add(called, arguments.Json);
                break;
            case TurnEvent.Ended ended:
                if (!_hasText && ended.StructuredOutput is { } output)
                    Say(output.GetRawText());
                Close();
                state.End(ended);
                break;
        }
    }

    private void Say(string text)
    {
        if (text.Length == 0)
            return;
        _hasText = true;
        Add(Open(ItemKind.Message), text);
    }

    private OutputItem Open(ItemKind kind)
    {
        if (_open?.Kind == kind)
            return _open;
        Close();
        return _open = Begin(state.Begin(kind, isShown: kind != ItemKind.Reasoning || state.Request.ShowsReasoning));
    }

    private OutputItem Begin(OutputItem item)
    {
        if (!item.IsShown || events is null)
            return item;
        events.Item("output_item.added", item, includeEncrypted: false, "in_progress");
        if (item.Kind == ItemKind.Message)
            events.Part("content_part.added", item, "");
        else if (item.Kind == ItemKind.Reasoning)
            events.Part("reasoning_summary_part.added", item, "");
        return item;
    }

    private void Add(OutputItem item, string text)
    {
        state.Add(item, text);
        if (item.IsShown && text.Length > 0)
            events?.Text($"{Name(item)}.delta", item, "delta", text);
    }

    private void Close()
    {
        if (_open is not { } item)
            return;
        _open = null;
        item.IsDone = true;
        if (!item.IsShown || events is null)
            return;
        var text = item.Text.ToString();
        events.Text($"{Name(item)}.done", item, item.Kind == ItemKind.FunctionCall ? "arguments" : "text", text);
        if (item.Kind == ItemKind.Message)
            events.Part("content_part.done", item, text);
        else if (item.Kind == ItemKind.Reasoning)
            events.Part("reasoning_summary_part.done", item, text);
        events.Item("output_item.done", item, state.Request.IncludesEncrypted, item.IsWhole ? "completed" : "incomplete");
    }

    private static string Name(OutputItem item) => item.Kind switch
    {
        ItemKind.Message => "output_text",
        ItemKind.Reasoning => "reasoning_summary_text",
        _ => "function_call_arguments",
    };
}
