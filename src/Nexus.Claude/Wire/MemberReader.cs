using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Nexus.Claude.Wire;

/// <summary>
/// Reads the members of an object one after the other and their values with the same leniency as the converters of
/// <see cref="MessageJson"/>. Whatever those refuse ends in a <see cref="JsonException"/> here too.
/// </summary>
/// <remarks>
/// Nothing in here is generic over a value type: each such instance would have to be compiled when a program reads its first message.
/// </remarks>
internal static class MemberReader
{
    /// <summary>Says whether the value is an object, at whose first member the reader is then, or null.</summary>
    internal static bool Enter(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => true,
        JsonTokenType.Null => false,
        _ => throw new JsonException("An object was expected."),
    };

    /// <summary>Moves to the value of the next member; false at the end of the object.</summary>
    internal static bool Next(ref Utf8JsonReader reader, out ReadOnlySpan<byte> name)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.PropertyName)
        {
            name = default;
            return false;
        }

        name = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
        reader.Read();
        return true;
    }

    internal static string? Text(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : LenientStringConverter.ReadText(ref reader);

    /// <summary>The id of the session, which every message repeats, as one string for all of them.</summary>
    internal static string? SessionId(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped
            ? StreamEventScanner.InternSessionId(reader.ValueSpan)
            : Text(ref reader);

    internal static List<string>? Texts(ref Utf8JsonReader reader)
    {
        if (!EnterArray(ref reader))
            return null;
        var texts = new List<string>();
        while (NextItem(ref reader))
            texts.Add(Text(ref reader)!);
        return texts;
    }

    internal static bool? Flag(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : LenientBooleanConverter.ReadFlag(ref reader);

    internal static int? Int32(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : LenientNumber.ReadInt32(ref reader);

    internal static long? Int64(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : LenientNumber.ReadInt64(ref reader);

    internal static TimeSpan? Milliseconds(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : WireTime.Read(ref reader, TimeSpan.TicksPerMillisecond);

    internal static JsonElement? Element(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : JsonElement.ParseValue(ref reader);

    /// <summary>A value that is too rare to have a reader of its own.</summary>
    internal static T? Rare<T>(ref Utf8JsonReader reader, JsonTypeInfo<T> info)
        where T : class =>
        reader.TokenType == JsonTokenType.Null
            ? null
            : ((JsonConverter<T>)info.Converter).Read(ref reader, typeof(T), info.Options);

    /// <summary>Keeps a member that no property stands for.</summary>
    internal static void Keep(ref Dictionary<string, JsonElement>? more, scoped ReadOnlySpan<byte> name, ref Utf8JsonReader reader) =>
        (more ??= [])[Encoding.UTF8.GetString(name)] = JsonElement.ParseValue(ref reader);

    internal static bool EnterArray(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartArray => true,
        JsonTokenType.Null => false,
        _ => throw new JsonException("An array was expected."),
    };

    internal static bool NextItem(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType != JsonTokenType.EndArray;
}
