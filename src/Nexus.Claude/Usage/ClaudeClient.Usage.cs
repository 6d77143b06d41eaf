namespace Nexus.Claude;

/// <content>What the conversation uses.</content>
public sealed partial class ClaudeClient
{
    /// <summary>
    /// What this client has used, turn by turn and in sum, the turns that the CLI started on its own included. It is up to date when a
    /// turn's result is handed out.
    /// </summary>
    public UsageLedger Usage => _features.Usage.Ledger;
}
