using System.Buffers;
using System.Text.Json;

namespace Nexus.Claude.Wire;

/// <summary>Writes one JSON object as one line for the CLI's stdin.</summary>
internal static class JsonLine
{
    private static readonly JsonWriterOptions Options = new()
    {
        // The line goes to a program, not into HTML: text stays readable and short.
        Encoder = LineEncoder.Instance,
        SkipValidation = true,
    };

    /// <summary>Writes the object.</summary>
    /// <param name="writeMembers">Writes the members.</param>
    /// <returns>The line, with its line feed.</returns>
    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> writeMembers)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            writeMembers(json);
            json.WriteEndObject();
        }

        buffer.GetSpan(1)[0] = (byte)'\n';
        buffer.Advance(1);
        return buffer.WrittenMemory;
    }
}
