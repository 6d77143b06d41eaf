using Nexus.Claude.Memory;

namespace Nexus.Claude.Gateway;

/// <summary>A memory for each key: what one has said is never recalled for another.</summary>
internal static class KeyMemory
{
    private const string Tenant = "gateway";

    /// <summary>Gives the sessions of every key its memory.</summary>
    /// <param name="options">The server's options.</param>
    /// <param name="settings">Where the memory is kept.</param>
    public static void AddTo(NexusClaudeServerOptions options, GatewaySettings settings) =>
        options.Sessions.ConfigureSession = (session, keyId) => session.UseMemory(memory =>
        {
            memory.Path = settings.MemoryPath;
            memory.Scope = new MemoryScope(Tenant, keyId);
            // All sessions of chat stand in a folder that says nothing about them.
            memory.Reach = MemoryReach.Everywhere;
            if (settings.MeilisearchUrl is { } server)
                memory.Meilisearch = new MeilisearchOptions { Url = server.ToString(), ApiKey = settings.MeilisearchKey };
        });
}
