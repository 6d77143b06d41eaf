using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Nexus.Claude.Wire;

/// <summary>Writes messages as JSON again.</summary>
internal static class MessageWriter
{
    // The CLI does not escape what JSON lets stand either.
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = int.MaxValue,
    };

    internal static string ToJson(ClaudeMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Options))
            Write(writer, message);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    internal static void Write(Utf8JsonWriter writer, ClaudeMessage message)
    {
        // Only the reader makes these, so there are bytes, and they are a JSON object.
        if (message is UnknownMessage or UnknownSystemMessage)
            writer.WriteRawValue(LineRepair.Repair(message.Raw.Utf8).Span, skipInputValidation: true);
        else
            JsonSerializer.Serialize(writer, message, MessageJson.Default.GetTypeInfo(message.GetType())!);
    }
}
