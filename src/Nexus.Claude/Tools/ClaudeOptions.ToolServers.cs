namespace Nexus.Claude;

/// <content>Tools of this program, and what MCP servers and the CLI want from its user.</content>
public sealed partial class ClaudeOptions
{
    /// <summary>
    /// MCP servers inside of this program, whose tools the model can call. One server may serve many sessions at once. Default none.
    /// </summary>
    public IList<ToolServer> ToolServers { get; set => field = value ?? []; } = [];

    /// <summary>
    /// Asks the user what an MCP server wants to know. The token is cancelled when the CLI no longer wants an answer. A callback that throws
    /// is a cancelled question. Null (the default) declines.
    /// </summary>
    public Func<ElicitationRequest, CancellationToken, ValueTask<ElicitationResponse>>? OnElicitation { get; set; }

    /// <summary>
    /// Shows a dialog of a kind that <see cref="SupportedDialogKinds"/> lists. The token is cancelled when the CLI takes the dialog back. A
    /// callback that throws is a cancelled dialog. Null (the default) leaves dialogs unanswered.
    /// </summary>
    public Func<UserDialogRequest, CancellationToken, ValueTask<UserDialogResponse>>? OnUserDialog { get; set; }
}
