using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The SDK, not the CLI, reports something about the stream itself. The stream goes on.</summary>
public sealed record StreamWarningMessage : ClaudeMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "nexus_warning";

    /// <summary>What happened.</summary>
    [JsonPropertyName("kind")]
    public StreamWarning Kind { get; init; }

    /// <summary>How many messages or lines it concerns.</summary>
    [JsonPropertyName("count")]
    public long Count { get; init; }

    /// <summary>How many bytes they had.</summary>
    [JsonPropertyName("bytes")]
    public long Bytes { get; init; }

    /// <summary>What happened and what to do about it.</summary>
    [JsonPropertyName("text")]
    public string Text { get; init => field = value ?? ""; } = "";

    private protected override string Describe() => Text;
}

/// <summary>What a <see cref="StreamWarningMessage"/> reports.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StreamWarning>))]
public enum StreamWarning
{
    /// <summary>The consumer was too slow: partial messages were dropped to keep memory bounded. No other message was.</summary>
    PartialMessagesDropped,

    /// <summary>Messages that nobody read in time were dropped, the oldest first; happens on <see cref="ClaudeClient.Unprompted"/> only.</summary>
    UnreadMessagesDropped,

    /// <summary>A line was longer than the limit and was skipped.</summary>
    LineTooLong,

    /// <summary>A line began like an object but was not JSON, and was skipped. Other noise on stdout is only logged.</summary>
    LineNotJson,

    /// <summary>The output ended in the middle of a line.</summary>
    LineCutOff,
}
