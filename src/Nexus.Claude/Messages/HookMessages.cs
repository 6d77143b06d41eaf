using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>A hook command of the settings started.</summary>
public sealed record HookStartedMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "hook_started";

    /// <summary>This run of the hook.</summary>
    [JsonPropertyName("hook_id")]
    public string HookId { get; init => field = value ?? ""; } = "";

    /// <summary>The event with its matcher, for example <c>PreToolUse:Bash</c>.</summary>
    [JsonPropertyName("hook_name")]
    public string HookName { get; init => field = value ?? ""; } = "";

    /// <summary>The event, for example <c>PreToolUse</c>.</summary>
    [JsonPropertyName("hook_event")]
    public string HookEvent { get; init => field = value ?? ""; } = "";
}

/// <summary>A hook command of the settings has written something.</summary>
public sealed record HookProgressMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "hook_progress";

    /// <summary>This run of the hook.</summary>
    [JsonPropertyName("hook_id")]
    public string HookId { get; init => field = value ?? ""; } = "";

    /// <summary>The event with its matcher, for example <c>PreToolUse:Bash</c>.</summary>
    [JsonPropertyName("hook_name")]
    public string HookName { get; init => field = value ?? ""; } = "";

    /// <summary>The event, for example <c>PreToolUse</c>.</summary>
    [JsonPropertyName("hook_event")]
    public string HookEvent { get; init => field = value ?? ""; } = "";

    /// <summary>Its standard output so far.</summary>
    [JsonPropertyName("stdout")]
    public string StandardOutput { get; init => field = value ?? ""; } = "";

    /// <summary>Its standard error so far.</summary>
    [JsonPropertyName("stderr")]
    public string StandardError { get; init => field = value ?? ""; } = "";

    /// <summary>Both so far.</summary>
    [JsonPropertyName("output")]
    public string Output { get; init => field = value ?? ""; } = "";
}

/// <summary>A hook command of the settings ended. Those of a session start come before the first turn.</summary>
public sealed record HookResponseMessage : SystemMessage
{
    /// <inheritdoc/>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public override string Subtype => "hook_response";

    /// <summary>This run of the hook.</summary>
    [JsonPropertyName("hook_id")]
    public string HookId { get; init => field = value ?? ""; } = "";

    /// <summary>The event with its matcher, for example <c>PreToolUse:Bash</c>.</summary>
    [JsonPropertyName("hook_name")]
    public string HookName { get; init => field = value ?? ""; } = "";

    /// <summary>The event, for example <c>PreToolUse</c>.</summary>
    [JsonPropertyName("hook_event")]
    public string HookEvent { get; init => field = value ?? ""; } = "";

    /// <summary>Its standard output.</summary>
    [JsonPropertyName("stdout")]
    public string StandardOutput { get; init => field = value ?? ""; } = "";

    /// <summary>Its standard error.</summary>
    [JsonPropertyName("stderr")]
    public string StandardError { get; init => field = value ?? ""; } = "";

    /// <summary>Both.</summary>
    [JsonPropertyName("output")]
    public string Output { get; init => field = value ?? ""; } = "";

    /// <summary>Its exit code; null when it did not exit by itself.</summary>
    [JsonPropertyName("exit_code")]
    public int? ExitCode { get; init; }

    /// <summary>How it ended.</summary>
    [JsonPropertyName("outcome")]
    public HookOutcome Outcome { get; init; }
}
