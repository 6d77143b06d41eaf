namespace Nexus.Claude.Wire;

/// <summary>Steps through the members of one object, without a look into their values.</summary>
internal ref struct JsonMembers
{
    private readonly ReadOnlySpan<byte> _json;
    private int _next;
    private bool _first = true;

    /// <summary>Starts at an object.</summary>
    /// <param name="json">The text.</param>
    /// <param name="start">Where the object's opening bracket is expected.</param>
    public JsonMembers(ReadOnlySpan<byte> json, int start)
    {
        _json = json;
        _next = start < json.Length && json[start] == (byte)'{' ? start + 1 : -1;
    }

    /// <summary>The member's name, escapes and all.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Where the member's value starts.</summary>
    public int ValueStart { get; private set; }

    /// <summary>Where the text behind the member's value starts.</summary>
    public int ValueEnd { get; private set; }

    /// <summary>True when the value is a string.</summary>
    public readonly bool IsString => _json[ValueStart] == (byte)'"';

    /// <summary>The value between its quotes, escapes and all; only for a string.</summary>
    public readonly ReadOnlySpan<byte> StringValue => _json[(ValueStart + 1)..(ValueEnd - 1)];

    /// <summary>True when <see cref="MoveNext"/> has ended at the closing bracket and not at something broken.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Goes to the next member.</summary>
    /// <returns>False at the end of the object, or where it is broken.</returns>
    public bool MoveNext()
    {
        if (_next < 0)
            return false;
        var i = JsonStructure.SkipWhitespace(_json, _next);
        _next = -1;
        if (i >= _json.Length)
            return false;
        if (_json[i] == (byte)'}')
        {
            IsWhole = true;
            return false;
        }

        if (!_first)
        {
            if (_json[i] != (byte)',')
                return false;
            i = JsonStructure.SkipWhitespace(_json, i + 1);
        }

        _first = false;
        if (i >= _json.Length || _json[i] != (byte)'"' || !JsonStructure.TrySkipString(_json, i, out var afterName))
            return false;
        Name = _json[(i + 1)..(afterName - 1)];
        i = JsonStructure.SkipWhitespace(_json, afterName);
        if (i >= _json.Length || _json[i] != (byte)':')
            return false;
        ValueStart = JsonStructure.SkipWhitespace(_json, i + 1);
        if (!JsonStructure.TrySkipValue(_json, ValueStart, out var end))
            return false;
        ValueEnd = end;
        _next = end;
        return true;
    }
}
