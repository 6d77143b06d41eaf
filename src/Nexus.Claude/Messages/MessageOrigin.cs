using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>Who or what caused a message. Which members are set depends on <see cref="Kind"/>.</summary>
public sealed record MessageOrigin : OpenRecord
{
    /// <summary>The kind of sender.</summary>
    [JsonPropertyName("kind")]
    public OriginKind Kind { get; init; }

    /// <summary>The channel's MCP server (<c>channel</c>).</summary>
    [JsonPropertyName("server")]
    public string? Server { get; init; }

    /// <summary>The sender (<c>peer</c>, <c>observer</c>).</summary>
    [JsonPropertyName("from")]
    public string? From { get; init; }

    /// <summary>The sender's permission mode: <c>bypass</c> or <c>prompting</c> (<c>peer</c>).</summary>
    [JsonPropertyName("fromMode")]
    public string? FromMode { get; init; }

    /// <summary>The sender's name (<c>peer</c>).</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    /// <summary>The sender's session (<c>peer</c>).</summary>
    [JsonPropertyName("fromSession")]
    public string? FromSession { get; init; }

    /// <summary>The sender's task (<c>peer</c>, <c>observer</c>).</summary>
    [JsonPropertyName("senderTaskId")]
    public string? SenderTaskId { get; init; }

    /// <summary>What the sender wrote (<c>peer</c>).</summary>
    [JsonPropertyName("body")]
    public string? Body { get; init; }

    /// <summary>The sender's process id when it was checked (<c>peer</c>).</summary>
    [JsonPropertyName("verifiedPeerPid")]
    public int? VerifiedPeerPid { get; init; }

    /// <summary>What kind of notification, for example <c>scheduled-trigger</c> (<c>task-notification</c>).</summary>
    [JsonPropertyName("subkind")]
    public string? Subkind { get; init; }

    /// <summary>Why it fired (<c>task-notification</c>).</summary>
    [JsonPropertyName("fireReason")]
    public string? FireReason { get; init; }

    /// <summary>The run of the task (<c>task-notification</c>).</summary>
    [JsonPropertyName("runId")]
    public string? RunId { get; init; }

    /// <summary>What produced it, for example <c>session-task</c> (<c>task-notification</c>).</summary>
    [JsonPropertyName("producer")]
    public string? Producer { get; init; }
}
