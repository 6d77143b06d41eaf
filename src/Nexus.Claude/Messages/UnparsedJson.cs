using System.Text.Json;

namespace Nexus.Claude;

/// <summary>
/// A JSON value that is kept as it came and parsed for the first who looks at it: the document of a value that nobody looks at costs more
/// than the rest of its message.
/// </summary>
internal sealed class UnparsedJson : IEquatable<UnparsedJson>
{
    private readonly ReadOnlyMemory<byte> _utf8;

    // A JsonElement in a box, so that it can be put there once and for all.
    private object? _value;

    /// <summary>Keeps a value that has been read from front to back.</summary>
    /// <param name="utf8">Its bytes, all of them Unicode; not copied.</param>
    public UnparsedJson(ReadOnlyMemory<byte> utf8) => _utf8 = utf8;

    private UnparsedJson(JsonElement value) => _value = value;

    /// <summary>The value; always the same one.</summary>
    public JsonElement Value => (JsonElement)(Volatile.Read(ref _value) ?? Parse());

    /// <summary>Keeps a value that somebody has parsed.</summary>
    /// <param name="value">The value; null for none.</param>
    /// <returns>What keeps it; null for none.</returns>
    public static UnparsedJson? Of(JsonElement? value) => value is { } parsed ? new UnparsedJson(parsed) : null;

    /// <summary>Whether both are one and the same value, which is how values that are parsed compare: equal bytes do not suffice.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>True when they are.</returns>
    public bool Equals(UnparsedJson? other) => ReferenceEquals(this, other) || (other is not null && Value.Equals(other.Value));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as UnparsedJson);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    private object Parse()
    {
        object parsed = new RawJson(_utf8).Parse();
        return Interlocked.CompareExchange(ref _value, parsed, null) ?? parsed;
    }
}
