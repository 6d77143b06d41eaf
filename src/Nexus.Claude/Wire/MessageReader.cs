using System.Text.Json;

namespace Nexus.Claude.Wire;

/// <summary>
/// Turns one line of the CLI into its typed message. Every JSON object becomes a message: members of the wrong kind are left out, and
/// what is not known arrives as <see cref="UnknownMessage"/> or <see cref="UnknownSystemMessage"/> with its bytes intact.
/// </summary>
internal static class MessageReader
{
    // Nesting that is too deep for the typed reader must still be accepted as an unknown message.
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    /// <summary>Reads a line whose kind has to be found first.</summary>
    /// <exception cref="JsonException">The line is not a JSON object.</exception>
    internal static ClaudeMessage Read(ReadOnlyMemory<byte> line)
    {
        if (StreamEventScanner.TryRead(line) is { } scanned)
            return scanned;

        ReadOnlySpan<byte> type = default;
        ReadOnlySpan<byte> subtype = default;
        var reader = StartObject(line.Span);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isSubtype = !isType && reader.ValueTextEquals("subtype"u8);
            reader.Read();
            if (isType)
                type = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
            else if (isSubtype)
                subtype = reader.TokenType == JsonTokenType.String ? reader.ValueSpan : default;
            reader.Skip();
        }

        return Read(line, type, subtype);
    }

    /// <summary>
    /// Reads a line whose top-level <c>type</c> and <c>subtype</c> have been found, empty when there is none, and which <see cref="StreamEventScanner"/> has declined.
    /// </summary>
    /// <exception cref="JsonException">The line is not a JSON object.</exception>
    internal static ClaudeMessage Read(ReadOnlyMemory<byte> line, ReadOnlySpan<byte> type, ReadOnlySpan<byte> subtype)
    {
        if (line.Length >= LongTextReader.MinimumLine && type.SequenceEqual("assistant"u8) && LongTextReader.TryRead(line) is { } assistant)
            return assistant;

        var text = LineRepair.Repair(line);
        if (DirectReader.TryRead(text.Span, type, subtype) is { } direct)
        {
            direct.Raw = new RawJson(line);
            return direct;
        }

        return ReadByContract(line, text, type, subtype);
    }

    /// <summary>Reads any message, with the JSON contract of its kind.</summary>
    /// <param name="line">The line as it came.</param>
    /// <param name="text">The same, in which everything is Unicode.</param>
    /// <param name="type">The top-level <c>type</c>.</param>
    /// <param name="subtype">The top-level <c>subtype</c>.</param>
    /// <exception cref="JsonException">The line is not a JSON object.</exception>
    internal static ClaudeMessage ReadByContract(
        ReadOnlyMemory<byte> line, ReadOnlyMemory<byte> text, ReadOnlySpan<byte> type, ReadOnlySpan<byte> subtype)
    {
        string? problem = null;
        ClaudeMessage? message = null;
        if (MessageKinds.Find(type, subtype) is { } info)
        {
            try
            {
                message = (ClaudeMessage?)JsonSerializer.Deserialize(text.Span, info);
            }
            catch (JsonException exception)
            {
                message = MessageSalvage.Read(text, info, exception, out problem);
            }
        }

        message ??= ReadUnknown(text.Span, problem);
        message.Raw = new RawJson(line);
        return message;
    }

    private static ClaudeMessage ReadUnknown(ReadOnlySpan<byte> line, string? problem)
    {
        string? type = null, subtype = null, uuid = null, sessionId = null;
        var reader = StartObject(line);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
                type = ReadText(ref reader);
            else if (reader.ValueTextEquals("subtype"u8))
                subtype = ReadText(ref reader);
            else if (reader.ValueTextEquals("uuid"u8))
                uuid = ReadText(ref reader);
            else if (reader.ValueTextEquals("session_id"u8))
                sessionId = ReadText(ref reader);
            else
                reader.Skip();
        }

        // Nothing but white space may follow the object.
        reader.Read();
        return type == "system"
            ? new UnknownSystemMessage(subtype ?? "") { Uuid = uuid, SessionId = sessionId, Problem = problem }
            : new UnknownMessage(type ?? "") { Subtype = subtype, Uuid = uuid, SessionId = sessionId, Problem = problem };
    }

    private static string? ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String)
            return reader.GetString();
        reader.Skip();
        return null;
    }

    private static Utf8JsonReader StartObject(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line, AnyDepth);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("A message must be a JSON object.");
        return reader;
    }
}
