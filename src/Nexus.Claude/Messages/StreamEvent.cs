using System.Text.Json;
using System.Text.Json.Serialization;
using Nexus.Claude.Wire;

namespace Nexus.Claude;

/// <summary>An event of the Messages API's stream. A kind that is not known here arrives as <see cref="UnknownStreamEvent"/>.</summary>
[JsonConverter(typeof(StreamEventConverter))]
public abstract record StreamEvent : OpenRecord
{
    private protected StreamEvent()
    {
    }

    /// <summary>The wire discriminator <c>type</c>, for example <c>content_block_delta</c>.</summary>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public abstract string Type { get; }
}

/// <summary>An event whose kind is not known, or whose members are not of the kinds that its type promises.</summary>
public sealed record UnknownStreamEvent : StreamEvent
{
    /// <summary>Wraps an event.</summary>
    /// <param name="json">The whole event.</param>
    public UnknownStreamEvent(JsonElement json) => Json = json;

    /// <inheritdoc/>
    public override string Type =>
        Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()!
            : "";

    /// <summary>The whole event as it came.</summary>
    public JsonElement Json { get; }
}

/// <summary>The piece by which a content block grows. A kind that is not known here arrives as <see cref="UnknownDelta"/>.</summary>
[JsonConverter(typeof(ContentDeltaConverter))]
public abstract record ContentDelta : OpenRecord
{
    private protected ContentDelta()
    {
    }

    /// <summary>The wire discriminator <c>type</c>, for example <c>text_delta</c>.</summary>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public abstract string Type { get; }
}

/// <summary>A piece whose kind is not known, or whose members are not of the kinds that its type promises.</summary>
public sealed record UnknownDelta : ContentDelta
{
    /// <summary>Wraps a piece.</summary>
    /// <param name="json">The whole piece.</param>
    public UnknownDelta(JsonElement json) => Json = json;

    /// <inheritdoc/>
    public override string Type =>
        Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()!
            : "";

    /// <summary>The whole piece as it came.</summary>
    public JsonElement Json { get; }
}

/// <summary>Reads and writes stream events by their <c>type</c>.</summary>
internal sealed class StreamEventConverter : TaggedConverter<StreamEvent>
{
    private protected override StreamEvent? ReadKnown(ref Utf8JsonReader reader, ReadOnlySpan<byte> type)
    {
        var json = MessageJson.Default;
        if (type.SequenceEqual("message_start"u8))
            return Read(ref reader, json.MessageStartEvent);
        if (type.SequenceEqual("content_block_start"u8))
            return Read(ref reader, json.ContentBlockStartEvent);
        if (type.SequenceEqual("content_block_delta"u8))
            return Read(ref reader, json.ContentBlockDeltaEvent);
        if (type.SequenceEqual("content_block_stop"u8))
            return Read(ref reader, json.ContentBlockStopEvent);
        if (type.SequenceEqual("message_delta"u8))
            return Read(ref reader, json.MessageDeltaEvent);
        if (type.SequenceEqual("message_stop"u8))
            return Read(ref reader, json.MessageStopEvent);
        if (type.SequenceEqual("ping"u8))
            return Read(ref reader, json.PingEvent);
        if (type.SequenceEqual("error"u8))
            return Read(ref reader, json.ErrorEvent);
        return null;
    }

    private protected override StreamEvent Unknown(JsonElement json) => new UnknownStreamEvent(json);

    private protected override JsonElement? UnknownJson(StreamEvent value) => (value as UnknownStreamEvent)?.Json;
}

/// <summary>Reads and writes the pieces of content blocks by their <c>type</c>.</summary>
internal sealed class ContentDeltaConverter : TaggedConverter<ContentDelta>
{
    private protected override ContentDelta? ReadKnown(ref Utf8JsonReader reader, ReadOnlySpan<byte> type)
    {
        var json = MessageJson.Default;
        if (type.SequenceEqual("text_delta"u8))
            return Read(ref reader, json.TextDelta);
        if (type.SequenceEqual("input_json_delta"u8))
            return Read(ref reader, json.InputJsonDelta);
        if (type.SequenceEqual("thinking_delta"u8))
            return Read(ref reader, json.ThinkingDelta);
        if (type.SequenceEqual("signature_delta"u8))
            return Read(ref reader, json.SignatureDelta);
        if (type.SequenceEqual("citations_delta"u8))
            return Read(ref reader, json.CitationsDelta);
        return null;
    }

    private protected override ContentDelta Unknown(JsonElement json) => new UnknownDelta(json);

    private protected override JsonElement? UnknownJson(ContentDelta value) => (value as UnknownDelta)?.Json;
}
