using System.Text;
using System.Text.Json;
using Nexus.Claude.Server.Conversations;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Responses;

/// <summary>A response while it is written. Asked by other requests meanwhile, so each access holds its lock.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="createdAt">When it was begun.</param>
internal sealed class ResponseState(ResponseRequest request, DateTimeOffset createdAt)
{
    private readonly Lock _gate = new();
    private readonly List<OutputItem> _output = [];
    private TurnUsage? _usage;
    private GatewayException? _error;
    private string? _incomplete;

    /// <summary>Its id.</summary>
    public string Id { get; } = RequestIds.New(StoredResponse.IdPrefix);

    /// <summary>What was asked for.</summary>
    public ResponseRequest Request => request;

    /// <summary><c>in_progress</c>, <c>completed</c>, <c>incomplete</c>, <c>failed</c> or <c>cancelled</c>.</summary>
    public string Status { get; private set; } = "in_progress";

    /// <summary>Whether it is being written.</summary>
    public bool IsRunning => Status == "in_progress";

    /// <summary>Begins an item of the output.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="isShown">Whether the client sees it.</param>
    /// <param name="callId">The call's id, for a call.</param>
    /// <param name="name">The tool, for a call.</param>
    /// <returns>The item.</returns>
    public OutputItem Begin(ItemKind kind, bool isShown, string callId = "", string name = "")
    {
        lock (_gate)
        {
            var item = new OutputItem(kind, isShown ? _output.Count(static item => item.IsShown) : -1) { CallId = callId, Name = name };
            _output.Add(item);
            return item;
        }
    }

    /// <summary>Adds to an item.</summary>
    /// <param name="item">The item.</param>
    /// <param name="text">What is added.</param>
    public void Add(OutputItem item, string text)
    {
        lock (_gate)
            item.Text.Append(text);
    }

    /// <summary>Ends the response.</summary>
    /// <param name="ended">How.</param>
    public void End(TurnEvent.Ended ended)
    {
        lock (_gate)
        {
            (Status, _incomplete) = ended.Reason switch
            {
                EndReason.MaxTokens or EndReason.ContextWindow => ("incomplete", "max_output_tokens"),
                EndReason.Refusal => ("incomplete", "content_filter"),
                EndReason.Interrupted => ("cancelled", null),
                _ => ("completed", (string?)null),
            };
            _usage = ended.Usage;
            foreach (var item in _output)
                item.IsDone = true;
        }
    }

    /// <summary>Ends the response by a failure.</summary>
    /// <param name="error">The failure.</param>
    public void Fail(GatewayException error)
    {
        lock (_gate)
            (Status, _error) = ("failed", error);
    }

    /// <summary>What is kept of the output: also thoughts that are not shown, without what was cut off.</summary>
    /// <returns>The items.</returns>
    public IReadOnlyList<ConversationItem> KeptOutput()
    {
        lock (_gate)
            return [.. _output.Select(static item => item.ToItem()).OfType<ConversationItem>()];
    }

    /// <summary>The response as clients get it.</summary>
    /// <param name="status">Another status than its own; null for its own.</param>
    /// <returns>UTF-8 JSON.</returns>
    public ReadOnlyMemory<byte> ToUtf8(string? status = null)
    {
        lock (_gate)
            return JsonReply.ToUtf8(writer => ResponseWriter.Write(writer, this, status ?? Status, createdAt, _usage, _error, _incomplete));
    }

    /// <summary>Writes the items that the client sees.</summary>
    /// <param name="writer">Gets the array.</param>
    internal void WriteOutput(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("output"u8);
        foreach (var item in _output.Where(static item => item.IsShown))
            item.Write(writer, request.IncludesEncrypted, Status == "completed" || item.IsDone ? item.IsWhole ? "completed" : "incomplete" : "in_progress");
        writer.WriteEndArray();
    }
}

/// <summary>One item of an output while it is written.</summary>
/// <param name="kind">What it is.</param>
/// <param name="index">Its place among those that the client sees; -1 for one that it does not.</param>
internal sealed class OutputItem(ItemKind kind, int index)
{
    /// <summary>Its id.</summary>
    public string Id { get; } = ConversationItem.NewId(kind);

    /// <summary>What it is.</summary>
    public ItemKind Kind => kind;

    /// <summary>Its place among those that the client sees.</summary>
    public int Index => index;

    /// <summary>Whether the client sees it.</summary>
    public bool IsShown => index >= 0;

    /// <summary>The text, the thought, or the arguments of the call.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>The call's id.</summary>
    public string CallId { get; init; } = "";

    /// <summary>The tool that is called.</summary>
    public string Name { get; init; } = "";

    /// <summary>The API's signature of the thought; null for none.</summary>
    public string? Signature { get; set; }

    /// <summary>Whether nothing more comes.</summary>
    public bool IsDone { get; set; }

    /// <summary>Whether nothing of it was cut off.</summary>
    public bool IsWhole => kind != ItemKind.FunctionCall || Arguments() is not null;

    /// <summary>The item as it is kept.</summary>
    /// <returns>The item; null for one that is empty or was cut off.</returns>
    public ConversationItem? ToItem()
    {
        var text = Text.ToString();
        ContentBlock? block = kind switch
        {
            ItemKind.FunctionCall => Arguments() is { } input ? new ToolUseBlock { Id = CallId, Name = Name, Input = input } : null,
            ItemKind.Reasoning => text.Length > 0 || Signature is not null ? new ThinkingBlock { Thinking = text, Signature = Signature } : null,
            _ => text.Length > 0 ? new TextBlock(text) : null,
        };
        return block is null ? null : new ConversationItem(Id, ItemRole.Assistant, [block]);
    }

    /// <summary>Writes the item as it is so far.</summary>
    /// <param name="writer">Gets the object.</param>
    /// <param name="includeEncrypted">See <see cref="ItemWriter.Write"/>.</param>
    /// <param name="status">How far it is.</param>
    public void Write(Utf8JsonWriter writer, bool includeEncrypted, string status)
    {
        if (ToItem() is { } item && (kind != ItemKind.FunctionCall || IsDone))
        {
            ItemWriter.Write(writer, item, includeEncrypted, status);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("id"u8, Id);
        switch (kind)
        {
            case ItemKind.FunctionCall:
                writer.WriteString("type"u8, "function_call"u8);
                writer.WriteString("status"u8, status);
                writer.WriteString("call_id"u8, CallId);
                writer.WriteString("name"u8, Name);
                writer.WriteString("arguments"u8, Text.ToString());
                break;
            case ItemKind.Reasoning:
                writer.WriteString("type"u8, "reasoning"u8);
                writer.WriteStartArray("summary"u8);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteString("type"u8, "message"u8);
                writer.WriteString("status"u8, status);
                writer.WriteString("role"u8, "assistant"u8);
                writer.WriteStartArray("content"u8);
                writer.WriteEndArray();
                break;
        }

        writer.WriteEndObject();
    }

    private JsonElement? Arguments()
    {
        try
        {
            return RequestBody.ParseJson(Text.Length == 0 ? "{}"u8.ToArray() : Encoding.UTF8.GetBytes(Text.ToString()));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
