using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What fills the model's context window. All sizes are in tokens.</summary>
public sealed record ContextUsage : OpenRecord
{
    /// <summary>The model whose window it is.</summary>
    [JsonPropertyName("model")]
    public string Model { get; init => field = value ?? ""; } = "";

    /// <summary>The rows: what is used, what is reserved, what is free, what is kept outside. See <see cref="ContextCategory.Kind"/>.</summary>
    [JsonPropertyName("categories")]
    public IReadOnlyList<ContextCategory> Categories { get; init => field = value ?? []; } = [];

    /// <summary>What is in the window.</summary>
    [JsonPropertyName("totalTokens")]
    public long TotalTokens { get; init; }

    /// <summary>What the session may use of the window.</summary>
    [JsonPropertyName("maxTokens")]
    public long MaxTokens { get; init; }

    /// <summary>The window of the model.</summary>
    [JsonPropertyName("rawMaxTokens")]
    public long RawMaxTokens { get; init; }

    /// <summary>The used part, 0 to 100.</summary>
    [JsonPropertyName("percentage")]
    public decimal Percentage { get; init; }

    /// <summary>How full the window may be before the conversation is compacted; null when it is never compacted by itself.</summary>
    [JsonPropertyName("autoCompactThreshold")]
    public long? AutoCompactThreshold { get; init; }

    /// <summary>True when the conversation is compacted by itself.</summary>
    [JsonPropertyName("isAutoCompactEnabled")]
    public bool IsAutoCompactEnabled { get; init; }

    /// <summary>Why it compacts where it does, for example <c>model-default</c>; null when the CLI does not say.</summary>
    [JsonPropertyName("autocompactSource")]
    public string? AutoCompactSource { get; init; }

    /// <summary>The usage of the newest answer of the API, not a total; null before the first.</summary>
    [JsonPropertyName("apiUsage")]
    public TokenUsage? LastResponseUsage { get; init; }

    /// <summary>The messages of the conversation by kind; null when the CLI does not say.</summary>
    [JsonPropertyName("messageBreakdown")]
    public ContextMessages? Messages { get; init; }

    /// <summary>The memory files (<c>CLAUDE.md</c>).</summary>
    [JsonPropertyName("memoryFiles")]
    public IReadOnlyList<ContextMemoryFile> MemoryFiles { get; init => field = value ?? []; } = [];

    /// <summary>The tools of MCP servers.</summary>
    [JsonPropertyName("mcpTools")]
    public IReadOnlyList<ContextPart> McpTools { get; init => field = value ?? []; } = [];

    /// <summary>The instructions of MCP servers, shared out by the length of their texts.</summary>
    [JsonPropertyName("mcpInstructions")]
    public IReadOnlyList<ContextPart> McpInstructions { get; init => field = value ?? []; } = [];

    /// <summary>Built-in tools.</summary>
    [JsonPropertyName("systemTools")]
    public IReadOnlyList<ContextPart> SystemTools { get; init => field = value ?? []; } = [];

    /// <summary>Built-in tools that are outside until they are needed.</summary>
    [JsonPropertyName("deferredBuiltinTools")]
    public IReadOnlyList<ContextPart> DeferredTools { get; init => field = value ?? []; } = [];

    /// <summary>The parts of the system prompt.</summary>
    [JsonPropertyName("systemPromptSections")]
    public IReadOnlyList<ContextPart> SystemPromptSections { get; init => field = value ?? []; } = [];

    /// <summary>Subagents that the user, a project or a plugin defines.</summary>
    [JsonPropertyName("agents")]
    public IReadOnlyList<ContextAgent> Agents { get; init => field = value ?? []; } = [];

    /// <summary>The list of slash commands; null when there is none.</summary>
    [JsonPropertyName("slashCommands")]
    public ContextCommands? SlashCommands { get; init; }

    /// <summary>The list of skills; null when there is none.</summary>
    [JsonPropertyName("skills")]
    public ContextSkills? Skills { get; init; }

    /// <summary>The picture that <c>/context</c> draws: rows of squares.</summary>
    [JsonPropertyName("gridRows")]
    public IReadOnlyList<IReadOnlyList<ContextSquare>> Grid { get; init => field = value ?? []; } = [];
}

/// <summary>One row of <see cref="ContextUsage"/>.</summary>
public sealed record ContextCategory : OpenRecord
{
    /// <summary>
    /// Which row it is, for example <c>system_prompt</c>, <c>mcp_tools</c>, <c>messages</c>, <c>free_space</c>; null from older CLIs. The name is
    /// for people and may change.
    /// </summary>
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    /// <summary>Its name for people.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Its size.</summary>
    [JsonPropertyName("tokens")]
    public long Tokens { get; init; }

    /// <summary>The name of the colour that the terminal draws it in.</summary>
    [JsonPropertyName("color")]
    public string Color { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// <c>used</c> is in the window, <c>free</c> is what is left, <c>buffer</c> is kept free for compaction, <c>deferred</c> is outside of the
    /// window.
    /// </summary>
    [JsonPropertyName("kind")]
    public string Kind { get; init => field = value ?? ""; } = "";

    /// <summary>True for what is kept outside of the window until it is needed.</summary>
    [JsonPropertyName("isDeferred")]
    public bool IsDeferred { get; init; }
}

/// <summary>A square of the picture in <see cref="ContextUsage.Grid"/>.</summary>
public sealed record ContextSquare : OpenRecord
{
    /// <summary>The category it stands for.</summary>
    [JsonPropertyName("categoryName")]
    public string CategoryName { get; init => field = value ?? ""; } = "";

    /// <summary>The name of its colour.</summary>
    [JsonPropertyName("color")]
    public string Color { get; init => field = value ?? ""; } = "";

    /// <summary>True when it is filled.</summary>
    [JsonPropertyName("isFilled")]
    public bool IsFilled { get; init; }

    /// <summary>The size of the whole category.</summary>
    [JsonPropertyName("tokens")]
    public long Tokens { get; init; }

    /// <summary>The category's part of the window, 0 to 100.</summary>
    [JsonPropertyName("percentage")]
    public decimal Percentage { get; init; }

    /// <summary>How much of the square is filled, 0 to 1.</summary>
    [JsonPropertyName("squareFullness")]
    public decimal Fullness { get; init; }
}
