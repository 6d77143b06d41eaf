using System.Text.Json;

namespace Nexus.Claude.Wire;

/// <summary>Reads <see cref="InitMessage"/>, the first message of every turn, without JSON contracts.</summary>
internal static class InitReader
{
    private static readonly RepeatedValue<List<string>> Tools = new(MemberReader.Texts);
    private static readonly RepeatedValue<List<string>> SlashCommands = new(MemberReader.Texts);
    private static readonly RepeatedValue<List<string>> TerminalSlashCommands = new(MemberReader.Texts);
    private static readonly RepeatedValue<List<string>> Agents = new(MemberReader.Texts);
    private static readonly RepeatedValue<List<string>> Skills = new(MemberReader.Texts);
    private static readonly RepeatedValue<List<string>> Capabilities = new(MemberReader.Texts);
    private static readonly RepeatedValue<List<string>> Betas = new(MemberReader.Texts);
    private static readonly RepeatedValue<List<McpServerInfo>> Servers = new(ReadServers);
    private static readonly RepeatedValue<List<PluginInfo>> Plugins = new(ReadPlugins);

    internal static InitMessage Read(ref JsonTokenReader reader)
    {
        string? workingDirectory = null, sessionId = null, model = null, permissionMode = null, apiKeySource = null, cliVersion = null,
            outputStyle = null, uuid = null, originalWorkingDirectory = null, messagingSocketPath = null, fastModeState = null,
            fastModeDisabledReason = null, viewMode = null, effort = null;
        List<string>? tools = null, slashCommands = null, terminalSlashCommands = null, agents = null, skills = null,
            capabilities = null, additionalDirectories = null, userMessageUuids = null, betas = null;
        List<McpServerInfo>? mcpServers = null;
        List<PluginInfo>? plugins = null;
        bool? isAnalyticsDisabled = null, isProductFeedbackDisabled = null, isServedByAnthropic = null, isPerTurnEffortActive = null,
            isUltrathinkAvailable = null, isUltrathinkTypedRaises = null;
        UnparsedJson? memoryPaths = null;
        List<PluginError>? pluginErrors = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("cwd"u8))
                workingDirectory = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("session_id"u8))
                sessionId = MemberReader.SessionId(ref reader);
            else if (member.SequenceEqual("tools"u8))
                tools = Tools.Read(ref reader);
            else if (member.SequenceEqual("mcp_servers"u8))
                mcpServers = Servers.Read(ref reader);
            else if (member.SequenceEqual("model"u8))
                model = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("permissionMode"u8))
                permissionMode = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("slash_commands"u8))
                slashCommands = SlashCommands.Read(ref reader);
            else if (member.SequenceEqual("terminal_slash_commands"u8))
                terminalSlashCommands = TerminalSlashCommands.Read(ref reader);
            else if (member.SequenceEqual("apiKeySource"u8))
                apiKeySource = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("claude_code_version"u8))
                cliVersion = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("output_style"u8))
                outputStyle = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("agents"u8))
                agents = Agents.Read(ref reader);
            else if (member.SequenceEqual("skills"u8))
                skills = Skills.Read(ref reader);
            else if (member.SequenceEqual("plugins"u8))
                plugins = Plugins.Read(ref reader);
            else if (member.SequenceEqual("capabilities"u8))
                capabilities = Capabilities.Read(ref reader);
            else if (member.SequenceEqual("analytics_disabled"u8))
                isAnalyticsDisabled = MemberReader.Flag(ref reader);
            else if (member.SequenceEqual("product_feedback_disabled"u8))
                isProductFeedbackDisabled = MemberReader.Flag(ref reader);
            else if (member.SequenceEqual("served_by_anthropic"u8))
                isServedByAnthropic = MemberReader.Flag(ref reader);
            else if (member.SequenceEqual("uuid"u8))
                uuid = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("memory_paths"u8))
                memoryPaths = MemberReader.Unparsed(ref reader);
            else if (member.SequenceEqual("original_cwd"u8))
                originalWorkingDirectory = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("additional_directories"u8))
                additionalDirectories = MemberReader.Texts(ref reader);
            else if (member.SequenceEqual("messaging_socket_path"u8))
                messagingSocketPath = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("fast_mode_state"u8))
                fastModeState = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("fast_mode_disabled_reason"u8))
                fastModeDisabledReason = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("per_turn_effort_active"u8))
                isPerTurnEffortActive = MemberReader.Flag(ref reader);
            else if (member.SequenceEqual("ultrathink_available"u8))
                isUltrathinkAvailable = MemberReader.Flag(ref reader);
            else if (member.SequenceEqual("ultrathink_typed_raises"u8))
                isUltrathinkTypedRaises = MemberReader.Flag(ref reader);
            else if (member.SequenceEqual("view_mode"u8))
                viewMode = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("user_message_uuids"u8))
                userMessageUuids = MemberReader.Texts(ref reader);
            else if (member.SequenceEqual("betas"u8))
                betas = Betas.Read(ref reader);
            else if (member.SequenceEqual("effort"u8))
                effort = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("plugin_errors"u8))
                pluginErrors = ReadPluginErrors(ref reader);
            else if (!member.SequenceEqual("type"u8) && !member.SequenceEqual("subtype"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new InitMessage
        {
            WorkingDirectory = workingDirectory!,
            SessionId = sessionId,
            Tools = tools!,
            McpServers = mcpServers!,
            Model = model!,
            PermissionMode = new PermissionMode(permissionMode ?? ""),
            SlashCommands = slashCommands!,
            WireTerminalSlashCommands = terminalSlashCommands,
            ApiKeySource = new ApiKeySource(apiKeySource ?? ""),
            CliVersion = cliVersion!,
            OutputStyle = outputStyle!,
            WireAgents = agents,
            WireSkills = skills,
            WirePlugins = plugins,
            WireCapabilities = capabilities,
            IsAnalyticsDisabled = isAnalyticsDisabled,
            IsProductFeedbackDisabled = isProductFeedbackDisabled,
            IsServedByAnthropic = isServedByAnthropic,
            Uuid = uuid,
            UnparsedMemoryPaths = memoryPaths,
            OriginalWorkingDirectory = originalWorkingDirectory,
            WireAdditionalDirectories = additionalDirectories,
            MessagingSocketPath = messagingSocketPath,
            FastModeState = fastModeState is null ? null : new FastModeState(fastModeState),
            FastModeDisabledReason = fastModeDisabledReason,
            IsPerTurnEffortActive = isPerTurnEffortActive,
            IsUltrathinkAvailable = isUltrathinkAvailable,
            IsUltrathinkTypedRaises = isUltrathinkTypedRaises,
            ViewMode = viewMode,
            WireUserMessageUuids = userMessageUuids,
            WireBetas = betas,
            Effort = effort,
            WirePluginErrors = pluginErrors,
            AdditionalProperties = more,
        };
    }

    private static List<McpServerInfo>? ReadServers(ref JsonTokenReader reader)
    {
        if (!MemberReader.EnterArray(ref reader))
            return null;
        var items = new List<McpServerInfo>();
        while (MemberReader.NextItem(ref reader))
            items.Add(ReadServer(ref reader)!);
        return items;
    }

    private static McpServerInfo? ReadServer(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        string? name = null, status = null, source = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("name"u8))
                name = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("status"u8))
                status = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("source"u8))
                source = MemberReader.Text(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new McpServerInfo
        {
            Name = name!,
            Status = new McpServerStatus(status ?? ""),
            Source = source,
            AdditionalProperties = more,
        };
    }

    private static List<PluginInfo>? ReadPlugins(ref JsonTokenReader reader)
    {
        if (!MemberReader.EnterArray(ref reader))
            return null;
        var items = new List<PluginInfo>();
        while (MemberReader.NextItem(ref reader))
            items.Add(ReadPlugin(ref reader)!);
        return items;
    }

    private static PluginInfo? ReadPlugin(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        string? name = null, path = null, source = null, version = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("name"u8))
                name = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("path"u8))
                path = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("source"u8))
                source = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("version"u8))
                version = MemberReader.Text(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new PluginInfo
        {
            Name = name!,
            Path = path!,
            Source = source,
            Version = version,
            AdditionalProperties = more,
        };
    }

    private static List<PluginError>? ReadPluginErrors(ref JsonTokenReader reader)
    {
        if (!MemberReader.EnterArray(ref reader))
            return null;
        var items = new List<PluginError>();
        while (MemberReader.NextItem(ref reader))
            items.Add(MemberReader.Rare(ref reader, MessageJson.Default.PluginError)!);
        return items;
    }
}
