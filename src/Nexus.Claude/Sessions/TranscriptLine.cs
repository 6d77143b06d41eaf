using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Nexus.Claude.Sessions;

/// <summary>Writes entries as lines of a transcript: compact, text as it is, and <c>type</c> first, because readers look for it there.</summary>
internal static class TranscriptLine
{
    private static readonly JsonWriterOptions Options = new()
    {
        // The file is read by programs, and other programs write it this way.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Makes an entry.</summary>
    /// <param name="writeMembers">Writes its members.</param>
    /// <returns>The entry.</returns>
    public static JsonElement Create(Action<Utf8JsonWriter> writeMembers)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            writeMembers(json);
            json.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan, new JsonDocumentOptions { MaxDepth = 512 });
    }

    /// <summary>Writes entries, each as a line.</summary>
    /// <param name="entries">The entries.</param>
    /// <returns>The lines, each with its line feed.</returns>
    public static ReadOnlyMemory<byte> Write(IEnumerable<JsonElement> entries)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(buffer, Options);
        foreach (var entry in entries)
        {
            WriteEntry(json, entry);
            json.Flush();
            json.Reset(buffer);
            buffer.GetSpan(1)[0] = (byte)'\n';
            buffer.Advance(1);
        }

        return buffer.WrittenMemory;
    }

    private static void WriteEntry(Utf8JsonWriter json, JsonElement entry)
    {
        json.WriteStartObject();
        var type = TranscriptEntry.Member(entry, "type");
        if (type.ValueKind != JsonValueKind.Undefined)
        {
            json.WritePropertyName("type"u8);
            type.WriteTo(json);
        }

        foreach (var member in entry.EnumerateObject())
        {
            if (!member.NameEquals("type"u8))
                member.WriteTo(json);
        }

        json.WriteEndObject();
    }
}
