using System.Text.Json;

namespace Nexus.Claude.Wire;

/// <summary>
/// Reads the messages that every turn has, member by member and without JSON contracts. It gives what the contracts of
/// <see cref="MessageJson"/> give, or nothing: whatever it cannot read is left to them.
/// </summary>
/// <remarks>
/// The contracts of one init, assistant and result message cost some 1,800 methods to compile in a program that is not compiled ahead of
/// time, about 130 ms: nearly all of it the serializer's own code, once for each value type that is a property. These readers cost 250.
/// </remarks>
internal static class DirectReader
{
    /// <summary>The message, or null when its kind has no direct reader or the line is not of the usual form.</summary>
    /// <param name="line">The line, in which everything is Unicode.</param>
    /// <param name="type">The top-level <c>type</c>.</param>
    /// <param name="subtype">The top-level <c>subtype</c>.</param>
    internal static ClaudeMessage? TryRead(ReadOnlySpan<byte> line, ReadOnlySpan<byte> type, ReadOnlySpan<byte> subtype)
    {
        var reader = new JsonTokenReader(line);
        try
        {
            // A null where the object should be, and anything behind the object, are for the general reader to judge.
            if (!reader.Read() || !MemberReader.Enter(ref reader))
                return null;
            var message = Read(ref reader, type, subtype);
            return message is null || reader.Read() ? null : message;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ClaudeMessage? Read(ref JsonTokenReader reader, ReadOnlySpan<byte> type, ReadOnlySpan<byte> subtype)
    {
        if (type.SequenceEqual("stream_event"u8))
            return StreamEventReader.Read(ref reader);
        if (type.SequenceEqual("assistant"u8))
            return AssistantReader.Read(ref reader);
        if (type.SequenceEqual("user"u8))
            return UserReader.Read(ref reader);
        if (type.SequenceEqual("result"u8))
            return ResultReader.Read(ref reader);
        if (type.SequenceEqual("command_lifecycle"u8))
            return StateReader.ReadCommandLifecycle(ref reader);
        if (!type.SequenceEqual("system"u8))
            return null;
        if (subtype.SequenceEqual("init"u8))
            return InitReader.Read(ref reader);
        if (subtype.SequenceEqual("status"u8))
            return StateReader.ReadStatus(ref reader);
        return subtype.SequenceEqual("session_state_changed"u8) ? StateReader.ReadSessionState(ref reader) : null;
    }
}
