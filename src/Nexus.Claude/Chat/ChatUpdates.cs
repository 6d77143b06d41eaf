using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Nexus.Claude.Chat;

/// <summary>
/// The messages of one turn as updates of Microsoft.Extensions.AI. Text and thinking come while they are written; calls of tools, which the
/// CLI has run by itself, come whole and marked as done.
/// </summary>
/// <param name="conversationId">The conversation, as the caller is to name it; null when it cannot be gone on with.</param>
/// <param name="responseId">The answer's id.</param>
/// <param name="request">The call.</param>
/// <param name="tools">The functions of the conversation.</param>
/// <param name="time">The clock.</param>
internal sealed class ChatUpdates(string? conversationId, string responseId, ChatRequest request, ChatTools tools, TimeProvider time)
{
    private readonly TurnOutcome _outcome = new();
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _thinking = new();
    private readonly HashSet<string> _hiddenCalls = new(StringComparer.Ordinal);
    private string? _model;
    private string? _messageId;
    private bool _signed;
    private bool _hasText;
    private bool _isRetried;
    private bool _isIncomplete;

    /// <summary>True once the last update has been made.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Takes in a message.</summary>
    /// <param name="message">The message.</param>
    /// <returns>What it brings.</returns>
    /// <exception cref="ClaudeResultException">The turn ended with an error.</exception>
    public IEnumerable<ChatResponseUpdate> Of(ClaudeMessage message)
    {
        _outcome.Observe(message);
        return message switch
        {
            StreamWarningMessage { Kind: StreamWarning.PartialMessagesDropped } => Dropped(),
            StreamEventMessage { IsSidechain: false } part => OfPart(part),
            AssistantMessage { IsSidechain: false } assistant => OfAssistant(assistant),
            UserMessage { IsSidechain: false } user => OfTools(user),
            ResultMessage result => [OfResult(result)],
            _ => [],
        };
    }

    private ChatResponseUpdate[] Dropped()
    {
        // The rest comes in whole blocks.
        _isIncomplete = true;
        return [];
    }

    private IEnumerable<ChatResponseUpdate> OfPart(StreamEventMessage part)
    {
        switch (part.Event)
        {
            case MessageStartEvent start:
                // The API is asked again: what comes now repeats what has been handed out, more or less.
                _isRetried = _text.Length > 0 || _thinking.Length > 0;
                _messageId = start.Message.Id;
                _model = start.Message.Model;
                yield break;
            case MessageDeltaEvent { Delta.StopReason.Value: "max_tokens" } limit when request.EndsAtLimit && !request.IsTyped:
                IsComplete = true;
                var last = New(ChatRole.Assistant, _messageId, part, new UsageContent(UsageOf(limit.Usage ?? new TokenUsage())));
                last.FinishReason = ChatFinishReason.Length;
                yield return last;
                yield break;
            case ContentBlockDeltaEvent { Delta: { } delta } when !_isRetried && !_isIncomplete:
                if (ContentOf(delta) is { } content)
                    yield return New(ChatRole.Assistant, _messageId, part, content);
                yield break;
        }
    }

    private AIContent? ContentOf(ContentDelta delta)
    {
        switch (delta)
        {
            case TextDelta { Text: { Length: > 0 } text } when !request.IsTyped:
                _text.Append(text);
                _hasText = true;
                return new TextContent(text);
            case ThinkingDelta { Thinking: { Length: > 0 } thinking }:
                _thinking.Append(thinking);
                return new TextReasoningContent(thinking);
            case SignatureDelta { Signature: { Length: > 0 } signature }:
                _signed = true;
                return new TextReasoningContent(null) { ProtectedData = signature };
            default:
                return null;
        }
    }

    private List<ChatResponseUpdate> OfAssistant(AssistantMessage message)
    {
        List<ChatResponseUpdate> updates = [];
        var id = message.MessageId.Length > 0 ? message.MessageId : _messageId;
        if (message.Model is { Length: > 0 } and not "<synthetic>")
            _model = message.Model;
        foreach (var block in message.Content)
        {
            if (ContentOf(block) is { } content)
                updates.Add(New(ChatRole.Assistant, id, message, content));
        }

        return updates;
    }

    private AIContent? ContentOf(ContentBlock block)
    {
        switch (block)
        {
            case TextBlock text when !request.IsTyped && Missing(text.Text, _text) is { Length: > 0 } missing:
                _hasText = true;
                return new TextContent(missing) { RawRepresentation = block };
            case ThinkingBlock thinking:
                var rest = Missing(thinking.Thinking, _thinking);
                var signature = _signed ? null : thinking.Signature;
                _signed = false;
                return rest.Length == 0 && signature is null ? null : new TextReasoningContent(rest) { ProtectedData = signature, RawRepresentation = block };
            case RedactedThinkingBlock redacted:
                return new TextReasoningContent(null) { ProtectedData = redacted.Data, RawRepresentation = block };
            case ToolUseBlock { Name: OutputSchema.ToolName } answer when request.IsTyped:
                _hiddenCalls.Add(answer.Id);
                return null;
            case ToolUseBlock call:
                return new FunctionCallContent(call.Id, tools.NameOf(call.Name), ArgumentsOf(call.Input)) { InformationalOnly = true, RawRepresentation = block };
            default:
                return null;
        }
    }

    /// <summary>What of a finished block has not been handed out in parts.</summary>
    private string Missing(string whole, StringBuilder streamed)
    {
        var said = streamed.ToString();
        streamed.Clear();
        var wasRetried = _isRetried;
        _isRetried = false;
        if (whole.StartsWith(said, StringComparison.Ordinal))
            return whole[said.Length..];
        return wasRetried ? whole : "";
    }

    private IEnumerable<ChatResponseUpdate> OfTools(UserMessage message)
    {
        foreach (var block in message.Content)
        {
            if (block is not ToolResultBlock result || _hiddenCalls.Contains(result.ToolUseId))
                continue;
            var content = new FunctionResultContent(result.ToolUseId, result.Text) { RawRepresentation = block };
            if (result.IsError)
                content.Exception = new ClaudeException(result.Text);
            yield return New(ChatRole.Tool, $"result_{result.ToolUseId}", message, content);
        }
    }

    private ChatResponseUpdate OfResult(ResultMessage result)
    {
        var text = _outcome.TextOrThrow(result);
        var update = New(ChatRole.Assistant, _messageId ?? responseId, result, new UsageContent(UsageOf(result.TurnUsage)) { RawRepresentation = result.TurnUsage });
        if (request.IsTyped)
            update.Contents.Insert(0, new TextContent(result.StructuredOutput is { } json ? json.GetRawText() : text));
        else if (!_hasText && text.Length > 0)
            update.Contents.Insert(0, new TextContent(text));
        IsComplete = true;
        update.FinishReason = FinishReasonOf(result.StopReason?.Value);
        if (result.TurnModelUsage is { } models)
            (update.AdditionalProperties ??= [])["cost_usd"] = models.Values.Sum(static model => model.CostUsd);
        return update;
    }

    private static ChatFinishReason FinishReasonOf(string? reason) => reason switch
    {
        "max_tokens" or "model_context_window_exceeded" => ChatFinishReason.Length,
        "refusal" => ChatFinishReason.ContentFilter,
        // Tools have run already: nothing is left for the caller to do.
        _ => ChatFinishReason.Stop,
    };

    private static UsageDetails UsageOf(TokenUsage usage) => new()
    {
        InputTokenCount = usage.TotalInputTokens,
        OutputTokenCount = usage.OutputTokens,
        TotalTokenCount = usage.TotalInputTokens + usage.OutputTokens,
        CachedInputTokenCount = usage.CacheReadInputTokens,
        ReasoningTokenCount = usage.OutputTokensDetails?.ThinkingTokens,
        AdditionalCounts = new AdditionalPropertiesDictionary<long> { ["CacheCreationInputTokenCount"] = usage.CacheCreationInputTokens },
    };

    private static Dictionary<string, object?> ArgumentsOf(JsonElement input)
    {
        var arguments = new Dictionary<string, object?>();
        if (input.ValueKind != JsonValueKind.Object)
            return arguments;
        foreach (var member in input.EnumerateObject())
            arguments[member.Name] = member.Value.Clone();
        return arguments;
    }

    private ChatResponseUpdate New(ChatRole role, string? messageId, ClaudeMessage raw, AIContent content) => new(role, [content])
    {
        ResponseId = responseId,
        MessageId = messageId,
        ConversationId = conversationId,
        ModelId = _model,
        CreatedAt = time.GetUtcNow(),
        RawRepresentation = raw,
    };
}
