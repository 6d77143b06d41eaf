namespace Nexus.Claude.Server.Security;

/// <summary>Who sends a request: a key and what it allows. Requests of different keys never share conversations, processes or cached replies.</summary>
/// <param name="KeyId">The key's id, fit for logs; <c>anonymous</c> where no key is needed.</param>
/// <param name="Policy">What the key allows.</param>
internal sealed record Caller(string KeyId, KeyPolicy Policy)
{
    /// <summary>The caller of a server without keys, on loopback.</summary>
    public static Caller Anonymous { get; } = new("anonymous", KeyPolicy.Open);
}

/// <summary>What a key allows.</summary>
internal sealed record KeyPolicy
{
    /// <summary>No limits but the server's; no tools but the client's own.</summary>
    public static KeyPolicy Open { get; } = new();

    /// <summary>The models it may use, by id or alias; null for all.</summary>
    public IReadOnlySet<string>? Models { get; init; }

    /// <summary>Whether Claude Code's own tools and the operator's MCP servers may run for it.</summary>
    public bool AllowsAgent { get; init; }

    /// <summary>The built-in tools that it may use as an agent; null for the server's list.</summary>
    public IReadOnlyList<string>? AgentTools { get; init; }

    /// <summary>The folders (with all below) it may work in; empty for none.</summary>
    public IReadOnlyList<string> WorkingDirectories { get; init; } = [];

    /// <summary>Requests a minute; null for no limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Tokens a minute, prompt and reply; null for no limit.</summary>
    public int? TokensPerMinute { get; init; }

    /// <summary>Requests at the same time; null for no limit but the server's.</summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>US dollars in total, by the CLI's price list; null for no limit.</summary>
    public decimal? BudgetUsd { get; init; }
}
