using System.Collections.Concurrent;

namespace Nexus.Claude.Memory.Record;

/// <summary>The memories that options opened by themselves: one a file or server, for as long as the process lives. Each turn's end writes them.</summary>
internal static class OpenMemories
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<ClaudeMemory>>> Open = new(StringComparer.Ordinal);

    public static async Task<ClaudeMemory> GetAsync(MemoryOptions options, CancellationToken cancellationToken)
    {
        string path = options.Meilisearch is { } server
            ? string.Join('\n', server.Address.AbsoluteUri, server.IndexPrefix, server.OutboxFile)
            : System.IO.Path.GetFullPath(options.Path ?? ClaudeMemory.DefaultPath());
        // Nobody's token: the next session waits for the same opening.
        var opening = Open.GetOrAdd(path, _ => new Lazy<Task<ClaudeMemory>>(() => ClaudeMemory.OpenAsync(options, CancellationToken.None)));
        try
        {
            var memory = await opening.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
            return memory.With(options);
        }
        catch (ClaudeException)
        {
            // What is wrong now may be put right before the next prompt.
            Open.TryRemove(new KeyValuePair<string, Lazy<Task<ClaudeMemory>>>(path, opening));
            throw;
        }
    }
}
