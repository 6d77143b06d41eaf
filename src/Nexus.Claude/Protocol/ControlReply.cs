using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Protocol;

/// <summary>
/// What the CLI answers to a control request: the bytes of the payload where they stand in its line. They are parsed for whoever asks for a
/// document.
/// </summary>
/// <remarks>
/// A class of ours, because a task, or anything else that is generic, of <see cref="JsonElement"/> is compiled by nobody ahead of time: with
/// the first document that is parsed it would cost every short program some twenty methods to compile.
/// </remarks>
internal sealed class ControlReply
{
    /// <summary>Takes a payload that has been read from front to back.</summary>
    /// <param name="utf8">The bytes of one JSON value, all of it Unicode; not copied. Empty for none.</param>
    public ControlReply(ReadOnlyMemory<byte> utf8) => Utf8 = utf8;

    /// <summary>An acknowledgement without a payload.</summary>
    public static ControlReply Bare { get; } = new(default);

    /// <summary>The payload as it came; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>True when the CLI only acknowledges.</summary>
    public bool IsBare => Utf8.IsEmpty;

    private bool IsObject => Utf8.Span is [(byte)'{', ..];

    /// <summary>A string member.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The text; null when it is absent or no string, or the payload is no object.</returns>
    public string? Text(scoped ReadOnlySpan<byte> name)
    {
        var value = Find(name);
        return value.TokenType == JsonTokenType.String ? value.GetString() : null;
    }

    /// <summary>A member that is true or false.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The value; null when it is absent or anything else, or the payload is no object.</returns>
    public bool? Flag(scoped ReadOnlySpan<byte> name) => Find(name).TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => null,
    };

    /// <summary>Parses the payload.</summary>
    /// <returns>A document of its own; <see cref="JsonValueKind.Undefined"/> when there is no payload.</returns>
    public JsonElement Parse() => IsBare ? default : new RawJson(Utf8).Parse();

    /// <summary>Reads the payload by its contract.</summary>
    /// <param name="type">The contract.</param>
    /// <returns>The value; null when the payload is no object.</returns>
    /// <exception cref="JsonException">The object is of another form.</exception>
    public T? Read<T>(JsonTypeInfo<T> type)
        where T : class =>
        IsObject ? JsonSerializer.Deserialize(Utf8.Span, type) : null;

    /// <summary>A reader at the value of a member, the last one of that name; at nothing when there is none.</summary>
    private JsonTokenReader Find(scoped ReadOnlySpan<byte> name)
    {
        JsonTokenReader found = default;
        if (!IsObject)
            return found;
        var reader = new JsonTokenReader(Utf8.Span, JsonTokenReader.DeepestFrame);
        reader.Read();
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual(name))
                found = reader;
            reader.Skip();
        }

        return found;
    }
}
