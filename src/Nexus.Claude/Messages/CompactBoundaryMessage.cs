using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The conversation was compacted here: what came before is now a summary.</summary>
public sealed record CompactBoundaryMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "compact_boundary";

    /// <summary>How it went.</summary>
    [JsonPropertyName("compact_metadata")]
    public CompactMetadata CompactMetadata { get; init => field = value ?? new(); } = new();
}

/// <summary>How a compaction went.</summary>
public sealed record CompactMetadata : OpenRecord
{
    /// <summary><c>manual</c> or <c>auto</c>.</summary>
    [JsonPropertyName("trigger")]
    public string Trigger { get; init => field = value ?? ""; } = "";

    /// <summary>Tokens of the context before.</summary>
    [JsonPropertyName("pre_tokens")]
    public long TokensBefore { get; init; }

    /// <summary>Tokens of the context after; null when not told.</summary>
    [JsonPropertyName("post_tokens")]
    public long? TokensAfter { get; init; }

    /// <summary>How long it took.</summary>
    [JsonPropertyName("duration_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? Duration { get; init; }

    /// <summary>The messages that were kept, by the ends of their range.</summary>
    [JsonPropertyName("preserved_segment")]
    public PreservedSegment? PreservedSegment { get; init; }

    /// <summary>The messages that were kept, one by one.</summary>
    [JsonPropertyName("preserved_messages")]
    public PreservedMessages? PreservedMessages { get; init; }
}

/// <summary>A range of messages that a compaction kept.</summary>
public sealed record PreservedSegment : OpenRecord
{
    /// <summary>Its first message.</summary>
    [JsonPropertyName("head_uuid")]
    public string HeadUuid { get; init => field = value ?? ""; } = "";

    /// <summary>The message that it is attached to.</summary>
    [JsonPropertyName("anchor_uuid")]
    public string AnchorUuid { get; init => field = value ?? ""; } = "";

    /// <summary>Its last message.</summary>
    [JsonPropertyName("tail_uuid")]
    public string TailUuid { get; init => field = value ?? ""; } = "";
}

/// <summary>The messages that a compaction kept.</summary>
public sealed record PreservedMessages : OpenRecord
{
    /// <summary>The message that they are attached to.</summary>
    [JsonPropertyName("anchor_uuid")]
    public string AnchorUuid { get; init => field = value ?? ""; } = "";

    /// <summary>The messages.</summary>
    [JsonPropertyName("uuids")]
    public IReadOnlyList<string> Uuids { get; init => field = value ?? []; } = [];
}
