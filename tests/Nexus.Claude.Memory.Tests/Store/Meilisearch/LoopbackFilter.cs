using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Nexus.Claude.Memory.Tests.Store.Meilisearch;

/// <summary>The filter language of Meilisearch, as far as its documentation goes: comparisons, IN, EXISTS, IS NULL, IS EMPTY, TO, AND, OR, NOT.</summary>
internal sealed class LoopbackFilter
{
    private const int LongestFacet = 468;
    private const int DeepestNesting = 200;

    private readonly string _text;
    private readonly Func<string, bool> _isFilterable;
    private readonly int _minor;
    private int _at;
    private int _depth;

    private LoopbackFilter(string text, Func<string, bool> isFilterable, int minor) => (_text, _isFilterable, _minor) = (text, isFilterable, minor);

    /// <summary>Reads a filter: a text, or an array whose inner arrays are alternatives.</summary>
    /// <exception cref="FormatException">It is none, or names an attribute that cannot be filtered.</exception>
    public static Func<JsonObject, bool> Parse(JsonNode? filter, Func<string, bool> isFilterable, int minor)
    {
        switch (filter)
        {
            case null:
                return static _ => true;
            case JsonArray all:
                var parts = all.Select(part => part is JsonArray any
                    ? Either([.. any.Select(one => Parse(one, isFilterable, minor))])
                    : Parse(part, isFilterable, minor)).ToList();
                return document => parts.TrueForAll(part => part(document));
            default:
                string text = filter.GetValue<string>();
                if (string.IsNullOrWhiteSpace(text))
                    return static _ => true;
                var parser = new LoopbackFilter(text, isFilterable, minor);
                var read = parser.Or();
                parser.Space();
                return parser._at == text.Length ? read : throw new FormatException($"Found unexpected characters at the end of the filter: {text[parser._at..]}");
        }
    }

    private static Func<JsonObject, bool> Either(List<Func<JsonObject, bool>> some) => document => some.Exists(one => one(document));

    private Func<JsonObject, bool> Or()
    {
        var some = new List<Func<JsonObject, bool>> { And() };
        while (Word("OR"))
            some.Add(And());
        return some.Count == 1 ? some[0] : Either(some);
    }

    private Func<JsonObject, bool> And()
    {
        var all = new List<Func<JsonObject, bool>> { Not() };
        while (Word("AND"))
            all.Add(Not());
        return all.Count == 1 ? all[0] : document => all.TrueForAll(one => one(document));
    }

    private Func<JsonObject, bool> Not()
    {
        if (Word("NOT"))
        {
            var inner = Not();
            return document => !inner(document);
        }

        if (!Sign("("))
            return Condition();
        if (++_depth > DeepestNesting)
            throw new FormatException("Too many filter conditions, can't process more than 200 filters.");
        var group = Or();
        _depth--;
        return Sign(")") ? group : throw new FormatException("Expression is missing a closing parenthesis.");
    }

    private Func<JsonObject, bool> Condition()
    {
        string attribute = Value();
        if (!_isFilterable(attribute))
            throw new FormatException($"Attribute `{attribute}` is not filterable.");
        bool negated = Word("NOT");
        if (Word("IN"))
        {
            if (!Sign("["))
                throw new FormatException("Expected `[` after `IN`.");
            var values = new List<string>();
            while (!Sign("]"))
            {
                values.Add(Value());
                if (!Sign(",") && _at < _text.Length && _text[_at] != ']')
                    throw new FormatException("Expected only comma-separated field names inside `IN[..]`.");
            }

            return document => values.Exists(value => Equal(document, attribute, value)) != negated;
        }

        if (Word("EXISTS"))
            return document => document.ContainsKey(attribute) != negated;
        if (Word("IS"))
        {
            bool not = Word("NOT");
            if (Word("NULL"))
                return document => (document.TryGetPropertyValue(attribute, out var value) && value is null) != not;
            if (Word("EMPTY"))
                return document => (document[attribute] is JsonArray { Count: 0 } || (document[attribute] is JsonValue text && text.TryGetValue<string>(out string? s) && s.Length == 0)) != not;
            throw new FormatException("Expected NULL or EMPTY after IS.");
        }

        if (_minor >= 17 && Word("STARTS"))
        {
            if (!Word("WITH"))
                throw new FormatException("Expected WITH after STARTS.");
            string prefix = Value();
            return document => Texts(document[attribute]).Any(text => text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) != negated;
        }

        foreach (string sign in (string[])["!=", ">=", "<=", "=", ">", "<"])
        {
            if (Sign(sign))
                return Comparison(attribute, sign, Value());
        }

        string low = Value();
        return Word("TO") ? Between(attribute, low, Value()) : throw new FormatException("Was expecting an operation `=`, `!=`, `>=`, `>`, `<=`, `<`, `IN`, `TO`, ...");
    }

    private static Func<JsonObject, bool> Comparison(string attribute, string sign, string value)
    {
        if (sign == "=")
            return document => Equal(document, attribute, value);
        if (sign == "!=")
            return document => !Equal(document, attribute, value);
        double number = Number(value);
        return document => Numbers(document[attribute]).Any(own => sign switch { ">" => own > number, ">=" => own >= number, "<" => own < number, _ => own <= number });
    }

    private static Func<JsonObject, bool> Between(string attribute, string low, string high)
    {
        var (from, to) = (Number(low), Number(high));
        return document => Numbers(document[attribute]).Any(own => own >= from && own <= to);
    }

    // Upper and lower case are the same, and what is long is not there.
    private static bool Equal(JsonObject document, string attribute, string value) => document[attribute] is { } own
        && (Texts(own).Any(text => Encoding.UTF8.GetByteCount(text) <= LongestFacet && string.Equals(text, value, StringComparison.OrdinalIgnoreCase))
            || (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && Numbers(own).Contains(number)));

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonArray array => array.SelectMany(Texts),
        JsonValue value when value.TryGetValue<string>(out string? text) => [text],
        _ => [],
    };

    // As the server reckons: with 53 bits.
    private static IEnumerable<double> Numbers(JsonNode? node) => node switch
    {
        JsonArray array => array.SelectMany(Numbers),
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.Number => [value.GetValue<double>()],
        _ => [],
    };

    private static double Number(string value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
        ? number : throw new FormatException($"Was expecting a number, found `{value}`.");

    private void Space()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
    }

    private bool Sign(string sign)
    {
        Space();
        if (string.CompareOrdinal(_text, _at, sign, 0, sign.Length) != 0)
            return false;
        _at += sign.Length;
        return true;
    }

    private bool Word(string word)
    {
        Space();
        int end = _at + word.Length;
        if (string.Compare(_text, _at, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) != 0 || (end < _text.Length && (char.IsLetterOrDigit(_text[end]) || _text[end] == '_')))
            return false;
        _at = end;
        return true;
    }

    private string Value()
    {
        Space();
        if (_at == _text.Length)
            throw new FormatException("Was expecting a value but instead got nothing.");
        char quote = _text[_at];
        if (quote is not ('"' or '\''))
        {
            int start = _at;
            while (_at < _text.Length && (char.IsLetterOrDigit(_text[_at]) || _text[_at] is '_' or '-' or '/' or '.'))
                _at++;
            return _at > start ? _text[start.._at] : throw new FormatException($"Was expecting a value but instead got `{_text[_at]}`.");
        }

        var value = new StringBuilder();
        for (_at++; _at < _text.Length && _text[_at] != quote; _at++)
        {
            if (_text[_at] == '\\' && _at + 1 < _text.Length && (_text[_at + 1] == quote || _text[_at + 1] == '\\'))
                _at++;
            value.Append(_text[_at]);
        }

        if (_at == _text.Length)
            throw new FormatException("Expression is missing the closing quote.");
        _at++;
        return value.ToString();
    }
}
