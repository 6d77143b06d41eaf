using System.Text.Json;

namespace Nexus.Claude.Wire;

/// <summary>Reads the small messages that say what the session is doing, without JSON contracts.</summary>
internal static class StateReader
{
    internal static CommandLifecycleMessage ReadCommandLifecycle(ref JsonTokenReader reader)
    {
        string? commandUuid = null, state = null, uuid = null, sessionId = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("command_uuid"u8))
                commandUuid = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("state"u8))
                state = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("uuid"u8))
                uuid = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("session_id"u8))
                sessionId = MemberReader.SessionId(ref reader);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new CommandLifecycleMessage
        {
            CommandUuid = commandUuid!,
            State = new CommandState(state ?? ""),
            Uuid = uuid,
            SessionId = sessionId,
            AdditionalProperties = more,
        };
    }

    internal static StatusMessage ReadStatus(ref JsonTokenReader reader)
    {
        string? status = null, permissionMode = null, uuid = null, sessionId = null, compactResult = null, compactError = null;
        List<string>? userMessageUuids = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("status"u8))
                status = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("permissionMode"u8))
                permissionMode = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("uuid"u8))
                uuid = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("session_id"u8))
                sessionId = MemberReader.SessionId(ref reader);
            else if (member.SequenceEqual("user_message_uuids"u8))
                userMessageUuids = MemberReader.Texts(ref reader);
            else if (member.SequenceEqual("compact_result"u8))
                compactResult = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("compact_error"u8))
                compactError = MemberReader.Text(ref reader);
            else if (!member.SequenceEqual("type"u8) && !member.SequenceEqual("subtype"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new StatusMessage
        {
            Status = status is null ? null : new ActivityStatus(status),
            PermissionMode = permissionMode is null ? null : new PermissionMode(permissionMode),
            Uuid = uuid,
            SessionId = sessionId,
            WireUserMessageUuids = userMessageUuids,
            CompactResult = compactResult,
            CompactError = compactError,
            AdditionalProperties = more,
        };
    }

    internal static SessionStateChangedMessage ReadSessionState(ref JsonTokenReader reader)
    {
        string? state = null, uuid = null, sessionId = null;
        bool? isSdkHostOnly = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("state"u8))
                state = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("sdk_host_only"u8))
                isSdkHostOnly = MemberReader.Flag(ref reader);
            else if (member.SequenceEqual("uuid"u8))
                uuid = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("session_id"u8))
                sessionId = MemberReader.SessionId(ref reader);
            else if (!member.SequenceEqual("type"u8) && !member.SequenceEqual("subtype"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new SessionStateChangedMessage
        {
            State = new SessionState(state ?? ""),
            WireIsSdkHostOnly = isSdkHostOnly,
            Uuid = uuid,
            SessionId = sessionId,
            AdditionalProperties = more,
        };
    }
}
