using System.Text.Json;

namespace Nexus.Claude.Wire;

/// <summary>Reads <see cref="ResultMessage"/>, the last message of every turn, without JSON contracts.</summary>
internal static class ResultReader
{
    private const long EndOf9999 = 253_402_300_799_999;

    internal static ResultMessage Read(ref JsonTokenReader reader)
    {
        bool isError = false;
        string? subtype = null, text = null, stopReason = null, sessionId = null, terminalReason = null, fastModeState = null,
            fastModeDisabledReason = null, uuid = null, userMessageUuid = null, apiErrorType = null, apiError = null,
            localCommand = null, resumeReason = null, credentialExpiresAt = null, startupFailureReason = null;
        TimeSpan duration = default, apiDuration = default;
        int numTurns = 0;
        decimal sessionCostUsd = 0;
        TokenUsage? turnUsage = null;
        Dictionary<string, ModelUsage>? sessionModelUsage = null, turnModelUsage = null;
        List<PermissionDenial>? permissionDenials = null;
        SubagentStats? subagentStats = null;
        int? safetyStops = null, apiErrorStatus = null, queuedTurnCount = null, resultIndex = null;
        TimeSpan? timeToFirstToken = null, timeToFirstStreamEvent = null, timeToRequest = null, timeToFirstContent = null,
            timeToRequestFromSpawn = null;
        List<string>? userMessageUuids = null, errors = null, begunMessageIds = null;
        DateTimeOffset? requestSentAt = null;
        long? firstRequestInputTokens = null, firstRequestCacheReadInputTokens = null;
        bool? isWarmSpare = null;
        JsonElement? structuredOutput = null;
        DeferredToolUse? deferredToolUse = null;
        MessageOrigin? origin = null;
        InvalidConfigFile? invalidConfigFile = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("is_error"u8))
                isError = MemberReader.ToFlag(ref reader);
            else if (member.SequenceEqual("subtype"u8))
                subtype = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("result"u8))
                text = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("duration_ms"u8))
                duration = MemberReader.ToDuration(ref reader);
            else if (member.SequenceEqual("duration_api_ms"u8))
                apiDuration = MemberReader.ToDuration(ref reader);
            else if (member.SequenceEqual("num_turns"u8))
                numTurns = MemberReader.ToInt32(ref reader);
            else if (member.SequenceEqual("stop_reason"u8))
                stopReason = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("session_id"u8))
                sessionId = MemberReader.SessionId(ref reader);
            else if (member.SequenceEqual("total_cost_usd"u8))
                sessionCostUsd = MemberReader.ToDecimal(ref reader);
            else if (member.SequenceEqual("usage"u8))
                turnUsage = UsageReader.Read(ref reader);
            else if (member.SequenceEqual("modelUsage"u8))
                sessionModelUsage = UsageReader.ReadModels(ref reader);
            else if (member.SequenceEqual("model_usage_since_last_result"u8))
                turnModelUsage = UsageReader.ReadModels(ref reader);
            else if (member.SequenceEqual("permission_denials"u8))
                permissionDenials = ReadDenials(ref reader);
            else if (member.SequenceEqual("terminal_reason"u8))
                terminalReason = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("fast_mode_state"u8))
                fastModeState = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("fast_mode_disabled_reason"u8))
                fastModeDisabledReason = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("subagent_stats"u8))
                subagentStats = ReadSubagents(ref reader);
            else if (member.SequenceEqual("safety_stops"u8))
                safetyStops = MemberReader.Int32(ref reader);
            else if (member.SequenceEqual("api_error_status"u8))
                apiErrorStatus = MemberReader.Int32(ref reader);
            else if (member.SequenceEqual("ttft_ms"u8))
                timeToFirstToken = MemberReader.Milliseconds(ref reader);
            else if (member.SequenceEqual("ttft_stream_ms"u8))
                timeToFirstStreamEvent = MemberReader.Milliseconds(ref reader);
            else if (member.SequenceEqual("time_to_request_ms"u8))
                timeToRequest = MemberReader.Milliseconds(ref reader);
            else if (member.SequenceEqual("first_content_frame_ms"u8))
                timeToFirstContent = MemberReader.Milliseconds(ref reader);
            else if (member.SequenceEqual("uuid"u8))
                uuid = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("queued_turn_count"u8))
                queuedTurnCount = MemberReader.Int32(ref reader);
            else if (member.SequenceEqual("result_index"u8))
                resultIndex = MemberReader.Int32(ref reader);
            else if (member.SequenceEqual("user_message_uuid"u8))
                userMessageUuid = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("user_message_uuids"u8))
                userMessageUuids = MemberReader.Texts(ref reader);
            else if (member.SequenceEqual("request_sent_wall_ms"u8))
                requestSentAt = ReadInstant(ref reader);
            else if (member.SequenceEqual("first_request_input_tokens"u8))
                firstRequestInputTokens = MemberReader.Int64(ref reader);
            else if (member.SequenceEqual("first_request_cache_read_input_tokens"u8))
                firstRequestCacheReadInputTokens = MemberReader.Int64(ref reader);
            else if (member.SequenceEqual("time_to_request_from_spawn_ms"u8))
                timeToRequestFromSpawn = MemberReader.Milliseconds(ref reader);
            else if (member.SequenceEqual("warm_spare_claimed"u8))
                isWarmSpare = MemberReader.Flag(ref reader);
            else if (member.SequenceEqual("errors"u8))
                errors = MemberReader.Texts(ref reader);
            else if (member.SequenceEqual("begun_message_ids"u8))
                begunMessageIds = MemberReader.Texts(ref reader);
            else if (member.SequenceEqual("api_error_type"u8))
                apiErrorType = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("api_error"u8))
                apiError = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("structured_output"u8))
                structuredOutput = MemberReader.Element(ref reader);
            else if (member.SequenceEqual("deferred_tool_use"u8))
                deferredToolUse = MemberReader.Rare(ref reader, MessageJson.Default.DeferredToolUse);
            else if (member.SequenceEqual("local_command"u8))
                localCommand = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("origin"u8))
                origin = MemberReader.Rare(ref reader, MessageJson.Default.MessageOrigin);
            else if (member.SequenceEqual("resume_reason"u8))
                resumeReason = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("credential_expires_at"u8))
                credentialExpiresAt = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("startup_failure_reason"u8))
                startupFailureReason = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("invalid_config_file"u8))
                invalidConfigFile = MemberReader.Rare(ref reader, MessageJson.Default.InvalidConfigFile);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new ResultMessage
        {
            IsError = isError,
            Subtype = new ResultSubtype(subtype ?? ""),
            Text = text,
            Duration = duration,
            ApiDuration = apiDuration,
            NumTurns = numTurns,
            StopReason = stopReason is null ? null : new StopReason(stopReason),
            SessionId = sessionId,
            SessionCostUsd = sessionCostUsd,
            TurnUsage = turnUsage!,
            SessionModelUsage = sessionModelUsage!,
            TurnModelUsage = turnModelUsage,
            PermissionDenials = permissionDenials!,
            TerminalReason = terminalReason is null ? null : new TerminalReason(terminalReason),
            FastModeState = fastModeState is null ? null : new FastModeState(fastModeState),
            FastModeDisabledReason = fastModeDisabledReason,
            SubagentStats = subagentStats,
            SafetyStops = safetyStops,
            ApiErrorStatus = apiErrorStatus,
            TimeToFirstToken = timeToFirstToken,
            TimeToFirstStreamEvent = timeToFirstStreamEvent,
            TimeToRequest = timeToRequest,
            TimeToFirstContent = timeToFirstContent,
            Uuid = uuid,
            QueuedTurnCount = queuedTurnCount,
            ResultIndex = resultIndex,
            UserMessageUuid = userMessageUuid,
            WireUserMessageUuids = userMessageUuids,
            RequestSentAt = requestSentAt,
            FirstRequestInputTokens = firstRequestInputTokens,
            FirstRequestCacheReadInputTokens = firstRequestCacheReadInputTokens,
            TimeToRequestFromSpawn = timeToRequestFromSpawn,
            IsWarmSpare = isWarmSpare,
            WireErrors = errors,
            WireBegunMessageIds = begunMessageIds,
            ApiErrorType = apiErrorType,
            ApiError = apiError,
            StructuredOutput = structuredOutput,
            DeferredToolUse = deferredToolUse,
            LocalCommand = localCommand,
            Origin = origin,
            ResumeReason = resumeReason,
            WireCredentialExpiresAt = credentialExpiresAt,
            StartupFailureReason = startupFailureReason is null ? null : new StartupFailureReason(startupFailureReason),
            InvalidConfigFile = invalidConfigFile,
            AdditionalProperties = more,
        };
    }

    private static List<PermissionDenial>? ReadDenials(ref JsonTokenReader reader)
    {
        if (!MemberReader.EnterArray(ref reader))
            return null;
        var items = new List<PermissionDenial>();
        while (MemberReader.NextItem(ref reader))
            items.Add(ReadDenial(ref reader)!);
        return items;
    }

    private static PermissionDenial? ReadDenial(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        string? toolName = null, toolUseId = null;
        JsonElement toolInput = default;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("tool_name"u8))
                toolName = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("tool_use_id"u8))
                toolUseId = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("tool_input"u8))
                toolInput = MemberReader.Json(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new PermissionDenial
        {
            ToolName = toolName!,
            ToolUseId = toolUseId!,
            ToolInput = toolInput,
            AdditionalProperties = more,
        };
    }

    private static SubagentStats? ReadSubagents(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        int spawned = 0, startedInBackground = 0, maxDepth = 0, spawnedBySubagents = 0, completed = 0, failed = 0;
        UnparsedJson? requested = null, killed = null, refused = null;
        Dictionary<string, int>? byType = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("spawned"u8))
                spawned = MemberReader.ToInt32(ref reader);
            else if (member.SequenceEqual("requested"u8))
                requested = MemberReader.Unparsed(ref reader);
            else if (member.SequenceEqual("started_in_background"u8))
                startedInBackground = MemberReader.ToInt32(ref reader);
            else if (member.SequenceEqual("max_depth"u8))
                maxDepth = MemberReader.ToInt32(ref reader);
            else if (member.SequenceEqual("spawned_by_subagents"u8))
                spawnedBySubagents = MemberReader.ToInt32(ref reader);
            else if (member.SequenceEqual("completed"u8))
                completed = MemberReader.ToInt32(ref reader);
            else if (member.SequenceEqual("failed"u8))
                failed = MemberReader.ToInt32(ref reader);
            else if (member.SequenceEqual("killed"u8))
                killed = MemberReader.Unparsed(ref reader);
            else if (member.SequenceEqual("refused"u8))
                refused = MemberReader.Unparsed(ref reader);
            else if (member.SequenceEqual("by_type"u8))
                byType = ReadCounts(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new SubagentStats
        {
            Spawned = spawned,
            UnparsedRequested = requested,
            StartedInBackground = startedInBackground,
            MaxDepth = maxDepth,
            SpawnedBySubagents = spawnedBySubagents,
            Completed = completed,
            Failed = failed,
            UnparsedKilled = killed,
            UnparsedRefused = refused,
            WireByType = byType,
            AdditionalProperties = more,
        };
    }

    private static Dictionary<string, int>? ReadCounts(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;
        var counts = new Dictionary<string, int>();
        while (MemberReader.Next(ref reader, out var member))
            counts[Utf8Text.ToString(member)] = MemberReader.ToInt32(ref reader);
        return counts;
    }

    private static DateTimeOffset? ReadInstant(ref JsonTokenReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        if (reader.TryGetDigits(out var milliseconds) && milliseconds <= EndOf9999)
            return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        var borrowed = reader.Borrow();
        var instant = WireTime.ReadInstant(ref borrowed, TimeSpan.TicksPerMillisecond);
        reader.Return(borrowed);
        return instant;
    }
}
