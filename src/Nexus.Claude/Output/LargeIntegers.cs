using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Nexus.Claude.Output;

/// <summary>
/// Integers beyond 64 bits, which NJsonSchema reads as a type that it then cannot compare with anything: it is shown a number with a
/// fraction instead, and what it says of that is put right.
/// </summary>
internal static class LargeIntegers
{
    /// <summary>The answer as JSON with every large integer as a number with a fraction of zero.</summary>
    /// <param name="output">The answer.</param>
    /// <returns>JSON.</returns>
    public static string Soften(JsonElement output)
    {
        if (!Contains(output))
            return output.GetRawText();
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            Write(output, json);
        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Whether a large integer stands at a place.</summary>
    /// <param name="output">The answer.</param>
    /// <param name="path">A JSON pointer into the value.</param>
    /// <param name="isWrapped">Whether the value is the one member of the answer.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsAt(JsonElement output, string path, bool isWrapped)
    {
        var place = isWrapped ? RootedSchema.Unwrap(output) : output;
        foreach (var step in path.Split('/').Skip(1))
        {
            if (place.ValueKind == JsonValueKind.Object && place.TryGetProperty(step, out var member))
                place = member;
            else if (place.ValueKind == JsonValueKind.Array && int.TryParse(step, CultureInfo.InvariantCulture, out var index) && index < place.GetArrayLength())
                place = place[index];
            else
                return false;
        }

        return IsLarge(place);
    }

    private static bool Contains(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(static member => Contains(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().Any(Contains),
        _ => IsLarge(element),
    };

    private static bool IsLarge(JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && !element.TryGetInt64(out _) && element.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') < 0;

    private static void Write(JsonElement element, Utf8JsonWriter json)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in element.EnumerateObject())
                {
                    json.WritePropertyName(member.Name);
                    Write(member.Value, json);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                    Write(item, json);
                json.WriteEndArray();
                break;
            case JsonValueKind.Number when IsLarge(element):
                json.WriteRawValue(element.GetRawText() + ".0");
                break;
            default:
                element.WriteTo(json);
                break;
        }
    }
}
