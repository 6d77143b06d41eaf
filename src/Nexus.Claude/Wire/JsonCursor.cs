namespace Nexus.Claude.Wire;

/// <summary>
/// Goes once through JSON, from front to back: whoever enters an object need not find its end first. Nothing is validated beyond brackets
/// and quotes; a cursor that meets something else stops for good.
/// </summary>
/// <param name="json">The text.</param>
internal ref struct JsonCursor(ReadOnlySpan<byte> json)
{
    private readonly ReadOnlySpan<byte> _json = json;
    private bool _isFirst;

    /// <summary>Where the cursor stands.</summary>
    public int Position { get; private set; }

    /// <summary>Enters the object at the cursor.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryEnterObject() => TryEnter((byte)'{');

    /// <summary>Enters the array at the cursor.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryEnterArray() => TryEnter((byte)'[');

    /// <summary>Goes to the value of the next member. The value before it must have been skipped or entered and left.</summary>
    /// <param name="name">The member's name, escapes and all.</param>
    /// <returns>False at the end of the object, which is left, or at something broken.</returns>
    public bool TryNextMember(out ReadOnlySpan<byte> name)
    {
        name = default;
        if (!TryNextItem((byte)'}'))
            return false;
        var start = Position;
        if (_json[start] != (byte)'"' || !TrySkip())
            return Stop();
        name = _json[(start + 1)..(Position - 1)];
        if (!Is((byte)':'))
            return Stop();
        Position = JsonStructure.SkipWhitespace(_json, Position + 1);
        return Position < _json.Length || Stop();
    }

    /// <summary>Goes to the next item of the array. The item before it must have been skipped or entered and left.</summary>
    /// <returns>False at the end of the array, which is left, or at something broken.</returns>
    public bool TryNextItem() => TryNextItem((byte)']');

    /// <summary>Skips the value at the cursor.</summary>
    /// <returns>False when it is broken.</returns>
    public bool TrySkip()
    {
        if (!JsonStructure.TrySkipValue(_json, Position, out var end))
            return Stop();
        Position = end;
        return true;
    }

    /// <summary>Moves on to a place that the caller has found to be the end of the value at the cursor.</summary>
    /// <param name="position">The place.</param>
    public void SkipTo(int position) => Position = position;

    private bool TryEnter(byte bracket)
    {
        if (!Is(bracket))
            return false;
        Position++;
        return _isFirst = true;
    }

    private bool TryNextItem(byte bracket)
    {
        var isFirst = _isFirst;
        _isFirst = false;
        if (Is(bracket))
        {
            Position++;
            return false;
        }

        if (isFirst)
            return Position < _json.Length || Stop();
        if (!Is((byte)','))
            return Stop();
        Position = JsonStructure.SkipWhitespace(_json, Position + 1);
        return Position < _json.Length || Stop();
    }

    private bool Is(byte character)
    {
        Position = JsonStructure.SkipWhitespace(_json, Position);
        return Position < _json.Length && _json[Position] == character;
    }

    private bool Stop()
    {
        Position = _json.Length;
        return false;
    }
}
