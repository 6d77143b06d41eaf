using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Nexus.Claude.Testing.Cli;

/// <summary>Reads members that may be missing, and quotes text for JSON that is written by hand.</summary>
internal static class JsonAccess
{
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    public static string? Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static bool? Flag(this JsonElement element, string name) => element.Member(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public static long? Number(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } value ? value.GetInt64() : null;

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    /// <summary>The text of a member's JSON on one line, null when it is missing.</summary>
    public static string? Raw(this JsonElement element, string name)
    {
        if (element.Member(name) is not { ValueKind: not JsonValueKind.Undefined } value)
            return null;
        string text = value.GetRawText();
        if (!text.AsSpan().ContainsAny('\n', '\r'))
            return text;

        // A script may be laid out for people; the protocol wants one line.
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            value.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>The text as a JSON string with its quotes.</summary>
    public static string Quote(string text) => $"\"{Escape(text)}\"";

    /// <summary>The text as it stands between the quotes of a JSON string.</summary>
    public static string Escape(string text) => JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text);
}
