namespace Nexus.Claude;

/// <content>The permission callback.</content>
public sealed partial class ClaudeOptions
{
    /// <summary>
    /// Decides about each tool call that rules, hooks and the permission mode leave open (<c>can_use_tool</c>); null (the default) leaves those
    /// calls to the CLI, which denies them. With a callback the model is also given the tools that need a person: <c>AskUserQuestion</c>,
    /// <c>EnterPlanMode</c> and <c>ExitPlanMode</c>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The callback may run several times at once, and may call back into the client. Its token is cancelled when the CLI withdraws the
    /// question, which it does on an interrupt, and when the session ends; nothing is answered then. Otherwise the tool runs only after
    /// <see cref="PermissionDecision.Allow(System.Text.Json.JsonElement?, IReadOnlyList{PermissionUpdate}?)"/>: a callback that throws,
    /// gives null or exceeds <see cref="PermissionTimeout"/> is a denial.
    /// </para>
    /// <para>
    /// It is not asked about calls that are decided before it: those that match <see cref="AllowedTools"/> or an allow rule of the settings,
    /// those that only read in the working directory, and all calls in the modes <c>bypassPermissions</c> and <c>dontAsk</c>. A warning is
    /// logged when these options alone keep questions from it.
    /// </para>
    /// </remarks>
    /// <example><c>options.CanUseTool = (request, _) => ValueTask.FromResult(PermissionDecision.Deny("Read only, please."));</c></example>
    public Func<ToolPermissionRequest, CancellationToken, ValueTask<PermissionDecision>>? CanUseTool { get; set; }

    /// <summary>
    /// How long <see cref="CanUseTool"/> may take for one question before the tool is denied. Null (the default) waits without limit, since
    /// a person may have to be asked; the CLI has no limit of its own.
    /// </summary>
    public TimeSpan? PermissionTimeout { get; set; }
}
