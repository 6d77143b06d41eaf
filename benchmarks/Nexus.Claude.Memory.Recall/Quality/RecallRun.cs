namespace Nexus.Claude.Memory.Benchmarks;

/// <summary>Stores a corpus and asks questions by the public API, in a file that goes when this is disposed of.</summary>
internal sealed class RecallRun : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly ClaudeMemory _memory;

    private RecallRun(DirectoryInfo folder, ClaudeMemory memory)
    {
        _folder = folder;
        _memory = memory;
    }

    public static async Task<RecallRun> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("nexus-recall-");
        // A corpus may hold what looks like a secret; here it is what is searched for.
        return new RecallRun(folder, await ClaudeMemory.OpenAsync(new MemoryOptions { Path = Path.Combine(folder.FullName, "memory.db"), RedactSecrets = false }));
    }

    /// <summary>A message of a corpus. A conversation there is a long acquaintance of many sittings: what a project is to us.</summary>
    public static MemoryMessage Message(
        string id, string conversation, string text, string? session = null, int turn = 0, string? speaker = null, DateTimeOffset? at = null) => new()
    {
        Id = id,
        ConversationId = $"{conversation}/{session ?? "1"}",
        Session = session ?? "1",
        Project = Project(conversation),
        Role = MemoryRole.User,
        Speaker = speaker,
        Content = text,
        Turn = turn,
        CreatedAt = at ?? DateTimeOffset.UnixEpoch,
    };

    public async Task<int> StoreAsync(IAsyncEnumerable<MemoryMessage> messages)
    {
        int count = 0;
        await foreach (var batch in messages.Chunk(500))
        {
            await _memory.StoreMessagesAsync(batch);
            count += batch.Length;
        }

        await _memory.FlushAsync();
        return count;
    }

    /// <summary>The ids of what is found, the best first. Places, age and thresholds play no part.</summary>
    public async Task<string[]> AskAsync(Question question)
    {
        var found = await _memory.RecallAsync(new MemoryQuery(question.Text)
        {
            WorkingDirectory = question.Conversation is { } conversation ? Project(conversation) : null,
            Reach = question.Conversation is null ? MemoryReach.Everywhere : MemoryReach.Project,
            Limit = question.Depth,
            MinimumCoverage = 0,
            MinimumScore = 0,
            Diversify = false,
            UsePriors = false,
        });
        return [.. found.Items.Select(item => item.Message.Id!)];
    }

    public async ValueTask DisposeAsync()
    {
        await _memory.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string Project(string conversation) => $"/bench/{conversation}";
}
