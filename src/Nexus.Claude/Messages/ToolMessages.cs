using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>A tool is still running.</summary>
public sealed record ToolProgressMessage : ClaudeMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "tool_progress";

    /// <summary>The tool use.</summary>
    [JsonPropertyName("tool_use_id")]
    public string ToolUseId { get; init => field = value ?? ""; } = "";

    /// <summary>The tool.</summary>
    [JsonPropertyName("tool_name")]
    public string ToolName { get; init => field = value ?? ""; } = "";

    /// <summary>The tool use whose subagent runs it; null on the main thread.</summary>
    [JsonPropertyName("parent_tool_use_id")]
    public string? ParentToolUseId { get; init; }

    /// <summary>How long it has run.</summary>
    [JsonPropertyName("elapsed_time_seconds")]
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Elapsed { get; init; }

    /// <summary>Its task, when it has one.</summary>
    [JsonPropertyName("task_id")]
    public string? TaskId { get; init; }

    /// <summary>True when there is nothing new but that it still runs.</summary>
    [JsonIgnore]
    public bool IsHeartbeat
    {
        get => WireIsHeartbeat ?? false;
        init => WireIsHeartbeat = value;
    }

    [JsonInclude]
    [JsonPropertyName("heartbeat")]
    internal bool? WireIsHeartbeat { get; init; }

    /// <summary>The type of the subagent.</summary>
    [JsonPropertyName("subagent_type")]
    public string? SubagentType { get; init; }

    /// <summary>Set when the subagent waits to repeat an API call.</summary>
    [JsonPropertyName("subagent_retry")]
    public SubagentRetry? SubagentRetry { get; init; }

    private protected override string Describe() => $"{ToolName} {Elapsed.TotalSeconds:0.#} s";
}

/// <summary>A subagent waits to repeat an API call.</summary>
public sealed record SubagentRetry : OpenRecord
{
    /// <summary>The subagent.</summary>
    [JsonPropertyName("agent_id")]
    public string AgentId { get; init => field = value ?? ""; } = "";

    /// <summary>Which retry this will be, from 1.</summary>
    [JsonPropertyName("attempt")]
    public int Attempt { get; init; }

    /// <summary>How many retries there may be.</summary>
    [JsonPropertyName("max_retries")]
    public int MaxRetries { get; init; }

    /// <summary>How long it waits.</summary>
    [JsonPropertyName("retry_delay_ms")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan RetryDelay { get; init; }

    /// <summary>The HTTP status of the failed call; null when no answer arrived.</summary>
    [JsonPropertyName("error_status")]
    public int? ErrorStatus { get; init; }

    /// <summary>The kind of failure.</summary>
    [JsonPropertyName("error_category")]
    public string ErrorCategory { get; init => field = value ?? ""; } = "";
}

/// <summary>A line for people about tool calls that just ran.</summary>
public sealed record ToolUseSummaryMessage : ClaudeMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "tool_use_summary";

    /// <summary>The line.</summary>
    [JsonPropertyName("summary")]
    public string Summary { get; init => field = value ?? ""; } = "";

    /// <summary>The tool uses that it is about.</summary>
    [JsonPropertyName("preceding_tool_use_ids")]
    public IReadOnlyList<string> PrecedingToolUseIds { get; init => field = value ?? []; } = [];

    private protected override string Describe() => Summary;
}
