namespace Nexus.Claude;

public sealed partial class NexusClaudeServerOptions
{
    /// <summary>The Redis that several gateways share.</summary>
    public GatewayRedisOptions Redis { get; set => field = value ?? new GatewayRedisOptions(); } = new();
}

/// <summary>
/// Redis, for more than one gateway behind a balancer: conversations, responses, replies kept for equal requests and idempotency keys are then
/// shared, and no request needs to come back to the gateway that answered the one before.
/// </summary>
public sealed class GatewayRedisOptions
{
    /// <summary>
    /// Where Redis is, in the form of StackExchange.Redis, for example <c>redis:6379,password=...,ssl=true</c>. Default null: nothing is
    /// shared. It may hold a password and is never logged.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>What all keys begin with. Gateways with the same one share everything. Default <c>nexus-claude:</c>.</summary>
    public string KeyPrefix { get; set => field = value ?? ""; } = "nexus-claude:";

    /// <summary>How long a command may take before Redis counts as down. Default 5 seconds.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a conversation stays taken when the gateway that answers in it dies; while it lives it renews this. Default 15 seconds.
    /// </summary>
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(15);
}
