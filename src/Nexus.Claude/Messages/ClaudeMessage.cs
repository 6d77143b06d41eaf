using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nexus.Claude.Wire;

namespace Nexus.Claude;

/// <summary>
/// One message of the stream that the Claude Code CLI writes. Match on the concrete type:
/// <see cref="AssistantMessage"/>, <see cref="UserMessage"/>, <see cref="StreamEventMessage"/>, <see cref="ResultMessage"/>,
/// the <c>system</c> family, and <see cref="UnknownMessage"/> for whatever a newer CLI invents.
/// </summary>
/// <remarks>
/// The set is open on the wire and closed in this assembly: nobody else can add a case, and a type that is not known here
/// arrives as <see cref="UnknownMessage"/> with its JSON intact. Members that are not known are kept in
/// <see cref="AdditionalProperties"/>.
/// </remarks>
[JsonConverter(typeof(ClaudeMessageConverter))]
public abstract record ClaudeMessage
{
    // A field, because a stream event fills it in when it is asked for.
    private protected string? UuidText;

    private protected ClaudeMessage()
    {
    }

    /// <summary>The wire discriminator <c>type</c>, for example <c>assistant</c> or <c>result</c>.</summary>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public abstract string Type { get; }

    /// <summary>The message's own id (a UUID). Null on the few messages that carry none.</summary>
    [JsonPropertyName("uuid")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public virtual string? Uuid
    {
        get => UuidText;
        init => UuidText = value;
    }

    /// <summary>The session that the message belongs to. Null on the few messages that carry none.</summary>
    [JsonPropertyName("session_id")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SessionId { get; init; }

    /// <summary>The line as the CLI wrote it. Empty when the SDK made the message itself.</summary>
    [JsonIgnore]
    public RawJson Raw { get; internal set; }

    /// <summary>Members that this version of the SDK does not know, by their wire names. Null when there are none.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalProperties { get; set; }

    /// <summary>Reads one message from JSON, exactly as the SDK reads a line of the CLI.</summary>
    /// <param name="utf8">A JSON object in UTF-8. The message keeps the bytes as <see cref="Raw"/>: do not change them afterwards.</param>
    /// <returns>The message; an <see cref="UnknownMessage"/> when its type is not known.</returns>
    /// <exception cref="JsonException">The text is not a JSON object.</exception>
    public static ClaudeMessage Parse(ReadOnlyMemory<byte> utf8) => MessageReader.Read(utf8);

    /// <summary>Reads one message from JSON, exactly as the SDK reads a line of the CLI.</summary>
    /// <param name="json">A JSON object.</param>
    /// <returns>The message; an <see cref="UnknownMessage"/> when its type is not known.</returns>
    /// <exception cref="JsonException">The text is not a JSON object.</exception>
    public static ClaudeMessage Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return MessageReader.Read(Encoding.UTF8.GetBytes(json));
    }

    /// <summary>
    /// Writes the message as JSON from its members, with unknown members included. For the CLI's own bytes see <see cref="Raw"/>.
    /// </summary>
    /// <returns>A JSON object on one line.</returns>
    public string ToJson() => MessageWriter.ToJson(this);

    /// <summary>A short line for people: the kind of message and what it says.</summary>
    /// <returns>For example <c>assistant: Hello</c>.</returns>
    public sealed override string ToString()
    {
        var text = Describe();
        return text.Length == 0 ? Type : $"{Type}: {text}";
    }

    /// <summary>What the message says, for <see cref="ToString"/>.</summary>
    private protected virtual string Describe() => "";
}
