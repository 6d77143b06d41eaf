using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The input of <see cref="HookEvent.ConfigChange"/>.</summary>
public sealed record ConfigChangeHookInput : HookInput
{
    /// <summary><c>user_settings</c>, <c>project_settings</c>, <c>local_settings</c>, <c>policy_settings</c> or <c>skills</c>.</summary>
    [JsonPropertyName("source")]
    public string Source { get; init => field = value ?? ""; } = "";

    /// <summary>The file.</summary>
    [JsonPropertyName("file_path")]
    public string? FilePath { get; init; }
}

/// <summary>The input of <see cref="HookEvent.InstructionsLoaded"/>.</summary>
public sealed record InstructionsLoadedHookInput : HookInput
{
    /// <summary>The file.</summary>
    [JsonPropertyName("file_path")]
    public string FilePath { get; init => field = value ?? ""; } = "";

    /// <summary>Whose it is: <c>User</c>, <c>Project</c>, <c>Local</c> or <c>Managed</c>.</summary>
    [JsonPropertyName("memory_type")]
    public string MemoryType { get; init => field = value ?? ""; } = "";

    /// <summary>Why: <c>session_start</c>, <c>nested_traversal</c>, <c>path_glob_match</c>, <c>include</c> or <c>compact</c>.</summary>
    [JsonPropertyName("load_reason")]
    public string LoadReason { get; init => field = value ?? ""; } = "";

    /// <summary>The patterns that it is for.</summary>
    [JsonPropertyName("globs")]
    public IReadOnlyList<string> Globs { get; init => field = value ?? []; } = [];

    /// <summary>The file that made it load.</summary>
    [JsonPropertyName("trigger_file_path")]
    public string? TriggerFilePath { get; init; }

    /// <summary>The file that includes it.</summary>
    [JsonPropertyName("parent_file_path")]
    public string? ParentFilePath { get; init; }
}

/// <summary>The input of <see cref="HookEvent.WorktreeCreate"/>.</summary>
public sealed record WorktreeCreateHookInput : HookInput
{
    /// <summary>The name that the worktree is to have.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>The input of <see cref="HookEvent.WorktreeRemove"/>.</summary>
public sealed record WorktreeRemoveHookInput : HookInput
{
    /// <summary>The worktree.</summary>
    [JsonPropertyName("worktree_path")]
    public string WorktreePath { get; init => field = value ?? ""; } = "";
}

/// <summary>The input of <see cref="HookEvent.CwdChanged"/>.</summary>
public sealed record CwdChangedHookInput : HookInput
{
    /// <summary>The directory so far.</summary>
    [JsonPropertyName("old_cwd")]
    public string OldDirectory { get; init => field = value ?? ""; } = "";

    /// <summary>The directory now.</summary>
    [JsonPropertyName("new_cwd")]
    public string NewDirectory { get; init => field = value ?? ""; } = "";
}

/// <summary>The input of <see cref="HookEvent.FileChanged"/>.</summary>
public sealed record FileChangedHookInput : HookInput
{
    /// <summary>The file.</summary>
    [JsonPropertyName("file_path")]
    public string FilePath { get; init => field = value ?? ""; } = "";

    /// <summary><c>change</c>, <c>add</c> or <c>unlink</c>.</summary>
    [JsonPropertyName("event")]
    public string Change { get; init => field = value ?? ""; } = "";
}

/// <summary>The input of <see cref="HookEvent.DirectoryAdded"/>.</summary>
public sealed record DirectoryAddedHookInput : HookInput
{
    /// <summary>The directory.</summary>
    [JsonPropertyName("directory")]
    public string Directory { get; init => field = value ?? ""; } = "";

    /// <summary><c>slash_command</c> or <c>register_repo_root</c>.</summary>
    [JsonPropertyName("source")]
    public string Source { get; init => field = value ?? ""; } = "";
}
