using System.Text.Json;
using System.Text.Json.Serialization;
using Nexus.Claude.Hooks;

namespace Nexus.Claude;

/// <summary>What the CLI tells a hook. Members that a newer CLI adds are in <see cref="OpenRecord.AdditionalProperties"/>.</summary>
public abstract record HookInput : OpenRecord
{
    private protected HookInput()
    {
    }

    /// <summary>The event.</summary>
    [JsonPropertyName("hook_event_name")]
    public HookEvent Event { get; init; }

    /// <summary>The session.</summary>
    [JsonPropertyName("session_id")]
    public string SessionId { get; init => field = value ?? ""; } = "";

    /// <summary>The file that the CLI writes the conversation to.</summary>
    [JsonPropertyName("transcript_path")]
    public string TranscriptPath { get; init => field = value ?? ""; } = "";

    /// <summary>The working directory.</summary>
    [JsonPropertyName("cwd")]
    public string WorkingDirectory { get; init => field = value ?? ""; } = "";

    /// <summary>The prompt that led to this; null before the first one. It is the CLI's own id, not <see cref="Turn.PromptId"/>.</summary>
    [JsonPropertyName("prompt_id")]
    public string? PromptId { get; init; }

    /// <summary>The permission mode; null where it plays no part.</summary>
    [JsonPropertyName("permission_mode")]
    public PermissionMode? PermissionMode { get; init; }

    /// <summary>The subagent that this happens in; null in the main conversation.</summary>
    [JsonPropertyName("agent_id")]
    public string? AgentId { get; init; }

    /// <summary>The type of the agent; null in the main conversation of a session that has no agent of its own.</summary>
    [JsonPropertyName("agent_type")]
    public string? AgentType { get; init; }

    /// <summary>The effort in force; null where it plays no part.</summary>
    [JsonPropertyName("effort")]
    [JsonConverter(typeof(HookEffortConverter))]
    public EffortLevel? Effort { get; init; }

    /// <summary>
    /// The id that the CLI gave this call (<c>tool_use_id</c> of the request): that of the tool use for events of a tool, otherwise one made up.
    /// Null when it gave none.
    /// </summary>
    [JsonIgnore]
    public string? CallId { get; internal set; }

    /// <summary>The input as the CLI wrote it.</summary>
    [JsonIgnore]
    public JsonElement Raw { get => EmptyJson.ObjectIfUndefined(field); internal set; }

    /// <summary>Reads an input from JSON as the SDK does, for tests of hooks.</summary>
    /// <param name="json">The input: an object with <c>hook_event_name</c>.</param>
    /// <returns>The input; an <see cref="UnknownHookInput"/> when its event is not known.</returns>
    /// <exception cref="JsonException">The text is no JSON object, or a member is of the wrong kind.</exception>
    public static HookInput Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return HookInputReader.Read(JsonElement.Parse(json), default);
    }
}

/// <summary>The input of an event that this version of the SDK does not know. Everything is in <see cref="HookInput.Raw"/>.</summary>
public sealed record UnknownHookInput : HookInput;
