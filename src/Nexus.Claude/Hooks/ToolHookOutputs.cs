using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nexus.Claude;

/// <summary>The answer to <see cref="HookEvent.PreToolUse"/>.</summary>
public sealed record PreToolUseHookOutput : ContextHookOutput
{
    /// <summary>Whether the tool runs; null leaves it to the rules and the user.</summary>
    public HookPermissionDecision? PermissionDecision { get; init; }

    /// <summary>Why; the model reads the reason of a denial, the user that of a question.</summary>
    public string? PermissionDecisionReason { get; init; }

    /// <summary>The input to run with, in the place of the whole input; null keeps it. It counts without a decision too.</summary>
    public JsonObject? UpdatedInput { get; init; }

    internal override HookEvent? AnsweredEvent => HookEvent.PreToolUse;

    private protected override bool HasSpecifics =>
        base.HasSpecifics || PermissionDecision is not null || PermissionDecisionReason is not null || UpdatedInput is not null;

    /// <summary>Lets the tool run without a question.</summary>
    /// <param name="updatedInput">The input to run with; null for the model's.</param>
    /// <returns>The answer.</returns>
    public static PreToolUseHookOutput Allow(JsonObject? updatedInput = null) =>
        new() { PermissionDecision = HookPermissionDecision.Allow, UpdatedInput = updatedInput };

    /// <summary>Keeps the tool from running.</summary>
    /// <param name="reason">Why; the model reads it.</param>
    /// <returns>The answer.</returns>
    public static PreToolUseHookOutput Deny(string reason) =>
        new() { PermissionDecision = HookPermissionDecision.Deny, PermissionDecisionReason = reason };

    /// <summary>Has the user asked.</summary>
    /// <param name="reason">Why; the question shows it.</param>
    /// <returns>The answer.</returns>
    public static PreToolUseHookOutput Ask(string? reason = null) =>
        new() { PermissionDecision = HookPermissionDecision.Ask, PermissionDecisionReason = reason };

    /// <summary>Ends the turn with the call open, to be run by somebody else; see <see cref="ResultMessage.DeferredToolUse"/>.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>The answer.</returns>
    public static PreToolUseHookOutput Defer(string? reason = null) =>
        new() { PermissionDecision = HookPermissionDecision.Defer, PermissionDecisionReason = reason };

    internal override string? FindMistake() =>
        PermissionDecision is { Value: not ("allow" or "deny" or "ask" or "defer") } unknown ? $"'{unknown}' is no permission decision" : base.FindMistake();

    private protected override void WriteSpecifics(Utf8JsonWriter json)
    {
        WriteText(json, "permissionDecision", PermissionDecision?.Value);
        WriteText(json, "permissionDecisionReason", PermissionDecisionReason);
        if (UpdatedInput is not null)
        {
            json.WritePropertyName("updatedInput"u8);
            UpdatedInput.WriteTo(json);
        }

        base.WriteSpecifics(json);
    }
}

/// <summary>The answer to <see cref="HookEvent.PostToolUse"/>.</summary>
public sealed record PostToolUseHookOutput : ContextHookOutput
{
    /// <summary>
    /// What the model sees in the place of the tool's output; null keeps it. It must have the form of <see cref="PostToolUseHookInput.ToolResponse"/>,
    /// or the CLI keeps the original: for Bash an object with <c>stdout</c>, <c>stderr</c>, <c>interrupted</c> and <c>isImage</c>.
    /// </summary>
    public JsonNode? UpdatedToolOutput { get; init; }

    /// <summary>The same for tools of MCP servers only, for a CLI that does not know <see cref="UpdatedToolOutput"/>.</summary>
    public JsonNode? UpdatedMcpToolOutput { get; init; }

    /// <summary>
    /// What the classifier of the mode <c>auto</c> is told about this call, at most 2000 characters. It may take it as the user's will:
    /// put only what the user really said there, never a tool's output.
    /// </summary>
    public string? ClassifierContext { get; init; }

    internal override HookEvent? AnsweredEvent => HookEvent.PostToolUse;

    private protected override bool HasSpecifics =>
        base.HasSpecifics || UpdatedToolOutput is not null || UpdatedMcpToolOutput is not null || ClassifierContext is not null;

    /// <summary>Tells the model that the call was wrong; it has run all the same.</summary>
    /// <param name="reason">What is wrong; the model reads it.</param>
    /// <returns>The answer.</returns>
    public static PostToolUseHookOutput Block(string reason) => new() { Decision = HookDecision.Block, Reason = reason };

    private protected override void WriteSpecifics(Utf8JsonWriter json)
    {
        base.WriteSpecifics(json);
        WriteNode(json, "updatedToolOutput", UpdatedToolOutput);
        WriteNode(json, "updatedMCPToolOutput", UpdatedMcpToolOutput);
        WriteText(json, "classifierContext", ClassifierContext);
    }

    private static void WriteNode(Utf8JsonWriter json, string name, JsonNode? value)
    {
        if (value is null)
            return;
        json.WritePropertyName(name);
        value.WriteTo(json);
    }
}

/// <summary>The answer to <see cref="HookEvent.PostToolUseFailure"/>.</summary>
public sealed record PostToolUseFailureHookOutput : ContextHookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.PostToolUseFailure;
}

/// <summary>The answer to <see cref="HookEvent.PostToolBatch"/>.</summary>
public sealed record PostToolBatchHookOutput : ContextHookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.PostToolBatch;

    /// <summary>Ends the turn before the model is asked again.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>The answer.</returns>
    public static PostToolBatchHookOutput Block(string reason) => new() { Decision = HookDecision.Block, Reason = reason };
}
