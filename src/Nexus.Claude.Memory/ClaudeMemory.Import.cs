using Nexus.Claude.Memory.Record;

namespace Nexus.Claude.Memory;

/// <content>Transcripts of Claude Code.</content>
public sealed partial class ClaudeMemory
{
    /// <summary>
    /// Stores what transcripts of Claude Code say. Doing it again stores what is new. A session that was recorded while it happened is
    /// left out: its messages are there under other ids.
    /// </summary>
    /// <param name="path">A transcript, or a folder with transcripts at any depth; null for <c>projects</c> of the configuration of Claude Code.</param>
    /// <param name="progress">Told after each transcript.</param>
    /// <param name="cancellationToken">Ends it after the current lines.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="FileNotFoundException">There is nothing at the path.</exception>
    public async Task<ImportProgress> ImportTranscriptsAsync(
        string? path = null, IProgress<ImportProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        path ??= System.IO.Path.Combine(
            Environment.GetEnvironmentVariable("CLAUDE_CONFIG_DIR") is { Length: > 0 } configured ? configured
                : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".claude"), "projects");
        string[] files = File.Exists(path) ? [path]
            : Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*.jsonl", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
            : throw new FileNotFoundException($"There are no transcripts at '{path}'.", path);

        var state = new ImportProgress(files.Length, 0, 0, 0);
        foreach (string file in files)
        {
            long stored = await ImportAsync(file, cancellationToken).ConfigureAwait(false);
            state = state with { FilesRead = state.FilesRead + 1, FilesSkipped = state.FilesSkipped + (stored == 0 ? 1 : 0), Messages = state.Messages + stored };
            progress?.Report(state);
        }

        await FlushAsync(cancellationToken).ConfigureAwait(false);
        return state;
    }

    private async Task<long> ImportAsync(string file, CancellationToken cancellationToken)
    {
        var reader = new TranscriptImport(StartConversation("import"));
        var known = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        var batch = new List<MemoryMessage>();
        long stored = 0;
        await foreach (string line in File.ReadLinesAsync(file, cancellationToken).ConfigureAwait(false))
        {
            foreach (var message in reader.Read(line))
            {
                if (!known.TryGetValue(message.ConversationId, out var ids))
                {
                    ids = await IdsOfAsync(message.ConversationId, cancellationToken).ConfigureAwait(false);
                    known.Add(message.ConversationId, ids);
                    // There are messages, but not this one: they were recorded live.
                    if (ids.Count > 0 && !ids.Contains(message.Id!))
                        return stored;
                }

                if (ids.Add(message.Id!))
                    batch.Add(message);
                else if (batch.FindIndex(other => other.Id == message.Id) is var at and >= 0)
                    batch[at] = batch[at] with { Files = message.Files };
            }

            if (batch.Count >= 500)
                await StoreBatchAsync().ConfigureAwait(false);
        }

        await StoreBatchAsync().ConfigureAwait(false);
        return stored;

        async Task StoreBatchAsync()
        {
            stored += batch.Count;
            await StoreMessagesAsync(batch, cancellationToken).ConfigureAwait(false);
            batch.Clear();
        }
    }

    private async Task<HashSet<string>> IdsOfAsync(string conversation, CancellationToken cancellationToken)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        string? next = null;
        do
        {
            var page = await LoadConversationAsync(conversation, 1_000, next, cancellationToken).ConfigureAwait(false);
            ids.UnionWith(page.Messages.Select(message => message.Id!));
            next = page.Next;
        }
        while (next is not null);
        return ids;
    }
}
