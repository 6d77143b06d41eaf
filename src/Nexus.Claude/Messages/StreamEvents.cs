using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>An answer begins. A second one without a stop in between means that the first was given up and is repeated.</summary>
public sealed record MessageStartEvent : StreamEvent
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "message_start";

    /// <summary>The answer, still without content.</summary>
    [JsonPropertyName("message")]
    public ApiMessage Message { get; init => field = value ?? new(); } = new();
}

/// <summary>A content block begins.</summary>
public sealed record ContentBlockStartEvent : StreamEvent
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "content_block_start";

    /// <summary>The block's place in the answer, from 0.</summary>
    [JsonPropertyName("index")]
    public int Index { get; init; }

    /// <summary>The block, still empty.</summary>
    [JsonPropertyName("content_block")]
    public ContentBlock? ContentBlock { get; init; }
}

/// <summary>A content block grows.</summary>
public sealed record ContentBlockDeltaEvent : StreamEvent
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "content_block_delta";

    /// <summary>The block's place in the answer, from 0.</summary>
    [JsonPropertyName("index")]
    public int Index { get; init; }

    /// <summary>The piece that is added.</summary>
    [JsonPropertyName("delta")]
    public ContentDelta? Delta { get; init; }
}

/// <summary>A content block is complete. Its <see cref="AssistantMessage"/> has come just before.</summary>
public sealed record ContentBlockStopEvent : StreamEvent
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "content_block_stop";

    /// <summary>The block's place in the answer, from 0.</summary>
    [JsonPropertyName("index")]
    public int Index { get; init; }
}

/// <summary>The answer is about to end.</summary>
public sealed record MessageDeltaEvent : StreamEvent
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "message_delta";

    /// <summary>Why it ends.</summary>
    [JsonPropertyName("delta")]
    public MessageDelta Delta { get; init => field = value ?? new(); } = new();

    /// <summary>The usage of this answer, now final; members that are not repeated read 0.</summary>
    [JsonPropertyName("usage")]
    public TokenUsage? Usage { get; init; }

    /// <summary>What the API removed from the context, as raw JSON.</summary>
    [JsonPropertyName("context_management")]
    public JsonElement? ContextManagement { get; init; }
}

/// <summary>The answer is complete.</summary>
public sealed record MessageStopEvent : StreamEvent
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "message_stop";
}

/// <summary>A sign of life.</summary>
public sealed record PingEvent : StreamEvent
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "ping";
}

/// <summary>The stream failed.</summary>
public sealed record ErrorEvent : StreamEvent
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "error";

    /// <summary>The API's error as raw JSON.</summary>
    [JsonPropertyName("error")]
    public JsonElement? Error { get; init; }
}

/// <summary>Why an answer ends.</summary>
public sealed record MessageDelta : OpenRecord
{
    /// <summary>Why the model stopped.</summary>
    [JsonPropertyName("stop_reason")]
    public StopReason? StopReason { get; init; }

    /// <summary>The stop sequence that was hit, if any.</summary>
    [JsonPropertyName("stop_sequence")]
    public string? StopSequence { get; init; }

    /// <summary>The code execution container, as raw JSON.</summary>
    [JsonPropertyName("container")]
    public JsonElement? Container { get; init; }

    /// <summary>More about the stop reason, as raw JSON.</summary>
    [JsonPropertyName("stop_details")]
    public JsonElement? StopDetails { get; init; }
}
