using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What the CLI knows about an MCP server of the session.</summary>
public sealed record McpServerDetails : OpenRecord
{
    /// <summary>Its name in the configuration.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it is connected.</summary>
    [JsonPropertyName("status")]
    public McpServerStatus Status { get; init; }

    /// <summary>What the server calls itself; null until it is connected.</summary>
    [JsonPropertyName("serverInfo")]
    public McpImplementation? ServerInfo { get; init; }

    /// <summary>Why it failed; null when it did not.</summary>
    [JsonPropertyName("error")]
    public string? Error { get; init; }

    /// <summary>Its configuration as raw JSON; null when the CLI does not say. It can hold addresses and headers.</summary>
    [JsonPropertyName("config")]
    public JsonElement? Config { get; init; }

    /// <summary>The scope of its configuration, for example <c>dynamic</c>, <c>project</c> or <c>user</c>.</summary>
    [JsonPropertyName("scope")]
    public string? Scope { get; init; }

    /// <summary>Who defined it: <c>sdk</c> for a server of this program, <c>plugin</c>, or a scope. Trust depends on this, not on the name.</summary>
    [JsonPropertyName("source")]
    public string? Source { get; init; }

    /// <summary>How it is reached: <c>stdio</c>, <c>http</c>, <c>sse</c> or <c>sdk</c>.</summary>
    [JsonPropertyName("transport")]
    public string? Transport { get; init; }

    /// <summary>Its tools; empty until it is connected.</summary>
    [JsonPropertyName("tools")]
    public IReadOnlyList<McpToolDetails> Tools { get; init => field = value ?? []; } = [];
}

/// <summary>What an MCP server calls itself.</summary>
public sealed record McpImplementation : OpenRecord
{
    /// <summary>The server's own name.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Its version.</summary>
    [JsonPropertyName("version")]
    public string Version { get; init => field = value ?? ""; } = "";
}

/// <summary>A tool of an MCP server.</summary>
public sealed record McpToolDetails : OpenRecord
{
    /// <summary>The tool's name as the server lists it.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>What it does; null when the server or the CLI does not say.</summary>
    [JsonPropertyName("description")]
    public string? Description { get; init; }

    /// <summary>What the server says about its effects.</summary>
    [JsonPropertyName("annotations")]
    public McpToolAnnotations Annotations { get; init => field = value ?? new(); } = new();
}

/// <summary>What an MCP server says about the effects of a tool. Hints, not promises; null says nothing.</summary>
public sealed record McpToolAnnotations : OpenRecord
{
    /// <summary>It changes nothing.</summary>
    [JsonPropertyName("readOnly")]
    public bool? IsReadOnly { get; init; }

    /// <summary>It may destroy something.</summary>
    [JsonPropertyName("destructive")]
    public bool? IsDestructive { get; init; }

    /// <summary>It reaches things outside.</summary>
    [JsonPropertyName("openWorld")]
    public bool? IsOpenWorld { get; init; }
}

/// <summary>What <see cref="ClaudeClient.SetMcpServersAsync"/> changed.</summary>
public sealed record McpServersChange : OpenRecord
{
    /// <summary>The servers that are new.</summary>
    [JsonPropertyName("added")]
    public IReadOnlyList<string> Added { get; init => field = value ?? []; } = [];

    /// <summary>The servers that are gone.</summary>
    [JsonPropertyName("removed")]
    public IReadOnlyList<string> Removed { get; init => field = value ?? []; } = [];

    /// <summary>Why servers could not be connected, by name.</summary>
    [JsonPropertyName("errors")]
    public IReadOnlyDictionary<string, string> Errors { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();
}
