using System.Globalization;
using System.Text.Json;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Turns;

/// <summary>A value of a request's JSON with its place in it, so that each error names what is wrong (<c>messages[3].content[1].text</c>).</summary>
/// <param name="Json">The value.</param>
/// <param name="Path">Its place; empty for the whole request.</param>
internal readonly record struct RequestValue(JsonElement Json, string Path)
{
    /// <summary>A member of an object.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The member; null when there is none, or it is null.</returns>
    /// <exception cref="GatewayException">The value is no object.</exception>
    public RequestValue? Find(string name) =>
        AsObject().Json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? new RequestValue(value, PathOf(name)) : null;

    /// <summary>A member that has to be there.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The member.</returns>
    /// <exception cref="GatewayException">There is none.</exception>
    public RequestValue Get(string name) => Find(name) ?? throw GatewayException.Invalid(
        PathOf(name), $"Missing required parameter: '{PathOf(name)}'.", "missing_required_parameter");

    /// <summary>The place of a member.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The place.</returns>
    public string PathOf(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    /// <summary>The value as an object.</summary>
    /// <returns>Itself.</returns>
    /// <exception cref="GatewayException">It is none.</exception>
    public RequestValue AsObject() => Json.ValueKind == JsonValueKind.Object ? this : throw WrongKind("an object");

    /// <summary>The items of an array.</summary>
    /// <returns>The items with their places.</returns>
    /// <exception cref="GatewayException">It is none.</exception>
    public RequestValue[] AsArray()
    {
        if (Json.ValueKind != JsonValueKind.Array)
            throw WrongKind("an array");
        var items = new RequestValue[Json.GetArrayLength()];
        var index = 0;
        foreach (var item in Json.EnumerateArray())
        {
            items[index] = new RequestValue(item, string.Create(CultureInfo.InvariantCulture, $"{Path}[{index}]"));
            index++;
        }

        return items;
    }

    /// <summary>The value as a text.</summary>
    /// <returns>The text.</returns>
    /// <exception cref="GatewayException">It is none.</exception>
    public string AsString() => Json.ValueKind == JsonValueKind.String ? Json.GetString()! : throw WrongKind("a string");

    /// <summary>The value as a text that says something.</summary>
    /// <returns>The text.</returns>
    /// <exception cref="GatewayException">It is none, or empty.</exception>
    public string AsName()
    {
        var text = AsString();
        return text.Length > 0 ? text : throw GatewayException.Invalid(Path, $"'{Path}' must not be empty.");
    }

    /// <summary>The value as a truth value.</summary>
    /// <returns>The value.</returns>
    /// <exception cref="GatewayException">It is none.</exception>
    public bool AsBoolean() => Json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw WrongKind("a boolean"),
    };

    /// <summary>The value as a number.</summary>
    /// <param name="least">The least it may be.</param>
    /// <param name="most">The most it may be.</param>
    /// <returns>The number.</returns>
    /// <exception cref="GatewayException">It is none, or out of range.</exception>
    public double AsNumber(double least, double most)
    {
        if (Json.ValueKind != JsonValueKind.Number || !Json.TryGetDouble(out var number))
            throw WrongKind("a number");
        return number >= least && number <= most
            ? number
            : throw GatewayException.Invalid(
                Path, string.Create(CultureInfo.InvariantCulture, $"'{Path}' is {number}; it must be between {least} and {most}."), "invalid_value");
    }

    /// <summary>The value as a whole number.</summary>
    /// <param name="least">The least it may be.</param>
    /// <returns>The number; the largest of its type for a larger one.</returns>
    /// <exception cref="GatewayException">It is none, or too small.</exception>
    public int AsInteger(int least)
    {
        if (Json.ValueKind != JsonValueKind.Number || !Json.TryGetDouble(out var number) || number != Math.Floor(number))
            throw WrongKind("an integer");
        if (number < least)
        {
            throw GatewayException.Invalid(
                Path, string.Create(CultureInfo.InvariantCulture, $"'{Path}' is {number}; it must be at least {least}."), "integer_below_min_value");
        }

        return number >= int.MaxValue ? int.MaxValue : (int)number;
    }

    /// <summary>An error about the value's kind.</summary>
    /// <param name="expected">What it should be, for example <c>a string</c>.</param>
    /// <returns>The error, a 400.</returns>
    public GatewayException WrongKind(string expected)
    {
        var got = Json.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.String => "a string",
            JsonValueKind.Number => Json.TryGetDouble(out var number) && number == Math.Floor(number) ? "an integer" : "a decimal",
            JsonValueKind.True or JsonValueKind.False => "a boolean",
            _ => "null",
        };
        return GatewayException.Invalid(
            Path.Length == 0 ? null : Path,
            Path.Length == 0
                ? $"The request body must be {expected}, but is {got}."
                : $"Invalid type for '{Path}': expected {expected}, but got {got} instead.",
            "invalid_type");
    }
}
