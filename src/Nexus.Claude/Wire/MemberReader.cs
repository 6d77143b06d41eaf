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
    internal static bool Enter(ref JsonTokenReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => true,
        JsonTokenType.Null => false,
        _ => throw new JsonException("An object was expected."),
    };

    /// <summary>Moves to the value of the next member; false at the end of the object.</summary>
    internal static bool Next(ref JsonTokenReader reader, out ReadOnlySpan<byte> name)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.PropertyName)
        {
            name = default;
            return false;
        }

        name = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()) : reader.ValueSpan;
        reader.Read();
        return true;
    }

    /// <summary>The <c>type</c> of the object that the reader is at; empty when it has none.</summary>
    internal static ReadOnlySpan<byte> TypeOf(JsonTokenReader reader)
    {
        while (Next(ref reader, out var name))
        {
            if (name.SequenceEqual("type"u8) && reader.TokenType == JsonTokenType.String)
                return reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()) : reader.ValueSpan;
            reader.Skip();
        }

        return default;
    }

    internal static string? Text(ref JsonTokenReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        var borrowed = reader.Borrow();
        var text = LenientStringConverter.ReadText(ref borrowed);
        reader.Return(borrowed);
        return text;
    }

    /// <summary>The id of the session, which every message repeats, as one string for all of them.</summary>
    internal static string? SessionId(ref JsonTokenReader reader) =>
        reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped
            ? StreamEventScanner.InternSessionId(reader.ValueSpan)
            : Text(ref reader);

    internal static List<string>? Texts(ref JsonTokenReader reader)
    {
        if (!EnterArray(ref reader))
            return null;
        var texts = new List<string>();
        while (NextItem(ref reader))
            texts.Add(Text(ref reader)!);
        return texts;
    }

    internal static bool? Flag(ref JsonTokenReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : ToFlag(ref reader);

    internal static bool ToFlag(ref JsonTokenReader reader)
    {
        if (reader.TokenType is JsonTokenType.True or JsonTokenType.False)
            return reader.TokenType == JsonTokenType.True;
        var borrowed = reader.Borrow();
        var flag = LenientBooleanConverter.ReadFlag(ref borrowed);
        reader.Return(borrowed);
        return flag;
    }

    internal static int? Int32(ref JsonTokenReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : ToInt32(ref reader);

    internal static int ToInt32(ref JsonTokenReader reader)
    {
        if (reader.TryGetDigits(out var digits) && digits <= int.MaxValue)
            return (int)digits;
        var borrowed = reader.Borrow();
        var number = LenientNumber.ReadInt32(ref borrowed);
        reader.Return(borrowed);
        return number;
    }

    internal static long? Int64(ref JsonTokenReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : ToInt64(ref reader);

    internal static long ToInt64(ref JsonTokenReader reader)
    {
        if (reader.TryGetDigits(out var digits))
            return digits;
        var borrowed = reader.Borrow();
        var number = LenientNumber.ReadInt64(ref borrowed);
        reader.Return(borrowed);
        return number;
    }

    internal static decimal ToDecimal(ref JsonTokenReader reader)
    {
        if (reader.TryGetAmount(out var number))
            return number;
        var borrowed = reader.Borrow();
        number = LenientNumber.ReadDecimal(ref borrowed);
        reader.Return(borrowed);
        return number;
    }

    internal static TimeSpan? Milliseconds(ref JsonTokenReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : ToDuration(ref reader);

    /// <summary>A number of milliseconds.</summary>
    internal static TimeSpan ToDuration(ref JsonTokenReader reader)
    {
        if (reader.TryGetDigits(out var digits) && digits < long.MaxValue / TimeSpan.TicksPerMillisecond)
            return new TimeSpan(digits * TimeSpan.TicksPerMillisecond);
        var borrowed = reader.Borrow();
        var duration = WireTime.Read(ref borrowed, TimeSpan.TicksPerMillisecond);
        reader.Return(borrowed);
        return duration;
    }

    internal static JsonElement? Element(ref JsonTokenReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : Json(ref reader);

    /// <summary>A value that is rarely looked at, for which no document is made before it is.</summary>
    internal static UnparsedJson? Unparsed(ref JsonTokenReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        var start = reader.TokenStartIndex;
        reader.Skip();
        return new UnparsedJson(reader.Since(start).ToArray());
    }

    internal static JsonElement Json(ref JsonTokenReader reader)
    {
        var borrowed = reader.Borrow();
        var element = JsonElement.ParseValue(ref borrowed);
        reader.Return(borrowed);
        return element;
    }

    /// <summary>A value that is too rare to have a reader of its own.</summary>
    internal static T? Rare<T>(ref JsonTokenReader reader, JsonTypeInfo<T> info)
        where T : class =>
        reader.TokenType == JsonTokenType.Null ? null : Rare(ref reader, (JsonConverter<T>)info.Converter, info.Options);

    /// <inheritdoc cref="Rare{T}(ref JsonTokenReader, JsonTypeInfo{T})"/>
    internal static T? Rare<T>(ref JsonTokenReader reader, JsonConverter<T> converter, JsonSerializerOptions options)
        where T : class
    {
        var borrowed = reader.Borrow();
        var value = converter.Read(ref borrowed, typeof(T), options);
        reader.Return(borrowed);
        return value;
    }

    /// <summary>Keeps a member that no property stands for.</summary>
    internal static void Keep(ref Dictionary<string, JsonElement>? more, scoped ReadOnlySpan<byte> name, ref JsonTokenReader reader) =>
        (more ??= [])[Utf8Text.ToString(name)] = Json(ref reader);

    internal static bool EnterArray(ref JsonTokenReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartArray => true,
        JsonTokenType.Null => false,
        _ => throw new JsonException("An array was expected."),
    };

    internal static bool NextItem(ref JsonTokenReader reader) => reader.Read() && reader.TokenType != JsonTokenType.EndArray;
}
