using System.Text;
using System.Text.Json;

namespace Nexus.Claude;

/// <summary>
/// The bytes of one JSON value exactly as the Claude Code CLI wrote them (UTF-8, no line end).
/// It costs nothing until it is read: no string and no document is made before one is asked for.
/// </summary>
public readonly struct RawJson : IEquatable<RawJson>
{
    /// <summary>Wraps UTF-8 JSON. The bytes are not copied and must not be changed afterwards.</summary>
    /// <param name="utf8">The UTF-8 text of one JSON value.</param>
    public RawJson(ReadOnlyMemory<byte> utf8) => Utf8 = utf8;

    /// <summary>The bytes as they came. Empty for a message that did not come from the CLI.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>True when there are no bytes: the message was made by the SDK or by the caller.</summary>
    public bool IsEmpty => Utf8.IsEmpty;

    /// <summary>Parses the bytes into a <see cref="JsonElement"/> that owns its memory.</summary>
    /// <returns>The parsed value.</returns>
    /// <exception cref="JsonException">The bytes are not JSON (only possible on messages that report such a line).</exception>
    public JsonElement Parse()
    {
        var reader = new Utf8JsonReader(Utf8.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>The bytes as text; bytes that are not UTF-8 appear as U+FFFD.</summary>
    /// <returns>The text, empty when <see cref="IsEmpty"/>.</returns>
    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);

    /// <summary>Byte-for-byte comparison.</summary>
    /// <param name="other">The value to compare with.</param>
    /// <returns>True when both hold the same bytes.</returns>
    public bool Equals(RawJson other) => Utf8.Span.SequenceEqual(other.Utf8.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RawJson other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Utf8.Span);
        return hash.ToHashCode();
    }

    /// <summary>Byte-for-byte equality.</summary>
    public static bool operator ==(RawJson left, RawJson right) => left.Equals(right);

    /// <summary>Byte-for-byte inequality.</summary>
    public static bool operator !=(RawJson left, RawJson right) => !left.Equals(right);
}
