using System.Text.Json;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Protocol;

/// <summary>
/// Reads <see cref="ServerInformation"/> without JSON contracts, for the reason given at <see cref="DirectReader"/>. What is not of the
/// usual form is left to the contract.
/// </summary>
internal static class ServerInformationReader
{
    /// <summary>The information, or null when the reply is not of the usual form.</summary>
    internal static ServerInformation? TryRead(ControlReply reply)
    {
        var reader = new JsonTokenReader(reply.Utf8.Span);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? Read(ref reader) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ServerInformation Read(ref JsonTokenReader reader)
    {
        List<SlashCommand>? commands = null;
        List<AgentInformation>? agents = null;
        List<ModelInformation>? models = null;
        AccountInformation? account = null;
        string? outputStyle = null, cliVersion = null, permissionMode = null;
        List<string>? availableOutputStyles = null, capabilities = null;
        int? processId = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("commands"u8))
                commands = ReadCommands(ref reader);
            else if (member.SequenceEqual("agents"u8))
                agents = ReadAgents(ref reader);
            else if (member.SequenceEqual("models"u8))
                models = ReadModels(ref reader);
            else if (member.SequenceEqual("account"u8))
                account = ReadAccount(ref reader);
            else if (member.SequenceEqual("output_style"u8))
                outputStyle = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("available_output_styles"u8))
                availableOutputStyles = MemberReader.Texts(ref reader);
            else if (member.SequenceEqual("claude_code_version"u8))
                cliVersion = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("pid"u8))
                processId = ReadInt32(ref reader);
            else if (member.SequenceEqual("current_permission_mode"u8))
                permissionMode = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("capabilities"u8))
                capabilities = MemberReader.Texts(ref reader);
            else
                reader.Skip();
        }

        return new ServerInformation
        {
            Commands = commands!,
            Agents = agents!,
            Models = models!,
            Account = account!,
            OutputStyle = outputStyle,
            AvailableOutputStyles = availableOutputStyles!,
            CliVersion = cliVersion,
            ProcessId = processId,
            PermissionMode = permissionMode is null ? null : new PermissionMode(permissionMode),
            Capabilities = capabilities!,
        };
    }

    private static List<SlashCommand>? ReadCommands(ref JsonTokenReader reader)
    {
        if (!MemberReader.EnterArray(ref reader))
            return null;
        var items = new List<SlashCommand>();
        while (MemberReader.NextItem(ref reader))
            items.Add(ReadCommand(ref reader)!);
        return items;
    }

    private static SlashCommand? ReadCommand(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        string? name = null, description = null, argumentHint = null;
        List<string>? aliases = null;
        bool? isBuiltIn = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("name"u8))
                name = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("description"u8))
                description = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("argumentHint"u8))
                argumentHint = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("aliases"u8))
                aliases = MemberReader.Texts(ref reader);
            else if (member.SequenceEqual("builtin"u8))
                isBuiltIn = ReadFlag(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new SlashCommand
        {
            Name = name!,
            Description = description!,
            ArgumentHint = argumentHint!,
            WireAliases = aliases,
            WireIsBuiltIn = isBuiltIn,
            AdditionalProperties = more,
        };
    }

    private static List<AgentInformation>? ReadAgents(ref JsonTokenReader reader)
    {
        if (!MemberReader.EnterArray(ref reader))
            return null;
        var items = new List<AgentInformation>();
        while (MemberReader.NextItem(ref reader))
            items.Add(ReadAgent(ref reader)!);
        return items;
    }

    private static AgentInformation? ReadAgent(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        string? name = null, description = null, model = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("name"u8))
                name = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("description"u8))
                description = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("model"u8))
                model = MemberReader.Text(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new AgentInformation
        {
            Name = name!,
            Description = description!,
            Model = model,
            AdditionalProperties = more,
        };
    }

    private static List<ModelInformation>? ReadModels(ref JsonTokenReader reader)
    {
        if (!MemberReader.EnterArray(ref reader))
            return null;
        var items = new List<ModelInformation>();
        while (MemberReader.NextItem(ref reader))
            items.Add(ReadModel(ref reader)!);
        return items;
    }

    private static ModelInformation? ReadModel(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        string? value = null, resolvedModel = null, displayName = null, description = null;
        bool? supportsEffort = null, supportsAdaptiveThinking = null, supportsFastMode = null, supportsAutoMode = null, supportsThinkingOff = null;
        List<string>? supportedEffortLevels = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("value"u8))
                value = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("resolvedModel"u8))
                resolvedModel = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("displayName"u8))
                displayName = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("description"u8))
                description = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("supportsEffort"u8))
                supportsEffort = ReadFlag(ref reader);
            else if (member.SequenceEqual("supportedEffortLevels"u8))
                supportedEffortLevels = MemberReader.Texts(ref reader);
            else if (member.SequenceEqual("supportsAdaptiveThinking"u8))
                supportsAdaptiveThinking = ReadFlag(ref reader);
            else if (member.SequenceEqual("supportsFastMode"u8))
                supportsFastMode = ReadFlag(ref reader);
            else if (member.SequenceEqual("supportsAutoMode"u8))
                supportsAutoMode = ReadFlag(ref reader);
            else if (member.SequenceEqual("supportsThinkingOff"u8))
                supportsThinkingOff = ReadFlag(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new ModelInformation
        {
            Value = value!,
            ResolvedModel = resolvedModel,
            DisplayName = displayName!,
            Description = description!,
            SupportsEffort = supportsEffort,
            SupportedEffortLevels = supportedEffortLevels,
            SupportsAdaptiveThinking = supportsAdaptiveThinking,
            SupportsFastMode = supportsFastMode,
            SupportsAutoMode = supportsAutoMode,
            SupportsThinkingOff = supportsThinkingOff,
            AdditionalProperties = more,
        };
    }

    private static AccountInformation? ReadAccount(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        string? email = null, organization = null, subscriptionType = null, tokenSource = null, apiKeySource = null, apiProvider = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("email"u8))
                email = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("organization"u8))
                organization = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("subscriptionType"u8))
                subscriptionType = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("tokenSource"u8))
                tokenSource = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("apiKeySource"u8))
                apiKeySource = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("apiProvider"u8))
                apiProvider = MemberReader.Text(ref reader);
            else
                reader.Skip();
        }

        return new AccountInformation
        {
            Email = email,
            Organization = organization,
            SubscriptionType = subscriptionType,
            TokenSource = tokenSource,
            ApiKeySource = apiKeySource,
            ApiProvider = apiProvider,
        };
    }

    // The contracts of the control channel are strict about these two.
    private static bool? ReadFlag(ref JsonTokenReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw new JsonException("true or false was expected."),
    };

    private static int? ReadInt32(ref JsonTokenReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.Number when reader.TryGetInt32(out var number) => number,
        _ => throw new JsonException("A whole number was expected."),
    };
}
