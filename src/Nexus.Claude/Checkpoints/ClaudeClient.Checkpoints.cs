using Nexus.Claude.Controls;

namespace Nexus.Claude;

/// <summary>Files taken back to what they were.</summary>
public sealed partial class ClaudeClient
{
    /// <summary>Tells what <see cref="RewindFilesAsync"/> would do, and changes nothing.</summary>
    /// <param name="promptId">The checkpoint.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>
    /// The files that would change and how many lines. A checkpoint that is not there is no exception here: <see cref="FileRewind.CanRewind"/> is
    /// false, and <see cref="FileRewind.Error"/> says why.
    /// </returns>
    public async Task<FileRewind> PreviewRewindAsync(string promptId, CancellationToken cancellationToken = default)
    {
        var preview = await RewindAsync(promptId, dryRun: true, cancellationToken).ConfigureAwait(false);
        return preview.Error is { } error && HintFor(error, promptId) is { } hint ? preview with { Error = $"{error} {hint}" } : preview;
    }

    /// <summary>
    /// Takes files back to what they were when a prompt arrived: files that were created since are deleted, edited ones restored. Only what the
    /// tools <c>Write</c>, <c>Edit</c> and <c>NotebookEdit</c> changed is known, not what commands did. The conversation stays as it is; see
    /// <see cref="RewindConversationAsync"/>. It works between turns, and after a resume in another process.
    /// </summary>
    /// <param name="promptId">
    /// The checkpoint: the id of the prompt, that is <see cref="Turn.PromptId"/>, the <see cref="UserPrompt.Id"/> it was sent with, or the
    /// <see cref="ClaudeMessage.Uuid"/> of the replayed prompt (<see cref="ClaudeOptions.ReplayUserMessages"/>). The ids of tool results are none.
    /// </param>
    /// <param name="dryRun">True changes nothing: the same as <see cref="PreviewRewindAsync"/>.</param>
    /// <param name="cancellationToken">Gives up the wait; the files may be taken back all the same.</param>
    /// <returns>
    /// What was done. The CLI itself tells the files only for a dry run, so one is made first, and its list and counts are in the result.
    /// </returns>
    /// <exception cref="ProtocolException">
    /// <see cref="ClaudeOptions.EnableFileCheckpointing"/> was off when the CLI was started, or the session knows no such prompt. Not with
    /// <paramref name="dryRun"/>.
    /// </exception>
    public async Task<FileRewind> RewindFilesAsync(string promptId, bool dryRun = false, CancellationToken cancellationToken = default)
    {
        if (dryRun)
            return await PreviewRewindAsync(promptId, cancellationToken).ConfigureAwait(false);
        var preview = await RewindAsync(promptId, dryRun: true, cancellationToken).ConfigureAwait(false);
        try
        {
            // Also when the preview says no: the CLI says it better then, as an error.
            var done = await RewindAsync(promptId, dryRun: false, cancellationToken).ConfigureAwait(false);
            return done.CanRewind
                ? done with { FilesChanged = preview.FilesChanged, Insertions = preview.Insertions, Deletions = preview.Deletions }
                : done;
        }
        catch (ProtocolException refusal) when (HintFor(refusal.Message, promptId) is { } hint)
        {
            throw new ProtocolException($"{refusal.Message} {hint}", refusal) { RequestSubtype = refusal.RequestSubtype, ErrorCode = refusal.ErrorCode };
        }
    }

    private Task<FileRewind> RewindAsync(string promptId, bool dryRun, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(promptId);
        return RequestAsync(
            "rewind_files",
            json =>
            {
                json.WriteString("user_message_id"u8, promptId);
                if (dryRun)
                    json.WriteBoolean("dry_run"u8, true);
            },
            ControlJson.Default.FileRewind,
            cancellationToken);
    }

    /// <summary>What the CLI's sentence leaves open. It sends no code, so its words have to do; without them the sentence stands alone.</summary>
    private static string? HintFor(string refusal, string promptId)
    {
        if (refusal.Contains("rewinding is not enabled", StringComparison.OrdinalIgnoreCase))
            return "Set ClaudeOptions.EnableFileCheckpointing before the session is started, and again when it is resumed.";
        if (refusal.Contains("No file checkpoint found", StringComparison.OrdinalIgnoreCase))
        {
            return $"'{promptId}' must be the id of a prompt of this session (Turn.PromptId) that was sent with "
                + "ClaudeOptions.EnableFileCheckpointing; the ids of tool results are no checkpoints.";
        }

        return null;
    }
}
