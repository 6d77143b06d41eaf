namespace Nexus.Claude;

/// <content>Hooks.</content>
public sealed partial class ClaudeOptions
{
    /// <summary>
    /// Handlers for events of the CLI: before a tool runs, when a prompt is sent, when the model stops. A handler that guards something and
    /// fails refuses it. Default none.
    /// </summary>
    public HookCollection Hooks { get; set => field = value ?? []; } = [];
}
