using System.Text.Json;
using System.Text.Json.Serialization;
using Nexus.Claude.Protocol;

namespace Nexus.Claude;

/// <summary>
/// What the CLI says about itself in its answer to <c>initialize</c>. <see cref="ClaudeClient.Server"/> keeps its lists of commands, agents
/// and output styles up to date.
/// </summary>
public sealed record ServerInformation
{
    /// <summary>The slash commands that can be sent as prompts.</summary>
    [JsonPropertyName("commands")]
    public IReadOnlyList<SlashCommand> Commands { get; init => field = value ?? []; } = [];

    /// <summary>The sub-agents that the model may start.</summary>
    [JsonPropertyName("agents")]
    public IReadOnlyList<AgentInformation> Agents { get; init => field = value ?? []; } = [];

    /// <summary>The models that can be chosen.</summary>
    [JsonPropertyName("models")]
    public IReadOnlyList<ModelInformation> Models { get; init => field = value ?? []; } = [];

    /// <summary>The account that pays, as far as the CLI knows it.</summary>
    [JsonPropertyName("account")]
    public AccountInformation Account { get; init => field = value ?? new(); } = new();

    /// <summary>The output style in use.</summary>
    [JsonPropertyName("output_style")]
    public string? OutputStyle { get; init; }

    /// <summary>The output styles that can be chosen.</summary>
    [JsonPropertyName("available_output_styles")]
    public IReadOnlyList<string> AvailableOutputStyles { get; init => field = value ?? []; } = [];

    /// <summary>The version of the CLI, for example <c>2.1.330</c>; null for a CLI that does not say (2.1.197).</summary>
    [JsonPropertyName("claude_code_version")]
    public string? CliVersion { get; init; }

    /// <summary>The id of the CLI's process as the CLI knows it; in a container not the host's id.</summary>
    [JsonPropertyName("pid")]
    public int? ProcessId { get; init; }

    /// <summary>The permission mode in force; null for a CLI that does not say.</summary>
    [JsonPropertyName("current_permission_mode")]
    public PermissionMode? PermissionMode { get; init; }

    /// <summary>What this CLI can do beyond the base protocol. The list of <see cref="InitMessage"/> is longer.</summary>
    [JsonPropertyName("capabilities")]
    public IReadOnlyList<string> Capabilities { get; init => field = value ?? []; } = [];

    /// <summary>The whole answer to <c>initialize</c>, as it came.</summary>
    [JsonIgnore]
    public JsonElement Raw
    {
        get => UnparsedRaw is { } raw ? raw.Value : default;
        init => UnparsedRaw = value.ValueKind == JsonValueKind.Undefined ? null : UnparsedJson.Of(value);
    }

    private UnparsedJson? UnparsedRaw { get; init; }

    internal static ServerInformation From(ControlReply reply)
    {
        try
        {
            var read = ServerInformationReader.TryRead(reply) ?? reply.Read(ProtocolJson.Default.ServerInformation) ?? new ServerInformation();
            return read with { UnparsedRaw = reply.IsBare ? null : new UnparsedJson(reply.Utf8) };
        }
        catch (JsonException mistake)
        {
            throw new ProtocolException(
                $"What the CLI says about itself in its answer to 'initialize' cannot be read: {mistake.Message} Prompts work without it. "
                + "If a wrapper script starts the CLI, check that it passes on all output; else please report it.", mistake)
            {
                RequestSubtype = "initialize",
            };
        }
    }
}

/// <summary>A sub-agent that the model may start.</summary>
public sealed record AgentInformation : OpenRecord
{
    /// <summary>The agent's type, by which it is asked for.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>When it is to be used.</summary>
    [JsonPropertyName("description")]
    public string Description { get; init => field = value ?? ""; } = "";

    /// <summary>The model it runs on; null when it follows the main one.</summary>
    [JsonPropertyName("model")]
    public string? Model { get; init; }
}

/// <summary>A model that can be chosen.</summary>
public sealed record ModelInformation : OpenRecord
{
    /// <summary>What <see cref="ClaudeOptions.Model"/> takes: an id or an alias.</summary>
    [JsonPropertyName("value")]
    public string Value { get; init => field = value ?? ""; } = "";

    /// <summary>The id that the alias stands for at present; null when the CLI does not say.</summary>
    [JsonPropertyName("resolvedModel")]
    public string? ResolvedModel { get; init; }

    /// <summary>The name for people.</summary>
    [JsonPropertyName("displayName")]
    public string DisplayName { get; init => field = value ?? ""; } = "";

    /// <summary>What it is good for and what it costs, for people.</summary>
    [JsonPropertyName("description")]
    public string Description { get; init => field = value ?? ""; } = "";

    /// <summary>True when <see cref="ClaudeOptions.Effort"/> has an effect.</summary>
    [JsonPropertyName("supportsEffort")]
    public bool? SupportsEffort { get; init; }

    /// <summary>The effort levels it takes; null when the CLI does not say.</summary>
    [JsonPropertyName("supportedEffortLevels")]
    public IReadOnlyList<string>? SupportedEffortLevels { get; init; }

    /// <summary>True when the model decides by itself how much to think.</summary>
    [JsonPropertyName("supportsAdaptiveThinking")]
    public bool? SupportsAdaptiveThinking { get; init; }

    /// <summary>True when it has a fast mode.</summary>
    [JsonPropertyName("supportsFastMode")]
    public bool? SupportsFastMode { get; init; }

    /// <summary>True when the permission mode <c>auto</c> works with it.</summary>
    [JsonPropertyName("supportsAutoMode")]
    public bool? SupportsAutoMode { get; init; }

    /// <summary>True when thinking can be switched off.</summary>
    [JsonPropertyName("supportsThinkingOff")]
    public bool? SupportsThinkingOff { get; init; }
}

/// <summary>The account that pays.</summary>
public sealed record AccountInformation
{
    /// <summary>The address of a claude.ai account; null for an API key.</summary>
    [JsonPropertyName("email")]
    public string? Email { get; init; }

    /// <summary>The organisation; null for an API key.</summary>
    [JsonPropertyName("organization")]
    public string? Organization { get; init; }

    /// <summary>The plan of a claude.ai account; null for an API key.</summary>
    [JsonPropertyName("subscriptionType")]
    public string? SubscriptionType { get; init; }

    /// <summary>Where the login token comes from; <c>none</c> when there is none.</summary>
    [JsonPropertyName("tokenSource")]
    public string? TokenSource { get; init; }

    /// <summary>Where the API key comes from; null when there is none.</summary>
    [JsonPropertyName("apiKeySource")]
    public string? ApiKeySource { get; init; }

    /// <summary>Who serves the model: <c>firstParty</c>, or a cloud.</summary>
    [JsonPropertyName("apiProvider")]
    public string? ApiProvider { get; init; }

    /// <summary>
    /// False when the CLI says that it has neither a login nor an API key, so that every prompt would fail: <see cref="TokenSource"/> is
    /// <c>none</c> and <see cref="ApiKeySource"/> is absent. A cloud provider has credentials of its own, and an account that the CLI says
    /// nothing about (an expired login without network) is taken at its best.
    /// </summary>
    [JsonIgnore]
    public bool HasCredential =>
        TokenSource != "none"
        || ApiKeySource is { Length: > 0 } and not "none"
        || ApiProvider is { Length: > 0 } and not "firstParty";
}

/// <summary>The CLI's receipt for an interrupt.</summary>
public sealed record InterruptReceipt
{
    /// <summary>The prompts that still wait and will run, by <see cref="Turn.PromptId"/>. Empty on CLI 2.1.197, which does not say.</summary>
    [JsonPropertyName("still_queued")]
    public IReadOnlyList<string> StillQueued { get; init => field = value ?? []; } = [];

    /// <summary>The waiting prompts that were dropped because the caller asked for it.</summary>
    [JsonPropertyName("cancelled")]
    public IReadOnlyList<string> Cancelled { get; init => field = value ?? []; } = [];
}

/// <summary>How the answers to control requests are read.</summary>
[JsonSourceGenerationOptions(
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    Converters = [typeof(LenientStringConverter)])]
[JsonSerializable(typeof(ServerInformation))]
[JsonSerializable(typeof(InterruptReceipt))]
internal sealed partial class ProtocolJson : JsonSerializerContext;
