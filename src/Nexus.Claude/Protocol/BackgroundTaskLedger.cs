namespace Nexus.Claude.Protocol;

/// <summary>
/// The background tasks whose end makes the CLI start a turn of its own. Shells are left out: they may never end
/// (protocol.md 11.1). Used only to decide when a one-shot query is over on a CLI that reports no session state.
/// </summary>
internal sealed class BackgroundTaskLedger
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _running = new(StringComparer.Ordinal);

    /// <summary>True when none is running.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_gate)
                return _running.Count == 0;
        }
    }

    /// <summary>Notes the start or the end of a task.</summary>
    /// <param name="message">Any message.</param>
    /// <returns>True when the message changed the ledger.</returns>
    public bool Observe(ClaudeMessage message)
    {
        lock (_gate)
        {
            return message switch
            {
                TaskStartedMessage { TaskType.Value: "local_agent" or "local_workflow" } started => _running.Add(started.TaskId),
                TaskNotificationMessage ended => _running.Remove(ended.TaskId),
                TaskUpdatedMessage { Patch.Status.Value: "completed" or "failed" or "killed" } updated => _running.Remove(updated.TaskId),
                _ => false,
            };
        }
    }
}
