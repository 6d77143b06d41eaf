using Microsoft.Extensions.Time.Testing;

namespace Nexus.Claude.Memory.Tests;

/// <summary>A memory in a folder of its own, which goes with it.</summary>
internal sealed class TemporaryMemory : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 20, 14, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nexus-memory-");
    private readonly List<ClaudeMemory> _open = [];

    public string Folder => _folder.FullName;

    public string Path => System.IO.Path.Combine(Folder, "memory.db");

    // Moves only when told: a batch is written when somebody flushes.
    public FakeTimeProvider Time { get; } = new(Start);

    public async Task<ClaudeMemory> OpenAsync(Action<MemoryOptions>? configure = null)
    {
        var options = new MemoryOptions { Path = Path, TimeProvider = Time, TimeZone = TimeZoneInfo.Utc };
        configure?.Invoke(options);
        var memory = await ClaudeMemory.OpenAsync(options);
        _open.Add(memory);
        return memory;
    }

    public static MemoryMessage Message(string text, string conversation = "c1", string? id = null, int minute = 0, string role = "user", string? directory = null,
        string[]? files = null, int turn = 0) => new()
    {
        Id = id, ConversationId = conversation, Role = new MemoryRole(role), Content = text, CreatedAt = Start.AddMinutes(minute), WorkingDirectory = directory,
        Files = files ?? [], Turn = turn,
    };

    /// <summary>The bytes of the database and of its log.</summary>
    public async Task<byte[]> BytesAsync()
    {
        var bytes = new List<byte>();
        foreach (string file in Directory.EnumerateFiles(Folder, "memory.db*").Order(StringComparer.Ordinal))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            bytes.AddRange(copy.ToArray());
        }

        return [.. bytes];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var memory in _open)
            await memory.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
