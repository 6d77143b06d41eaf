using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>A memory file in the context window.</summary>
public sealed record ContextMemoryFile : OpenRecord
{
    /// <summary>The file.</summary>
    [JsonPropertyName("path")]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>Whose memory it is, for example <c>Project</c>.</summary>
    [JsonPropertyName("type")]
    public string FileType { get; init => field = value ?? ""; } = "";

    /// <summary>Its size in tokens.</summary>
    [JsonPropertyName("tokens")]
    public long Tokens { get; init; }
}

/// <summary>A tool, or another named part, in the context window.</summary>
public sealed record ContextPart : OpenRecord
{
    /// <summary>Its name; empty for the instructions of a server.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The MCP server it belongs to; null for what is built in.</summary>
    [JsonPropertyName("serverName")]
    public string? ServerName { get; init; }

    /// <summary>Its size in tokens.</summary>
    [JsonPropertyName("tokens")]
    public long Tokens { get; init; }

    /// <summary>False when it is outside of the window until it is needed; null when the CLI does not say.</summary>
    [JsonPropertyName("isLoaded")]
    public bool? IsLoaded { get; init; }
}

/// <summary>A subagent in the context window.</summary>
public sealed record ContextAgent : OpenRecord
{
    /// <summary>Its type, by which it is asked for.</summary>
    [JsonPropertyName("agentType")]
    public string AgentType { get; init => field = value ?? ""; } = "";

    /// <summary>Where it is defined.</summary>
    [JsonPropertyName("source")]
    public string Source { get; init => field = value ?? ""; } = "";

    /// <summary>The plugin it comes from; null when from none.</summary>
    [JsonPropertyName("pluginId")]
    public string? PluginId { get; init; }

    /// <summary>Its file on the CLI's machine; null when it has none.</summary>
    [JsonPropertyName("path")]
    public string? Path { get; init; }

    /// <summary>The size of its description in tokens.</summary>
    [JsonPropertyName("tokens")]
    public long Tokens { get; init; }
}

/// <summary>The list of slash commands in the context window.</summary>
public sealed record ContextCommands : OpenRecord
{
    /// <summary>How many there are.</summary>
    [JsonPropertyName("totalCommands")]
    public int Total { get; init; }

    /// <summary>How many the model is told of.</summary>
    [JsonPropertyName("includedCommands")]
    public int Included { get; init; }

    /// <summary>The size of the list in tokens.</summary>
    [JsonPropertyName("tokens")]
    public long Tokens { get; init; }
}

/// <summary>The list of skills in the context window.</summary>
public sealed record ContextSkills : OpenRecord
{
    /// <summary>How many there are.</summary>
    [JsonPropertyName("totalSkills")]
    public int Total { get; init; }

    /// <summary>How many the model is told of.</summary>
    [JsonPropertyName("includedSkills")]
    public int Included { get; init; }

    /// <summary>The size of the list in tokens.</summary>
    [JsonPropertyName("tokens")]
    public long Tokens { get; init; }

    /// <summary>Each of them.</summary>
    [JsonPropertyName("skillFrontmatter")]
    public IReadOnlyList<ContextSkill> Skills { get; init => field = value ?? []; } = [];
}

/// <summary>A skill in the context window.</summary>
public sealed record ContextSkill : OpenRecord
{
    /// <summary>Its name.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Where it is defined, for example <c>built-in</c>.</summary>
    [JsonPropertyName("source")]
    public string Source { get; init => field = value ?? ""; } = "";

    /// <summary>The name of the plugin it comes from; null when from none.</summary>
    [JsonPropertyName("pluginName")]
    public string? PluginName { get; init; }

    /// <summary>The plugin with its marketplace; null when from none.</summary>
    [JsonPropertyName("pluginId")]
    public string? PluginId { get; init; }

    /// <summary>Its file on the CLI's machine; null when it has none.</summary>
    [JsonPropertyName("path")]
    public string? Path { get; init; }

    /// <summary>The size of its description in tokens.</summary>
    [JsonPropertyName("tokens")]
    public long Tokens { get; init; }
}

/// <summary>The messages in the context window by kind, in tokens.</summary>
public sealed record ContextMessages : OpenRecord
{
    /// <summary>Calls of tools.</summary>
    [JsonPropertyName("toolCallTokens")]
    public long ToolCallTokens { get; init; }

    /// <summary>Results of tools.</summary>
    [JsonPropertyName("toolResultTokens")]
    public long ToolResultTokens { get; init; }

    /// <summary>What the CLI attaches: the environment, lists of skills and agents.</summary>
    [JsonPropertyName("attachmentTokens")]
    public long AttachmentTokens { get; init; }

    /// <summary>Texts of the model.</summary>
    [JsonPropertyName("assistantMessageTokens")]
    public long AssistantMessageTokens { get; init; }

    /// <summary>Texts of the user.</summary>
    [JsonPropertyName("userMessageTokens")]
    public long UserMessageTokens { get; init; }

    /// <summary>Context that is brought in from elsewhere.</summary>
    [JsonPropertyName("redirectedContextTokens")]
    public long RedirectedContextTokens { get; init; }

    /// <summary>What belongs to none of these.</summary>
    [JsonPropertyName("unattributedTokens")]
    public long UnattributedTokens { get; init; }

    /// <summary>Calls and results by tool.</summary>
    [JsonPropertyName("toolCallsByType")]
    public IReadOnlyList<ContextToolCalls> ToolCalls { get; init => field = value ?? []; } = [];

    /// <summary>Attachments by kind.</summary>
    [JsonPropertyName("attachmentsByType")]
    public IReadOnlyList<ContextPart> Attachments { get; init => field = value ?? []; } = [];
}

/// <summary>The calls of one tool in the context window.</summary>
public sealed record ContextToolCalls : OpenRecord
{
    /// <summary>The tool.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The size of its calls in tokens.</summary>
    [JsonPropertyName("callTokens")]
    public long CallTokens { get; init; }

    /// <summary>The size of its results in tokens.</summary>
    [JsonPropertyName("resultTokens")]
    public long ResultTokens { get; init; }
}
