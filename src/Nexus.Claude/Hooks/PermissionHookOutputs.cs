using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nexus.Claude;

/// <summary>The answer to <see cref="HookEvent.PermissionRequest"/>. Made by <see cref="Allow"/> and <see cref="Deny"/>.</summary>
public sealed record PermissionRequestHookOutput : HookOutput
{
    /// <summary><see cref="HookPermissionDecision.Allow"/> or <see cref="HookPermissionDecision.Deny"/>; null leaves it to the user.</summary>
    public HookPermissionDecision? Behavior { get; init; }

    /// <summary>When allowed: the input to run with, in the place of the whole input; null keeps it.</summary>
    public JsonObject? UpdatedInput { get; init; }

    /// <summary>When allowed: changes of permissions, for example of <see cref="PermissionRequestHookInput.PermissionSuggestions"/>; null for none.</summary>
    public IReadOnlyList<PermissionUpdate>? UpdatedPermissions { get; init; }

    /// <summary>When denied: why; the model reads it.</summary>
    public string? Message { get; init; }

    /// <summary>When denied: true ends the turn as well. Default false.</summary>
    public bool Interrupt { get; init; }

    internal override HookEvent? AnsweredEvent => HookEvent.PermissionRequest;

    private protected override bool HasSpecifics => Behavior is not null;

    /// <summary>Lets the tool run.</summary>
    /// <param name="updatedInput">The input to run with; null for the model's.</param>
    /// <param name="updatedPermissions">Changes of permissions; null for none.</param>
    /// <returns>The answer.</returns>
    public static PermissionRequestHookOutput Allow(JsonObject? updatedInput = null, IReadOnlyList<PermissionUpdate>? updatedPermissions = null) =>
        new() { Behavior = HookPermissionDecision.Allow, UpdatedInput = updatedInput, UpdatedPermissions = updatedPermissions };

    /// <summary>Keeps the tool from running.</summary>
    /// <param name="message">Why; the model reads it.</param>
    /// <param name="interrupt">True ends the turn as well.</param>
    /// <returns>The answer.</returns>
    public static PermissionRequestHookOutput Deny(string message, bool interrupt = false) =>
        new() { Behavior = HookPermissionDecision.Deny, Message = message, Interrupt = interrupt };

    internal override string? FindMistake() =>
        Behavior is { Value: not ("allow" or "deny") } unknown ? $"'{unknown}' is no behavior; it is 'allow' or 'deny'" : base.FindMistake();

    private protected override void WriteSpecifics(Utf8JsonWriter json)
    {
        json.WriteStartObject("decision"u8);
        json.WriteString("behavior"u8, Behavior!.Value.Value);
        if (Behavior == HookPermissionDecision.Allow)
            WriteAllowed(json);
        else
            WriteDenied(json);
        json.WriteEndObject();
    }

    private void WriteAllowed(Utf8JsonWriter json)
    {
        if (UpdatedInput is not null)
        {
            json.WritePropertyName("updatedInput"u8);
            UpdatedInput.WriteTo(json);
        }

        if (UpdatedPermissions is null)
            return;
        json.WriteStartArray("updatedPermissions"u8);
        foreach (var update in UpdatedPermissions)
            update.Write(json);
        json.WriteEndArray();
    }

    private void WriteDenied(Utf8JsonWriter json)
    {
        WriteText(json, "message", Message);
        if (Interrupt)
            json.WriteBoolean("interrupt"u8, true);
    }
}

/// <summary>The answer to <see cref="HookEvent.PermissionDenied"/>.</summary>
public sealed record PermissionDeniedHookOutput : HookOutput
{
    /// <summary>True tells the model that it may try again. Default false.</summary>
    public bool Retry { get; init; }

    internal override HookEvent? AnsweredEvent => HookEvent.PermissionDenied;

    private protected override bool HasSpecifics => Retry;

    private protected override void WriteSpecifics(Utf8JsonWriter json) => json.WriteBoolean("retry"u8, true);
}

/// <summary>The answer to <see cref="HookEvent.Elicitation"/>.</summary>
public sealed record ElicitationHookOutput : HookOutput
{
    /// <summary>
    /// What becomes of the question; null leaves it to the user. Of callbacks CLI 2.1.330 heeds only a refusal: after an answer it asks the user all the same.
    /// </summary>
    public HookElicitationAction? Action { get; init; }

    /// <summary>The answer, when accepted.</summary>
    public JsonObject? Content { get; init; }

    internal override HookEvent? AnsweredEvent => HookEvent.Elicitation;

    private protected override HookDecision? SentDecision => Decision ?? ElicitationAnswer.DecisionOf(Action);

    private protected override bool HasSpecifics => Action is not null || Content is not null;

    /// <summary>Answers the question.</summary>
    /// <param name="content">The answer.</param>
    /// <returns>The answer of the hook.</returns>
    public static ElicitationHookOutput Accept(JsonObject content) => new() { Action = HookElicitationAction.Accept, Content = content };

    /// <summary>Does not answer the question.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>The answer of the hook.</returns>
    public static ElicitationHookOutput Decline(string? reason = null) => new() { Action = HookElicitationAction.Decline, Reason = reason };

    internal override string? FindMistake() => ElicitationAnswer.FindMistake(Action) ?? base.FindMistake();

    private protected override void WriteSpecifics(Utf8JsonWriter json) => ElicitationAnswer.Write(json, Action, Content);
}

/// <summary>The answer to <see cref="HookEvent.ElicitationResult"/>.</summary>
public sealed record ElicitationResultHookOutput : HookOutput
{
    /// <summary>What the server is told that the user did; null for what he did. Of callbacks CLI 2.1.330 heeds only a refusal.</summary>
    public HookElicitationAction? Action { get; init; }

    /// <summary>What the server is told that the user filled in; null for what he did.</summary>
    public JsonObject? Content { get; init; }

    internal override HookEvent? AnsweredEvent => HookEvent.ElicitationResult;

    private protected override HookDecision? SentDecision => Decision ?? ElicitationAnswer.DecisionOf(Action);

    private protected override bool HasSpecifics => Action is not null || Content is not null;

    /// <summary>Tells the server that the user did not answer.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>The answer of the hook.</returns>
    public static ElicitationResultHookOutput Decline(string? reason = null) => new() { Action = HookElicitationAction.Decline, Reason = reason };

    internal override string? FindMistake() => ElicitationAnswer.FindMistake(Action) ?? base.FindMistake();

    private protected override void WriteSpecifics(Utf8JsonWriter json) => ElicitationAnswer.Write(json, Action, Content);
}

/// <summary>What both events of an elicitation have in common.</summary>
internal static class ElicitationAnswer
{
    public static string? FindMistake(HookElicitationAction? action) =>
        action is { Value: not ("accept" or "decline" or "cancel") } unknown ? $"'{unknown}' is no action of an elicitation" : null;

    /// <summary>CLI 2.1.330 does not look at the action that a callback answers; it does look at a decision.</summary>
    public static HookDecision? DecisionOf(HookElicitationAction? action) =>
        action == HookElicitationAction.Decline || action == HookElicitationAction.Cancel ? HookDecision.Block : null;

    public static void Write(Utf8JsonWriter json, HookElicitationAction? action, JsonObject? content)
    {
        if (action is { } known)
            json.WriteString("action"u8, known.Value);
        if (content is null)
            return;
        json.WritePropertyName("content"u8);
        content.WriteTo(json);
    }
}
