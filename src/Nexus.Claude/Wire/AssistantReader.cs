using System.Text.Json;

namespace Nexus.Claude.Wire;

/// <summary>Reads <see cref="AssistantMessage"/> without JSON contracts.</summary>
internal static class AssistantReader
{
    internal static AssistantMessage Read(ref JsonTokenReader reader)
    {
        ApiMessage? message = null;
        string? parentToolUseId = null, sessionId = null, uuid = null, timestamp = null, requestId = null, userMessageUuid = null,
            error = null, apiErrorType = null, apiError = null, agentId = null, subagentType = null, taskDescription = null,
            thinkingDisplay = null, resumeReason = null, refusedMessageId = null, localCommandSource = null;
        List<string>? userMessageUuids = null, supersedes = null;
        List<ToolUseMeta>? toolUseMeta = null;
        bool? isApiErrorMessage = null, isAborted = null, isResumedFromIncompleteThinking = null;
        int? apiErrorStatus = null;
        JsonElement? apiErrorParams = null, contextUsage = null, usageReport = null, localCommandRun = null;
        TimeSpan? thinkingDuration = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("message"u8))
                message = ReadApiMessage(ref reader);
            else if (member.SequenceEqual("parent_tool_use_id"u8))
                parentToolUseId = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("session_id"u8))
                sessionId = MemberReader.SessionId(ref reader);
            else if (member.SequenceEqual("uuid"u8))
                uuid = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("timestamp"u8))
                timestamp = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("request_id"u8))
                requestId = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("user_message_uuid"u8))
                userMessageUuid = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("user_message_uuids"u8))
                userMessageUuids = MemberReader.Texts(ref reader);
            else if (member.SequenceEqual("tool_use_meta"u8))
                toolUseMeta = ReadToolUseMetas(ref reader);
            else if (member.SequenceEqual("error"u8))
                error = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("is_api_error_message"u8))
                isApiErrorMessage = MemberReader.Flag(ref reader);
            else if (member.SequenceEqual("api_error_status"u8))
                apiErrorStatus = MemberReader.Int32(ref reader);
            else if (member.SequenceEqual("api_error_type"u8))
                apiErrorType = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("api_error"u8))
                apiError = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("api_error_params"u8))
                apiErrorParams = MemberReader.Element(ref reader);
            else if (member.SequenceEqual("aborted"u8))
                isAborted = MemberReader.Flag(ref reader);
            else if (member.SequenceEqual("agent_id"u8))
                agentId = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("subagent_type"u8))
                subagentType = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("task_description"u8))
                taskDescription = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("thinking_duration_ms"u8))
                thinkingDuration = MemberReader.Milliseconds(ref reader);
            else if (member.SequenceEqual("thinking_display"u8))
                thinkingDisplay = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("supersedes"u8))
                supersedes = MemberReader.Texts(ref reader);
            else if (member.SequenceEqual("resume_reason"u8))
                resumeReason = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("resumed_from_incomplete_thinking"u8))
                isResumedFromIncompleteThinking = MemberReader.Flag(ref reader);
            else if (member.SequenceEqual("context_usage"u8))
                contextUsage = MemberReader.Element(ref reader);
            else if (member.SequenceEqual("usage_report"u8))
                usageReport = MemberReader.Element(ref reader);
            else if (member.SequenceEqual("refused_message_id"u8))
                refusedMessageId = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("local_command_source"u8))
                localCommandSource = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("local_command_run"u8))
                localCommandRun = MemberReader.Element(ref reader);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new AssistantMessage
        {
            Message = message!,
            ParentToolUseId = parentToolUseId,
            SessionId = sessionId,
            Uuid = uuid,
            WireTimestamp = timestamp,
            RequestId = requestId,
            UserMessageUuid = userMessageUuid,
            WireUserMessageUuids = userMessageUuids,
            WireToolUseMeta = toolUseMeta,
            Error = error is null ? null : new AssistantError(error),
            WireIsApiErrorMessage = isApiErrorMessage,
            ApiErrorStatus = apiErrorStatus,
            ApiErrorType = apiErrorType,
            ApiError = apiError,
            ApiErrorParams = apiErrorParams,
            WireIsAborted = isAborted,
            AgentId = agentId,
            SubagentType = subagentType,
            TaskDescription = taskDescription,
            ThinkingDuration = thinkingDuration,
            ThinkingDisplay = thinkingDisplay,
            WireSupersedes = supersedes,
            ResumeReason = resumeReason,
            WireIsResumedFromIncompleteThinking = isResumedFromIncompleteThinking,
            ContextUsage = contextUsage,
            UsageReport = usageReport,
            RefusedMessageId = refusedMessageId,
            LocalCommandSource = localCommandSource,
            LocalCommandRun = localCommandRun,
            AdditionalProperties = more,
        };
    }

    internal static ApiMessage? ReadApiMessage(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        string? id = null, type = null, role = null, model = null, stopReason = null, stopSequence = null;
        IReadOnlyList<ContentBlock>? content = null;
        TokenUsage? startUsage = null;
        JsonElement? container = null, contextManagement = null, diagnostics = null, stopDetails = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("id"u8))
                id = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("type"u8))
                type = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("role"u8))
                role = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("model"u8))
                model = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("content"u8))
                content = ContentReader.ReadList(ref reader);
            else if (member.SequenceEqual("stop_reason"u8))
                stopReason = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("stop_sequence"u8))
                stopSequence = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("usage"u8))
                startUsage = UsageReader.Read(ref reader);
            else if (member.SequenceEqual("container"u8))
                container = MemberReader.Element(ref reader);
            else if (member.SequenceEqual("context_management"u8))
                contextManagement = MemberReader.Element(ref reader);
            else if (member.SequenceEqual("diagnostics"u8))
                diagnostics = MemberReader.Element(ref reader);
            else if (member.SequenceEqual("stop_details"u8))
                stopDetails = MemberReader.Element(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new ApiMessage
        {
            Id = id!,
            Type = type!,
            Role = role!,
            Model = model!,
            Content = content!,
            StopReason = stopReason is null ? null : new StopReason(stopReason),
            StopSequence = stopSequence,
            StartUsage = startUsage,
            Container = container,
            ContextManagement = contextManagement,
            Diagnostics = diagnostics,
            StopDetails = stopDetails,
            AdditionalProperties = more,
        };
    }

    private static List<ToolUseMeta>? ReadToolUseMetas(ref JsonTokenReader reader)
    {
        if (!MemberReader.EnterArray(ref reader))
            return null;
        var items = new List<ToolUseMeta>();
        while (MemberReader.NextItem(ref reader))
            items.Add(ReadToolUseMeta(ref reader)!);
        return items;
    }

    private static ToolUseMeta? ReadToolUseMeta(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        string? id = null, displayName = null, serverDisplayName = null, toolName = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("id"u8))
                id = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("display_name"u8))
                displayName = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("server_display_name"u8))
                serverDisplayName = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("tool_name"u8))
                toolName = MemberReader.Text(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new ToolUseMeta
        {
            Id = id!,
            DisplayName = displayName,
            ServerDisplayName = serverDisplayName,
            ToolName = toolName,
            AdditionalProperties = more,
        };
    }
}
