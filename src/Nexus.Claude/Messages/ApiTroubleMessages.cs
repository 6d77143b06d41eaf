using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>An API call failed and is tried again after a delay.</summary>
public sealed record ApiRetryMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "api_retry";

    /// <summary>Which retry this will be, from 1.</summary>
    [JsonPropertyName("attempt")]
    public int Attempt { get; init; }

    /// <summary>How many retries there may be.</summary>
    [JsonPropertyName("max_retries")]
    public int MaxRetries { get; init; }

    /// <summary>How long the CLI waits before it.</summary>
    [JsonPropertyName("retry_delay_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan RetryDelay { get; init; }

    /// <summary>The HTTP status of the failed call; null when no answer arrived.</summary>
    [JsonPropertyName("error_status")]
    public int? ErrorStatus { get; init; }

    /// <summary>The kind of failure.</summary>
    [JsonPropertyName("error")]
    public AssistantError Error { get; init; }

    /// <summary>Set when the API sent no answer within the time allowed.</summary>
    [JsonPropertyName("no_response")]
    public NoResponseInfo? NoResponse { get; init; }

    private protected override string Describe() => $"api_retry: {Error} ({Attempt}/{MaxRetries})";
}

/// <summary>How long the CLI waited for an API that did not answer.</summary>
public sealed record NoResponseInfo : OpenRecord
{
    /// <summary>How long the failed attempt waited.</summary>
    [JsonPropertyName("waited_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Waited { get; init; }

    /// <summary>How long the retry will wait.</summary>
    [JsonPropertyName("retry_wait_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan RetryWait { get; init; }
}

/// <summary>The model's safeguards refused the request and another model took over.</summary>
public sealed record ModelRefusalFallbackMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "model_refusal_fallback";

    /// <summary>Always <c>refusal</c>.</summary>
    [JsonPropertyName("trigger")]
    public string Trigger { get; init => field = value ?? ""; } = "";

    /// <summary><c>retry</c> (to the fallback), <c>revert</c> (back again) or <c>sticky</c> (stays there).</summary>
    [JsonPropertyName("direction")]
    public string Direction { get; init => field = value ?? ""; } = "";

    /// <summary><c>session</c> or <c>local</c>.</summary>
    [JsonPropertyName("scope")]
    public string? Scope { get; init; }

    /// <summary>The model that refused.</summary>
    [JsonPropertyName("original_model")]
    public string OriginalModel { get; init => field = value ?? ""; } = "";

    /// <summary>The model that took over.</summary>
    [JsonPropertyName("fallback_model")]
    public string FallbackModel { get; init => field = value ?? ""; } = "";

    /// <summary>The API's request id of the refusal.</summary>
    [JsonPropertyName("request_id")]
    public string? RequestId { get; init; }

    /// <summary>The API's category of the refusal.</summary>
    [JsonPropertyName("api_refusal_category")]
    public string? RefusalCategory { get; init; }

    /// <summary>The API's explanation of the refusal.</summary>
    [JsonPropertyName("api_refusal_explanation")]
    public string? RefusalExplanation { get; init; }

    /// <summary>The <c>uuid</c>s of messages that no longer count: remove them.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> RetractedMessageUuids
    {
        get => WireRetractedMessageUuids ?? [];
        init => WireRetractedMessageUuids = value;
    }

    [JsonInclude]
    [JsonPropertyName("retracted_message_uuids")]
    internal IReadOnlyList<string>? WireRetractedMessageUuids { get; init; }

    /// <summary>The <c>uuid</c> of the user message that was refused.</summary>
    [JsonPropertyName("refused_user_message_uuid")]
    public string? RefusedUserMessageUuid { get; init; }

    /// <summary>A line for people.</summary>
    [JsonPropertyName("content")]
    public string Content { get; init => field = value ?? ""; } = "";

    private protected override string Describe() => Content;
}

/// <summary>The model's safeguards refused the request and no other model took over.</summary>
public sealed record ModelRefusalNoFallbackMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "model_refusal_no_fallback";

    /// <summary>The model that refused.</summary>
    [JsonPropertyName("original_model")]
    public string OriginalModel { get; init => field = value ?? ""; } = "";

    /// <summary>The API's request id of the refusal.</summary>
    [JsonPropertyName("request_id")]
    public string? RequestId { get; init; }

    /// <summary>The API's category of the refusal.</summary>
    [JsonPropertyName("api_refusal_category")]
    public string? RefusalCategory { get; init; }

    /// <summary>The API's explanation of the refusal.</summary>
    [JsonPropertyName("api_refusal_explanation")]
    public string? RefusalExplanation { get; init; }

    /// <summary>The <c>uuid</c> of the user message that was refused.</summary>
    [JsonPropertyName("refused_user_message_uuid")]
    public string? RefusedUserMessageUuid { get; init; }

    /// <summary>A line for people; may be empty.</summary>
    [JsonPropertyName("content")]
    public string Content { get; init => field = value ?? ""; } = "";
}
