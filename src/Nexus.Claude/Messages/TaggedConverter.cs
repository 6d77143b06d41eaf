using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Nexus.Claude.Wire;

namespace Nexus.Claude;

/// <summary>
/// Reads one of several records by the member <c>type</c>, wherever in the object it stands, and keeps what it does not know.
/// System.Text.Json's own polymorphism would throw for an unknown type.
/// </summary>
internal abstract class TaggedConverter<T> : JsonConverter<T>
    where T : class
{
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var start = reader;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            try
            {
                if (ReadKnown(ref reader, FindType(reader)) is { } known)
                    return known;
            }
            catch (JsonException)
            {
                // A member of the wrong kind: the whole value is kept as it is below, and the message around it arrives.
            }

            reader = start;
        }

        return Unknown(JsonElement.ParseValue(ref reader));
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (UnknownJson(value) is { } json)
            json.WriteTo(writer);
        else
            JsonSerializer.Serialize(writer, value, MessageJson.Default.GetTypeInfo(value.GetType())!);
    }

    /// <summary>Reads the value when its type is known; null when it is not.</summary>
    private protected abstract T? ReadKnown(ref Utf8JsonReader reader, ReadOnlySpan<byte> type);

    private protected abstract T Unknown(JsonElement json);

    private protected abstract JsonElement? UnknownJson(T value);

    // The converter itself, not JsonSerializer: that would first scan the value for its end.
    private protected static TCase Read<TCase>(ref Utf8JsonReader reader, JsonTypeInfo<TCase> info)
        where TCase : class, T =>
        ((JsonConverter<TCase>)info.Converter).Read(ref reader, typeof(TCase), info.Options)!;

    /// <summary>The <c>type</c> of the object that the reader is at; empty when it has none.</summary>
    internal static ReadOnlySpan<byte> FindType(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (found && reader.TokenType == JsonTokenType.String)
                return reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
            reader.Skip();
        }

        return default;
    }
}
