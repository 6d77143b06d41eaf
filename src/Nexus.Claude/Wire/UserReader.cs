using System.Text.Json;

namespace Nexus.Claude.Wire;

/// <summary>Reads <see cref="UserMessage"/>, most often the result of a tool, without JSON contracts.</summary>
internal static class UserReader
{
    internal static UserMessage Read(ref JsonTokenReader reader)
    {
        UserMessageBody? message = null;
        string? parentToolUseId = null, sessionId = null, uuid = null, timestamp = null, agentId = null, subagentType = null,
            taskDescription = null, priority = null, refusedMessageId = null;
        JsonElement? toolUseResult = null, fileAttachments = null;
        List<ToolResultMeta>? toolResultMeta = null;
        bool? isReplay = null, isSynthetic = null, shouldQuery = null, isClientComposed = null;
        MessageOrigin? origin = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("message"u8))
                message = ReadBody(ref reader);
            else if (member.SequenceEqual("parent_tool_use_id"u8))
                parentToolUseId = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("session_id"u8))
                sessionId = MemberReader.SessionId(ref reader);
            else if (member.SequenceEqual("uuid"u8))
                uuid = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("timestamp"u8))
                timestamp = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("tool_use_result"u8))
                toolUseResult = MemberReader.Element(ref reader);
            else if (member.SequenceEqual("tool_result_meta"u8))
                toolResultMeta = ReadToolResultMetas(ref reader);
            else if (member.SequenceEqual("isReplay"u8))
                isReplay = MemberReader.Flag(ref reader);
            else if (member.SequenceEqual("isSynthetic"u8))
                isSynthetic = MemberReader.Flag(ref reader);
            else if (member.SequenceEqual("agent_id"u8))
                agentId = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("subagent_type"u8))
                subagentType = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("task_description"u8))
                taskDescription = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("priority"u8))
                priority = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("origin"u8))
                origin = MemberReader.Rare(ref reader, MessageJson.Default.MessageOrigin);
            else if (member.SequenceEqual("shouldQuery"u8))
                shouldQuery = MemberReader.Flag(ref reader);
            else if (member.SequenceEqual("client_composed"u8))
                isClientComposed = MemberReader.Flag(ref reader);
            else if (member.SequenceEqual("file_attachments"u8))
                fileAttachments = MemberReader.Element(ref reader);
            else if (member.SequenceEqual("refused_message_id"u8))
                refusedMessageId = MemberReader.Text(ref reader);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new UserMessage
        {
            Message = message!,
            ParentToolUseId = parentToolUseId,
            SessionId = sessionId,
            Uuid = uuid,
            WireTimestamp = timestamp,
            ToolUseResult = toolUseResult,
            WireToolResultMeta = toolResultMeta,
            WireIsReplay = isReplay,
            WireIsSynthetic = isSynthetic,
            AgentId = agentId,
            SubagentType = subagentType,
            TaskDescription = taskDescription,
            Priority = priority is null ? null : new MessagePriority(priority),
            Origin = origin,
            ShouldQuery = shouldQuery,
            WireIsClientComposed = isClientComposed,
            FileAttachments = fileAttachments,
            RefusedMessageId = refusedMessageId,
            AdditionalProperties = more,
        };
    }

    private static UserMessageBody? ReadBody(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        string? role = null;
        IReadOnlyList<ContentBlock>? content = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("role"u8))
                role = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("content"u8))
                content = ContentReader.ReadList(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new UserMessageBody
        {
            Role = role!,
            Content = content!,
            AdditionalProperties = more,
        };
    }

    private static List<ToolResultMeta>? ReadToolResultMetas(ref JsonTokenReader reader)
    {
        if (!MemberReader.EnterArray(ref reader))
            return null;
        var items = new List<ToolResultMeta>();
        while (MemberReader.NextItem(ref reader))
            items.Add(ReadToolResultMeta(ref reader)!);
        return items;
    }

    private static ToolResultMeta? ReadToolResultMeta(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        string? id = null, nonExecutionKind = null, userFeedback = null;
        ToolPermissionDecision? permissionDecision = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("id"u8))
                id = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("non_execution_kind"u8))
                nonExecutionKind = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("user_feedback"u8))
                userFeedback = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("permission_decision"u8))
                permissionDecision = ReadDecision(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new ToolResultMeta
        {
            Id = id!,
            NonExecutionKind = nonExecutionKind,
            UserFeedback = userFeedback,
            PermissionDecision = permissionDecision,
            AdditionalProperties = more,
        };
    }

    private static ToolPermissionDecision? ReadDecision(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        string? decision = null, source = null, reasonType = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("decision"u8))
                decision = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("source"u8))
                source = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("reason_type"u8))
                reasonType = MemberReader.Text(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new ToolPermissionDecision
        {
            Decision = decision!,
            Source = source,
            ReasonType = reasonType,
            AdditionalProperties = more,
        };
    }
}
