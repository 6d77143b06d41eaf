using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The input of <see cref="HookEvent.UserPromptSubmit"/>.</summary>
public sealed record UserPromptSubmitHookInput : HookInput
{
    /// <summary>The prompt's text.</summary>
    [JsonPropertyName("prompt")]
    public string Prompt { get; init => field = value ?? ""; } = "";

    /// <summary>Who wrote it: <c>user</c>, <c>sdk</c>, <c>system</c>, <c>loop_wakeup</c>, <c>schedule_wakeup</c>, <c>poll_event</c>; null when the CLI does not say, as 2.1.330 does.</summary>
    [JsonPropertyName("source")]
    public string? Source { get; init; }

    /// <summary>The session's title.</summary>
    [JsonPropertyName("session_title")]
    public string? SessionTitle { get; init; }
}

/// <summary>The input of <see cref="HookEvent.UserPromptExpansion"/>.</summary>
public sealed record UserPromptExpansionHookInput : HookInput
{
    /// <summary><c>slash_command</c> or <c>mcp_prompt</c>.</summary>
    [JsonPropertyName("expansion_type")]
    public string ExpansionType { get; init => field = value ?? ""; } = "";

    /// <summary>The command, without the slash.</summary>
    [JsonPropertyName("command_name")]
    public string CommandName { get; init => field = value ?? ""; } = "";

    /// <summary>What follows the command.</summary>
    [JsonPropertyName("command_args")]
    public string CommandArguments { get; init => field = value ?? ""; } = "";

    /// <summary>Where the command is from.</summary>
    [JsonPropertyName("command_source")]
    public string? CommandSource { get; init; }

    /// <summary>The prompt as it was typed.</summary>
    [JsonPropertyName("prompt")]
    public string Prompt { get; init => field = value ?? ""; } = "";
}

/// <summary>The input of <see cref="HookEvent.Notification"/>.</summary>
public sealed record NotificationHookInput : HookInput
{
    /// <summary>What it says.</summary>
    [JsonPropertyName("message")]
    public string Message { get; init => field = value ?? ""; } = "";

    /// <summary>Its title.</summary>
    [JsonPropertyName("title")]
    public string? Title { get; init; }

    /// <summary>Its type, for example <c>permission_prompt</c>.</summary>
    [JsonPropertyName("notification_type")]
    public string NotificationType { get; init => field = value ?? ""; } = "";
}

/// <summary>The input of <see cref="HookEvent.MessageDisplay"/>.</summary>
public sealed record MessageDisplayHookInput : HookInput
{
    /// <summary>The turn.</summary>
    [JsonPropertyName("turn_id")]
    public string TurnId { get; init => field = value ?? ""; } = "";

    /// <summary>The message; not the API's id.</summary>
    [JsonPropertyName("message_id")]
    public string MessageId { get; init => field = value ?? ""; } = "";

    /// <summary>Which piece of the message this is, from zero.</summary>
    [JsonPropertyName("index")]
    public int Index { get; init; }

    /// <summary>True for the message's last piece, which may be empty.</summary>
    [JsonPropertyName("final")]
    public bool IsFinal { get; init; }

    /// <summary>The lines that are new.</summary>
    [JsonPropertyName("delta")]
    public string Delta { get; init => field = value ?? ""; } = "";
}
