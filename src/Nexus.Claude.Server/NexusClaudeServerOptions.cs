namespace Nexus.Claude;

/// <summary>How the gateway works. Set by code, or bound from configuration by the host.</summary>
public sealed partial class NexusClaudeServerOptions
{
    /// <summary>
    /// How the CLI is found and what its processes get: path, environment, time limits. What decides about safety (tools, settings files,
    /// attachments, persistence, permission mode) is set by the gateway and not taken from here, agents of trusted keys excepted.
    /// </summary>
    public ClaudeOptions Claude { get; set => field = value ?? new ClaudeOptions(); } = new();

    /// <summary>How processes of the CLI are kept.</summary>
    public GatewaySessionOptions Sessions { get; set => field = value ?? new GatewaySessionOptions(); } = new();

    /// <summary>What models may be called.</summary>
    public GatewayModelOptions Models { get; set => field = value ?? new GatewayModelOptions(); } = new();
}
