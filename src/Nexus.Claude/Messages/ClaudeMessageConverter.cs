using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nexus.Claude.Wire;

namespace Nexus.Claude;

/// <summary>Lets messages be members of a caller's own JSON, whatever their concrete type.</summary>
internal sealed class ClaudeMessageConverter : JsonConverter<ClaudeMessage>
{
    public override ClaudeMessage Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        MessageReader.Read(Encoding.UTF8.GetBytes(JsonElement.ParseValue(ref reader).GetRawText()));

    public override void Write(Utf8JsonWriter writer, ClaudeMessage value, JsonSerializerOptions options) =>
        MessageWriter.Write(writer, value);
}
