using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What the usage of this machine comes from. An estimate that knows neither other machines nor claude.ai.</summary>
public sealed record UsageBehaviors : OpenRecord
{
    /// <summary>The last 24 hours.</summary>
    [JsonPropertyName("day")]
    public UsagePeriod Day { get; init => field = value ?? new(); } = new();

    /// <summary>The last seven days.</summary>
    [JsonPropertyName("week")]
    public UsagePeriod Week { get; init => field = value ?? new(); } = new();
}

/// <summary>What the usage of a period comes from.</summary>
public sealed record UsagePeriod : OpenRecord
{
    /// <summary>Requests to the API.</summary>
    [JsonPropertyName("request_count")]
    public long RequestCount { get; init; }

    /// <summary>Sessions.</summary>
    [JsonPropertyName("session_count")]
    public long SessionCount { get; init; }

    /// <summary>What stands out. The shares overlap, so they do not add up to 100.</summary>
    [JsonPropertyName("behaviors")]
    public IReadOnlyList<UsageShare> Behaviors { get; init => field = value ?? []; } = [];

    /// <summary>What could be changed, the largest share first.</summary>
    [JsonPropertyName("recommendations")]
    public IReadOnlyList<UsageRecommendation> Recommendations { get; init => field = value ?? []; } = [];

    /// <summary>How this session could change it; null when it cannot.</summary>
    [JsonPropertyName("fix")]
    public UsageFix? Fix { get; init; }

    /// <summary>By subagent.</summary>
    [JsonPropertyName("agents")]
    public IReadOnlyList<UsageShare> Agents { get; init => field = value ?? []; } = [];

    /// <summary>By skill.</summary>
    [JsonPropertyName("skills")]
    public IReadOnlyList<UsageShare> Skills { get; init => field = value ?? []; } = [];

    /// <summary>By plugin.</summary>
    [JsonPropertyName("plugins")]
    public IReadOnlyList<UsageShare> Plugins { get; init => field = value ?? []; } = [];

    /// <summary>By MCP server.</summary>
    [JsonPropertyName("mcp_servers")]
    public IReadOnlyList<UsageShare> McpServers { get; init => field = value ?? []; } = [];
}

/// <summary>A share of the usage.</summary>
public sealed record UsageShare : OpenRecord
{
    /// <summary>The behaviour, for example <c>cache_miss</c>, <c>long_context</c>, <c>subagent_heavy</c>; null for a named source.</summary>
    [JsonPropertyName("key")]
    public string? Key { get; init; }

    /// <summary>The agent, skill, plugin or server; null for a behaviour.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    /// <summary>Its share, 0 to 100.</summary>
    [JsonPropertyName("pct")]
    public decimal Percentage { get; init; }

    /// <summary>The requests that show the behaviour; null for a named source.</summary>
    [JsonPropertyName("count")]
    public long? RequestCount { get; init; }
}

/// <summary>What could be changed about the usage.</summary>
public sealed record UsageRecommendation : OpenRecord
{
    /// <summary>The behaviour, or <c>agent</c>, <c>skill</c>, <c>plugin</c>, <c>mcp_server</c>.</summary>
    [JsonPropertyName("key")]
    public string Key { get; init => field = value ?? ""; } = "";

    /// <summary>The share it is about, 0 to 100.</summary>
    [JsonPropertyName("pct")]
    public decimal Percentage { get; init; }

    /// <summary>What to do, for people.</summary>
    [JsonPropertyName("title")]
    public string Title { get; init => field = value ?? ""; } = "";

    /// <summary>What was seen, or the command to run.</summary>
    [JsonPropertyName("detail")]
    public string? Detail { get; init; }
}

/// <summary>How a session can follow recommendations.</summary>
public sealed record UsageFix : OpenRecord
{
    /// <summary>The recommendations it covers.</summary>
    [JsonPropertyName("keys")]
    public IReadOnlyList<string> Keys { get; init => field = value ?? []; } = [];

    /// <summary>The prompts to send, one after the other.</summary>
    [JsonPropertyName("messages")]
    public IReadOnlyList<string> Prompts { get; init => field = value ?? []; } = [];
}
