using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>A tool call that was refused.</summary>
public sealed record PermissionDenial : OpenRecord
{
    /// <summary>The tool.</summary>
    [JsonPropertyName("tool_name")]
    public string ToolName { get; init => field = value ?? ""; } = "";

    /// <summary>The tool use.</summary>
    [JsonPropertyName("tool_use_id")]
    public string ToolUseId { get; init => field = value ?? ""; } = "";

    /// <summary>The arguments of the refused call.</summary>
    [JsonPropertyName("tool_input")]
    public JsonElement ToolInput { get => EmptyJson.ObjectIfUndefined(field); init; }
}

/// <summary>A tool call that a hook deferred: it did not run, and the turn ended in front of it.</summary>
public sealed record DeferredToolUse : OpenRecord
{
    /// <summary>The tool use.</summary>
    [JsonPropertyName("id")]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>The tool.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The arguments of the call.</summary>
    [JsonPropertyName("input")]
    public JsonElement Input { get => EmptyJson.ObjectIfUndefined(field); init; }
}

/// <summary>A configuration file that the CLI could not read.</summary>
public sealed record InvalidConfigFile : OpenRecord
{
    /// <summary>The file.</summary>
    [JsonPropertyName("path")]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>True for the user's global file.</summary>
    [JsonPropertyName("is_global")]
    public bool IsGlobal { get; init; }

    /// <summary>True when the CLI looked for a backup.</summary>
    [JsonPropertyName("backup_searched")]
    public bool IsBackupSearched { get; init; }

    /// <summary>The backup that it found.</summary>
    [JsonPropertyName("backup_path")]
    public string? BackupPath { get; init; }
}

/// <summary>What subagents did.</summary>
public sealed record SubagentStats : OpenRecord
{
    /// <summary>Subagents started.</summary>
    [JsonPropertyName("spawned")]
    public int Spawned { get; init; }

    /// <summary>How they were asked for, as raw JSON (<c>background</c>, <c>foreground</c>, <c>unset</c>).</summary>
    [JsonPropertyName("requested")]
    public JsonElement? Requested { get => UnparsedRequested?.Value; init => UnparsedRequested = UnparsedJson.Of(value); }

    internal UnparsedJson? UnparsedRequested { get; init; }

    /// <summary>Subagents started in the background.</summary>
    [JsonPropertyName("started_in_background")]
    public int StartedInBackground { get; init; }

    /// <summary>The deepest nesting.</summary>
    [JsonPropertyName("max_depth")]
    public int MaxDepth { get; init; }

    /// <summary>Subagents started by subagents.</summary>
    [JsonPropertyName("spawned_by_subagents")]
    public int SpawnedBySubagents { get; init; }

    /// <summary>Subagents that finished.</summary>
    [JsonPropertyName("completed")]
    public int Completed { get; init; }

    /// <summary>Subagents that failed.</summary>
    [JsonPropertyName("failed")]
    public int Failed { get; init; }

    /// <summary>Subagents that were stopped and by whom, as raw JSON.</summary>
    [JsonPropertyName("killed")]
    public JsonElement? Killed { get => UnparsedKilled?.Value; init => UnparsedKilled = UnparsedJson.Of(value); }

    internal UnparsedJson? UnparsedKilled { get; init; }

    /// <summary>Subagents that were not allowed to start and why, as raw JSON.</summary>
    [JsonPropertyName("refused")]
    public JsonElement? Refused { get => UnparsedRefused?.Value; init => UnparsedRefused = UnparsedJson.Of(value); }

    internal UnparsedJson? UnparsedRefused { get; init; }

    /// <summary>Subagents started, by their type.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, int> ByType
    {
        get => WireByType ?? ReadOnlyDictionary<string, int>.Empty;
        init => WireByType = value;
    }

    [JsonInclude]
    [JsonPropertyName("by_type")]
    internal IReadOnlyDictionary<string, int>? WireByType { get; init; }
}
