using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>
/// A string of the protocol with known values that may gain new ones with any CLI release.
/// Implemented by structs such as <see cref="PermissionMode"/>; compare with the known values, never assume that there are no others.
/// </summary>
/// <typeparam name="TSelf">The implementing struct.</typeparam>
public interface IOpenString<TSelf>
    where TSelf : struct, IOpenString<TSelf>
{
    /// <summary>The text on the wire.</summary>
    string Value { get; }

    /// <summary>Wraps a text, known or not.</summary>
    /// <param name="value">The text on the wire.</param>
    /// <returns>The value.</returns>
    static abstract TSelf Create(string value);
}

/// <summary>Writes an open string as a JSON string and reads any JSON string, number or literal leniently as its text.</summary>
/// <typeparam name="T">The open string.</typeparam>
public sealed class OpenStringConverter<T> : JsonConverter<T>
    where T : struct, IOpenString<T>
{
    /// <summary>True: null is the empty value.</summary>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.Create(LenientStringConverter.ReadText(ref reader));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.Value);
    }

    /// <inheritdoc/>
    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.Create(reader.GetString() ?? "");

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(value.Value);
    }
}
