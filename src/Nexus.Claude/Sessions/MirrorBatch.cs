using System.Text.Json;

namespace Nexus.Claude.Sessions;

/// <summary>Entries of one transcript that go to the store together.</summary>
/// <param name="key">The transcript.</param>
internal sealed class MirrorBatch(SessionKey key)
{
    private const int MostEntries = 500;
    private const long MostBytes = 1024 * 1024;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytes;

    /// <summary>The transcript.</summary>
    public SessionKey Key { get; } = key;

    /// <summary>The entries.</summary>
    public List<JsonElement> Entries { get; } = [];

    /// <summary>True when no more should be added.</summary>
    public bool IsFull => Entries.Count >= MostEntries || _bytes >= MostBytes;

    /// <summary>Ends when the batch is stored or given up.</summary>
    public Task Done => _done.Task;

    /// <summary>Adds an entry.</summary>
    public void Add(JsonElement entry, int bytes)
    {
        Entries.Add(entry);
        _bytes += bytes;
    }

    /// <summary>Says that the batch is stored or given up.</summary>
    public void Complete() => _done.TrySetResult();
}
