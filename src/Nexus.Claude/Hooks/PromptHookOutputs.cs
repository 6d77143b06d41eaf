using System.Text.Json;

namespace Nexus.Claude;

/// <summary>The answer to <see cref="HookEvent.UserPromptSubmit"/>.</summary>
public sealed record UserPromptSubmitHookOutput : ContextHookOutput
{
    /// <summary>A title for the session; null keeps its own.</summary>
    public string? SessionTitle { get; init; }

    /// <summary>True keeps the prompt out of the message that says that it was blocked. Default false.</summary>
    public bool SuppressOriginalPrompt { get; init; }

    internal override HookEvent? AnsweredEvent => HookEvent.UserPromptSubmit;

    private protected override bool HasSpecifics => base.HasSpecifics || SessionTitle is not null || SuppressOriginalPrompt;

    /// <summary>Puts text beside the prompt, for the model.</summary>
    /// <param name="context">The text. The CLI cuts it at about 10,000 characters.</param>
    /// <returns>The answer.</returns>
    public static UserPromptSubmitHookOutput AddContext(string context) => new() { AdditionalContext = context };

    /// <summary>Keeps the prompt from the model; the turn ends at once.</summary>
    /// <param name="reason">Why; the result says it.</param>
    /// <returns>The answer.</returns>
    public static UserPromptSubmitHookOutput Block(string reason) => new() { Decision = HookDecision.Block, Reason = reason };

    private protected override void WriteSpecifics(Utf8JsonWriter json)
    {
        base.WriteSpecifics(json);
        WriteText(json, "sessionTitle", SessionTitle);
        if (SuppressOriginalPrompt)
            json.WriteBoolean("suppressOriginalPrompt"u8, true);
    }
}

/// <summary>The answer to <see cref="HookEvent.UserPromptExpansion"/>.</summary>
public sealed record UserPromptExpansionHookOutput : ContextHookOutput
{
    /// <summary>True keeps the prompt out of the message that says that it was blocked. Default false.</summary>
    public bool SuppressOriginalPrompt { get; init; }

    internal override HookEvent? AnsweredEvent => HookEvent.UserPromptExpansion;

    private protected override bool HasSpecifics => base.HasSpecifics || SuppressOriginalPrompt;

    /// <summary>Keeps the command from running.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>The answer.</returns>
    public static UserPromptExpansionHookOutput Block(string reason) => new() { Decision = HookDecision.Block, Reason = reason };

    private protected override void WriteSpecifics(Utf8JsonWriter json)
    {
        base.WriteSpecifics(json);
        if (SuppressOriginalPrompt)
            json.WriteBoolean("suppressOriginalPrompt"u8, true);
    }
}

/// <summary>The answer to <see cref="HookEvent.Notification"/>.</summary>
public sealed record NotificationHookOutput : ContextHookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.Notification;
}

/// <summary>The answer to <see cref="HookEvent.MessageDisplay"/>.</summary>
public sealed record MessageDisplayHookOutput : HookOutput
{
    /// <summary>
    /// What the messages of this turn say in the place of <see cref="MessageDisplayHookInput.Delta"/>; null leaves it. The conversation keeps what the
    /// model has said.
    /// </summary>
    public string? DisplayContent { get; init; }

    internal override HookEvent? AnsweredEvent => HookEvent.MessageDisplay;

    private protected override bool HasSpecifics => DisplayContent is not null;

    private protected override void WriteSpecifics(Utf8JsonWriter json) => WriteText(json, "displayContent", DisplayContent);
}
