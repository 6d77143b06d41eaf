using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What the user may want to ask next. At most one, after the result.</summary>
public sealed record PromptSuggestionMessage : ClaudeMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "prompt_suggestion";

    /// <summary>The prompt.</summary>
    [JsonPropertyName("suggestion")]
    public string Suggestion { get; init => field = value ?? ""; } = "";

    private protected override string Describe() => Suggestion;
}

/// <summary>The conversation starts anew, for example after <c>/clear</c>.</summary>
public sealed record ConversationResetMessage : ClaudeMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "conversation_reset";

    /// <summary>The new conversation.</summary>
    [JsonPropertyName("new_conversation_id")]
    public string NewConversationId { get; init => field = value ?? ""; } = "";

    /// <summary>What caused it: <c>clear</c>, <c>plan_mode_exit</c>, <c>fresh_session</c> or <c>onboarding</c>.</summary>
    [JsonPropertyName("trigger")]
    public string? Trigger { get; init; }

    /// <summary>The <c>uuid</c> of the user message that caused it.</summary>
    [JsonPropertyName("user_message_uuid")]
    public string? UserMessageUuid { get; init; }

    /// <summary>When, by the CLI's clock.</summary>
    [JsonIgnore]
    public DateTimeOffset? Timestamp
    {
        get => IsoTimestamp.Read(WireTimestamp);
        init => WireTimestamp = IsoTimestamp.Write(value);
    }

    [JsonInclude]
    [JsonPropertyName("timestamp")]
    internal string? WireTimestamp { get; init; }
}

/// <summary>The goal that the agent pursues, or that there is none any more.</summary>
public sealed record ActiveGoalMessage : ClaudeMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "active_goal";

    /// <summary>The goal; null when there is none.</summary>
    [JsonPropertyName("value")]
    public ActiveGoal? Value { get; init; }
}

/// <summary>A goal that the agent pursues.</summary>
public sealed record ActiveGoal : OpenRecord
{
    /// <summary>When it is reached.</summary>
    [JsonPropertyName("condition")]
    public string Condition { get; init => field = value ?? ""; } = "";

    /// <summary>How often the agent has tried.</summary>
    [JsonPropertyName("iterations")]
    public int Iterations { get; init; }

    /// <summary>When it was set.</summary>
    [JsonPropertyName("set_at")]
    [JsonConverter(typeof(UnixMillisecondsConverter))]
    public DateTimeOffset? SetAt { get; init; }

    /// <summary>Tokens used when it was set.</summary>
    [JsonPropertyName("tokens_at_start")]
    public long TokensAtStart { get; init; }

    /// <summary>Why the last attempt did not reach it.</summary>
    [JsonPropertyName("last_reason")]
    public string? LastReason { get; init; }
}

/// <summary>What became of a user message that carried a <c>uuid</c>: a receipt for what was sent.</summary>
public sealed record CommandLifecycleMessage : ClaudeMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "command_lifecycle";

    /// <summary>The <c>uuid</c> of the user message.</summary>
    [JsonPropertyName("command_uuid")]
    public string CommandUuid { get; init => field = value ?? ""; } = "";

    /// <summary>What became of it.</summary>
    [JsonPropertyName("state")]
    public CommandState State { get; init; }

    private protected override string Describe() => $"{State} {CommandUuid}";
}
