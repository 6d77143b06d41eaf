using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>Whether a conversation was taken back to before a prompt.</summary>
public sealed record ConversationRewind : OpenRecord
{
    /// <summary>True when it was.</summary>
    [JsonPropertyName("rewound")]
    public bool IsRewound { get; init; }

    /// <summary>The prompt before which the conversation ends now.</summary>
    [JsonPropertyName("targetMessageUuid")]
    public string? PromptId { get; init; }

    /// <summary>The text of that prompt, to be changed and sent again.</summary>
    [JsonPropertyName("prefillText")]
    public string? PromptText { get; init; }

    /// <summary>The message of the model that is the last one now; null when there is none.</summary>
    [JsonPropertyName("precedingAssistantUuid")]
    public string? PrecedingAssistantUuid { get; init; }

    /// <summary>
    /// Why not: <c>target_not_found</c>, <c>stale_target</c> (the newest prompt was not given or is not part of the conversation any more),
    /// <c>unseen_later_turn</c>, <c>turn_running</c>, <c>commands_queued</c>, <c>prompt_pending</c>, and others. Null when it was.
    /// </summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; init; }

    /// <summary>The same for people.</summary>
    [JsonPropertyName("error")]
    public string? Error { get; init; }
}
