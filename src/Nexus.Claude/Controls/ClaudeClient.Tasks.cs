using Nexus.Claude.Controls;

namespace Nexus.Claude;

/// <summary>Background tasks and waiting prompts.</summary>
public sealed partial class ClaudeClient
{
    /// <summary>
    /// Stops a task. Its <see cref="TaskNotificationMessage"/> with the status <c>stopped</c> comes before this returns. A task that is unknown
    /// or has ended is no error.
    /// </summary>
    /// <param name="taskId">The task, for example <see cref="TaskStartedMessage.TaskId"/>.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>A task that ends when the CLI has stopped it.</returns>
    public Task StopTaskAsync(string taskId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(taskId);
        return RequestAsync("stop_task", json => json.WriteString("task_id"u8, taskId), cancellationToken);
    }

    /// <summary>
    /// Puts commands and subagents that the model waits for into the background: the model goes on at once, and is told when they end. The CLI
    /// knows a command as a task about two seconds after its start, when <see cref="TaskStartedMessage"/> comes.
    /// </summary>
    /// <param name="toolUseId">The tool call whose task is meant (<see cref="TaskStartedMessage.ToolUseId"/>); null for all.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>False when no task in the foreground belongs to <paramref name="toolUseId"/>; otherwise true.</returns>
    /// <exception cref="ProtocolException">Background tasks are switched off for the session.</exception>
    public async Task<bool> BackgroundTasksAsync(string? toolUseId = null, CancellationToken cancellationToken = default)
    {
        var reply = await RequestAsync(
            "background_tasks",
            toolUseId is null ? null : json => json.WriteString("tool_use_id"u8, toolUseId),
            cancellationToken).ConfigureAwait(false);
        return reply.Flag("backgrounded"u8) != false;
    }

    /// <summary>Reads the end of what a background command has written so far. It can be called again and again, also after the task has ended.</summary>
    /// <param name="taskId">A task of the kind <c>local_bash</c> or a monitor.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The output.</returns>
    /// <exception cref="ProtocolException">The session has no such task.</exception>
    public Task<TaskOutput> GetTaskOutputAsync(string taskId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(taskId);
        return RequestAsync("get_task_output", json => json.WriteString("task_id"u8, taskId), ControlJson.Default.TaskOutput, cancellationToken);
    }

    /// <summary>
    /// Takes a prompt out of the CLI's queue before it runs. Its turn ends without a result, as a cancelled one. To end a turn whether it waits
    /// or runs, use <see cref="Turn.InterruptAsync"/>.
    /// </summary>
    /// <param name="promptId">The prompt, by <see cref="Turn.PromptId"/>.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>False when it no longer waits: it runs, has run, or was never sent.</returns>
    public async Task<bool> CancelQueuedPromptAsync(string promptId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(promptId);
        var reply = await RequestAsync(
            "cancel_async_message", json => json.WriteString("message_uuid"u8, promptId), cancellationToken).ConfigureAwait(false);
        return reply.Flag("cancelled"u8) == true;
    }
}
