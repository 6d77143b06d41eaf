using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Nexus.Claude.Wire;

/// <summary>
/// Goes through one JSON text token by token, as <see cref="Utf8JsonReader"/> does and with its members, and refuses what that refuses:
/// whatever is not JSON, or nested deeper than the contracts go, ends in a <see cref="JsonException"/>.
/// </summary>
/// <remarks>
/// The framework's reader searches strings with vectors that code compiled ahead may not assume, so its search runs unoptimised until it
/// has been compiled twice: a third of what a turn costs in the first seconds of a process (see <see cref="PlainText"/>). It stays in use
/// for values that are kept as JSON or are too rare to have a reader of their own (<see cref="Borrow"/>).
/// </remarks>
/// <param name="json">The text; all of it is Unicode, or the texts read have U+FFFD where it is not.</param>
/// <param name="maxDepth">How deep it may be nested, at most <see cref="DeepestFrame"/>.</param>
internal ref struct JsonTokenReader(ReadOnlySpan<byte> json, int maxDepth = JsonTokenReader.MaxDepth)
{
    /// <summary>As deep as the contracts go.</summary>
    internal const int MaxDepth = 256;

    /// <summary>As deep as frames of the control protocol go.</summary>
    internal const int DeepestFrame = 512;

    private const long MostDigits = 100_000_000_000_000_000;
    private const int MostDecimals = 28;

    private readonly ReadOnlySpan<byte> _json = json;
    private readonly int _maxDepth = maxDepth;

    // One bit for each level: whether it is an object.
    private Levels _objects;
    private int _at;
    private int _depth;

    /// <summary>The kind of the current token.</summary>
    public JsonTokenType TokenType { get; private set; }

    /// <summary>The text of a number or literal; that of a string or name between its quotes, escapes and all.</summary>
    public ReadOnlySpan<byte> ValueSpan { get; private set; }

    /// <summary>True when the string or name has escapes.</summary>
    public bool ValueIsEscaped { get; private set; }

    /// <summary>Where the current token starts.</summary>
    public int TokenStartIndex { get; private set; }

    /// <summary>Moves to the next token.</summary>
    /// <returns>False at the end of the text.</returns>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public bool Read()
    {
        SkipWhitespace();
        switch (TokenType)
        {
            case JsonTokenType.None:
            case JsonTokenType.PropertyName:
                ReadValue();
                return true;
            case JsonTokenType.StartObject:
                if (!TryEnd(JsonTokenType.EndObject))
                    ReadName();
                return true;
            case JsonTokenType.StartArray:
                if (!TryEnd(JsonTokenType.EndArray))
                    ReadValue();
                return true;
        }

        if (_depth == 0)
            return _at == _json.Length ? false : throw NotJson();
        var isObject = IsInObject;
        if (TryEnd(isObject ? JsonTokenType.EndObject : JsonTokenType.EndArray))
            return true;
        if (Peek() != ',')
            throw NotJson();
        _at++;
        SkipWhitespace();
        if (isObject)
            ReadName();
        else
            ReadValue();
        return true;
    }

    /// <summary>Moves to the end of the object or array that starts here; stays where it is at any other value.</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public void Skip()
    {
        if (TokenType == JsonTokenType.PropertyName)
            Read();
        if (TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
            return;
        var outside = _depth - 1;
        do
            Read();
        while (_depth > outside);
    }

    /// <summary>The text of the string or name.</summary>
    /// <returns>The text, without escapes.</returns>
    /// <exception cref="JsonException">It is not Unicode.</exception>
    public readonly string GetString() =>
        !ValueIsEscaped ? Utf8Text.ToString(ValueSpan) : JsonText.TryDecode(ValueSpan) ?? throw NotJson();

    /// <summary>The number when it is plain digits, as nearly all are.</summary>
    /// <param name="number">The number.</param>
    /// <returns>False for a number of another form, and for any other value.</returns>
    public readonly bool TryGetDigits(out long number)
    {
        number = 0;
        var digits = ValueSpan;
        if (TokenType != JsonTokenType.Number || digits.Length > 18)
            return false;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            number = number * 10 + (digit - '0');
        }

        return true;
    }

    /// <summary>The number when it is digits with a point among them and no more than 18 of them count, as in nearly all amounts.</summary>
    /// <param name="number">The number.</param>
    /// <returns>False for a number of another form, and for any other value.</returns>
    public readonly bool TryGetAmount(out decimal number)
    {
        number = 0;
        if (TokenType != JsonTokenType.Number)
            return false;
        var digits = 0L;
        var decimals = -1;
        foreach (var each in ValueSpan)
        {
            if (each == (byte)'.')
            {
                decimals = 0;
                continue;
            }

            if (each is < (byte)'0' or > (byte)'9' || digits >= MostDigits || decimals == MostDecimals)
                return false;
            digits = digits * 10 + (each - '0');
            if (decimals >= 0)
                decimals++;
        }

        number = new decimal((int)digits, (int)(digits >> 32), 0, isNegative: false, (byte)Math.Max(decimals, 0));
        return true;
    }

    /// <summary>The number.</summary>
    /// <param name="number">The number.</param>
    /// <returns>False when it is no whole number of 32 bits.</returns>
    public readonly bool TryGetInt32(out int number) =>
        Utf8Parser.TryParse(ValueSpan, out number, out var used) && used == ValueSpan.Length;

    /// <summary>The framework's reader at the same value. What it has read is left behind by <see cref="Return"/>.</summary>
    /// <returns>The reader.</returns>
    /// <exception cref="JsonException">The value is no JSON.</exception>
    public readonly Utf8JsonReader Borrow()
    {
        var isNested = TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
        var left = _maxDepth - _depth + (isNested ? 1 : 0);
        var reader = new Utf8JsonReader(_json[TokenStartIndex..], new JsonReaderOptions { MaxDepth = Math.Max(left, 1) });
        reader.Read();
        return reader;
    }

    /// <summary>Goes on behind the value that was read with <see cref="Borrow"/>.</summary>
    /// <param name="reader">The reader, at the last token of that value.</param>
    public void Return(scoped in Utf8JsonReader reader)
    {
        if (TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            _depth--;
        TokenType = reader.TokenType;
        _at = TokenStartIndex + (int)reader.BytesConsumed;
    }

    /// <summary>Moves to the end of the array that starts here when it is written like another one.</summary>
    /// <param name="array">The other one, from bracket to bracket.</param>
    /// <returns>False when it is not.</returns>
    public bool TrySkipArray(ReadOnlySpan<byte> array)
    {
        if (TokenType != JsonTokenType.StartArray || !_json[TokenStartIndex..].StartsWith(array))
            return false;
        _at = TokenStartIndex + array.Length;
        _depth--;
        TokenType = JsonTokenType.EndArray;
        return true;
    }

    /// <summary>The text up to the end of the current token.</summary>
    /// <param name="start">Where the text starts.</param>
    /// <returns>The text.</returns>
    public readonly ReadOnlySpan<byte> Since(int start) => _json[start.._at];

    private readonly bool IsInObject => (_objects[(_depth - 1) >> 6] >> (_depth - 1) & 1) != 0;

    private readonly int Peek() => _at < _json.Length ? _json[_at] : -1;

    private void SkipWhitespace()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            _at++;
    }

    private void ReadValue()
    {
        TokenStartIndex = _at;
        switch (Peek())
        {
            case '"':
                ReadString();
                TokenType = JsonTokenType.String;
                break;
            case '{':
                Start(JsonTokenType.StartObject);
                break;
            case '[':
                Start(JsonTokenType.StartArray);
                break;
            case 't':
                ReadLiteral("true"u8, JsonTokenType.True);
                break;
            case 'f':
                ReadLiteral("false"u8, JsonTokenType.False);
                break;
            case 'n':
                ReadLiteral("null"u8, JsonTokenType.Null);
                break;
            default:
                ReadNumber();
                break;
        }
    }

    private void ReadName()
    {
        TokenStartIndex = _at;
        if (Peek() != '"')
            throw NotJson();
        ReadString();
        SkipWhitespace();
        if (Peek() != ':')
            throw NotJson();
        _at++;
        TokenType = JsonTokenType.PropertyName;
    }

    private void ReadString()
    {
        var start = ++_at;
        ValueIsEscaped = false;
        while (true)
        {
            var plain = PlainText.EndOf(_json[_at..]);
            if (plain < 0)
                throw NotJson();
            _at += plain;
            if (_json[_at] == (byte)'"')
                break;
            ValueIsEscaped = true;
            SkipEscape();
        }

        ValueSpan = _json[start.._at];
        _at++;
    }

    private void SkipEscape()
    {
        if (_json[_at++] != (byte)'\\')
            throw NotJson();
        var kind = Peek();
        _at++;
        if (kind is '"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't')
            return;
        if (kind != 'u')
            throw NotJson();
        for (var end = _at + 4; _at < end; _at++)
        {
            if (!char.IsAsciiHexDigit((char)Math.Max(Peek(), 0)))
                throw NotJson();
        }
    }

    private void ReadNumber()
    {
        var start = _at;
        if (Peek() == '-')
            _at++;
        if (Peek() == '0')
            _at++;
        else
            SkipDigits();
        if (Peek() == '.')
        {
            _at++;
            SkipDigits();
        }

        if (Peek() is 'e' or 'E')
        {
            _at++;
            if (Peek() is '+' or '-')
                _at++;
            SkipDigits();
        }

        ValueSpan = _json[start.._at];
        TokenType = JsonTokenType.Number;
    }

    private void SkipDigits()
    {
        var start = _at;
        while (Peek() is >= '0' and <= '9')
            _at++;
        if (_at == start)
            throw NotJson();
    }

    private void ReadLiteral(ReadOnlySpan<byte> literal, JsonTokenType type)
    {
        if (!_json[_at..].StartsWith(literal))
            throw NotJson();
        ValueSpan = _json.Slice(_at, literal.Length);
        _at += literal.Length;
        TokenType = type;
    }

    private void Start(JsonTokenType type)
    {
        if (_depth == _maxDepth)
            throw NotJson();
        ref var level = ref _objects[_depth >> 6];
        var bit = 1UL << _depth;
        level = type == JsonTokenType.StartObject ? level | bit : level & ~bit;
        _depth++;
        _at++;
        TokenType = type;
    }

    private bool TryEnd(JsonTokenType type)
    {
        if (Peek() != (type == JsonTokenType.EndObject ? '}' : ']'))
            return false;
        TokenStartIndex = _at++;
        _depth--;
        TokenType = type;
        return true;
    }

    private static JsonException NotJson() => new("The text is not JSON.");

    [InlineArray(DeepestFrame / 64)]
    private struct Levels
    {
        private ulong _first;
    }
}
