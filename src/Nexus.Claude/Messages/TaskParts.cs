using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>A live background task.</summary>
public sealed record BackgroundTask : OpenRecord
{
    /// <summary>The task.</summary>
    [JsonPropertyName("task_id")]
    public string TaskId { get; init => field = value ?? ""; } = "";

    /// <summary>This run of the task.</summary>
    [JsonPropertyName("run_id")]
    public string? RunId { get; init; }

    /// <summary>The kind of task.</summary>
    [JsonPropertyName("task_type")]
    public AgentTaskType TaskType { get; init; }

    /// <summary>The type of the subagent.</summary>
    [JsonPropertyName("subagent_type")]
    public string? SubagentType { get; init; }

    /// <summary>What it does.</summary>
    [JsonPropertyName("description")]
    public string Description { get; init => field = value ?? ""; } = "";

    /// <summary>The task that started it.</summary>
    [JsonPropertyName("parent_task_id")]
    public string? ParentTaskId { get; init; }

    /// <summary>True for tasks that are no activity.</summary>
    [JsonIgnore]
    public bool IsAmbient
    {
        get => WireIsAmbient ?? false;
        init => WireIsAmbient = value;
    }

    [JsonInclude]
    [JsonPropertyName("ambient")]
    internal bool? WireIsAmbient { get; init; }
}

/// <summary>What a task has used.</summary>
public sealed record TaskUsage : OpenRecord
{
    /// <summary>Tokens read and written.</summary>
    [JsonPropertyName("total_tokens")]
    public long TotalTokens { get; init; }

    /// <summary>Tool calls.</summary>
    [JsonPropertyName("tool_uses")]
    public int ToolUses { get; init; }

    /// <summary>How long it has run.</summary>
    [JsonPropertyName("duration_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan Duration { get; init; }
}

/// <summary>What changed about a task; null members did not change.</summary>
public sealed record TaskPatch : OpenRecord
{
    /// <summary>The new state.</summary>
    [JsonPropertyName("status")]
    public AgentTaskStatus? Status { get; init; }

    /// <summary>The new description.</summary>
    [JsonPropertyName("description")]
    public string? Description { get; init; }

    /// <summary>When it ended.</summary>
    [JsonPropertyName("end_time")]
    [JsonConverter(typeof(UnixMillisecondsConverter))]
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>How long it was paused in sum.</summary>
    [JsonPropertyName("total_paused_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? TotalPaused { get; init; }

    /// <summary>Why it failed.</summary>
    [JsonPropertyName("error")]
    public string? Error { get; init; }

    /// <summary>Whether it runs in the background now.</summary>
    [JsonPropertyName("is_backgrounded")]
    public bool? IsBackgrounded { get; init; }
}

/// <summary>A link to a resource of an MCP server.</summary>
public sealed record McpResourceLink : OpenRecord
{
    /// <summary>Its address.</summary>
    [JsonPropertyName("uri")]
    public string Uri { get; init => field = value ?? ""; } = "";

    /// <summary>Its name.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Its title for people.</summary>
    [JsonPropertyName("title")]
    public string? Title { get; init; }

    /// <summary>What it is.</summary>
    [JsonPropertyName("description")]
    public string? Description { get; init; }

    /// <summary>Its media type.</summary>
    [JsonPropertyName("mimeType")]
    public string? MimeType { get; init; }

    /// <summary>Its size in bytes.</summary>
    [JsonPropertyName("size")]
    public long? Size { get; init; }

    /// <summary>The server's annotations, as raw JSON.</summary>
    [JsonPropertyName("annotations")]
    public JsonElement? Annotations { get; init; }
}
