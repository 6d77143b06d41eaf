using System.Text.Json;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Sessions;

/// <summary>A transcript on disk: one JSON object a line, perhaps being written to by a CLI, perhaps damaged in places.</summary>
internal static class TranscriptFile
{
    internal const string Extension = ".jsonl";

    /// <summary>How much of either end is read for a listing.</summary>
    internal const int Window = 64 * 1024;

    private const int LongestLine = 512 * 1024 * 1024;

    // What is written here holds whole conversations: for this user's eyes only.
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads all entries; damaged lines are left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The entries, in order.</returns>
    public static async Task<List<TranscriptEntry>> ReadAllAsync(string path, CancellationToken cancellationToken)
    {
        List<TranscriptEntry> entries = [];
        var stream = OpenForReading(path);
        await using (stream.ConfigureAwait(false))
        {
            using var lines = new LineReader(stream, LongestLine);
            while (await lines.WaitAsync(cancellationToken))
            {
                while (lines.TryRead(out var line))
                {
                    if (TranscriptEntry.TryRead(line.Bytes, out var entry))
                        entries.Add(entry);
                }
            }
        }

        return entries;
    }

    /// <summary>Sums a transcript up from its two ends, however long it is.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What its ends say.</returns>
    public static async Task<SummaryState> SummarizeAsync(string path, CancellationToken cancellationToken)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        var length = RandomAccess.GetLength(handle);
        var summary = new SummaryState();
        var head = await ReadAsync(0, (int)Math.Min(length, Window)).ConfigureAwait(false);
        ObserveLines(head, isFirst: true, isLast: head.Length >= length, summary);
        if (length > Window)
        {
            summary.EndHead();
            var tail = await ReadAsync(length - Window, Window).ConfigureAwait(false);
            ObserveLines(tail, isFirst: false, isLast: true, summary);
        }

        return summary;

        async Task<byte[]> ReadAsync(long offset, int count)
        {
            var buffer = new byte[count];
            var filled = 0;
            while (filled < count)
            {
                var read = await RandomAccess.ReadAsync(handle, buffer.AsMemory(filled), offset + filled, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    break;
                filled += read;
            }

            return filled == count ? buffer : buffer[..filled];
        }
    }

    /// <summary>Makes a transcript; fails when there is one of that name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lines">Its lines.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <returns>A task that ends when it is written.</returns>
    /// <exception cref="IOException">The file exists, or cannot be written.</exception>
    public static async Task CreateAsync(string path, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        var stream = Create(path);
        try
        {
            await using (stream.ConfigureAwait(false))
                await stream.WriteAsync(lines, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Makes an empty file that only this user can read.</summary>
    /// <param name="path">The file; there must be none.</param>
    /// <returns>The file, open for writing.</returns>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = PrivateFile;
        return new FileStream(path, options);
    }

    private static FileStream OpenForReading(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1, FileOptions.Asynchronous);

    private static void ObserveLines(ReadOnlyMemory<byte> window, bool isFirst, bool isLast, SummaryState summary)
    {
        if (!isFirst)
        {
            var end = window.Span.IndexOf((byte)'\n');
            window = end < 0 ? default : window[(end + 1)..];
        }

        while (!window.IsEmpty)
        {
            var end = window.Span.IndexOf((byte)'\n');
            if (end < 0)
            {
                if (!isLast && BeginningOf(window.Span) is { } cut)
                    summary.Observe(cut);
                else if (isLast && TranscriptEntry.TryRead(window, out var last))
                    summary.Observe(last.Json);
                return;
            }

            if (TranscriptEntry.TryRead(window[..end], out var entry))
                summary.Observe(entry.Json);
            window = window[(end + 1)..];
        }
    }

    /// <summary>The plain members that come before the cut in a line of which only the beginning has been read.</summary>
    private static JsonElement? BeginningOf(ReadOnlySpan<byte> line)
    {
        var found = new List<(string Name, JsonElement Value)>();
        var reader = new Utf8JsonReader(line, isFinalBlock: false, default);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (!reader.Read())
                    break;
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                {
                    if (!reader.TrySkip())
                        break;
                }
                else
                {
                    found.Add((name, JsonElement.ParseValue(ref reader)));
                }
            }
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException)
        {
            return null;
        }

        return TranscriptLine.Create(json =>
        {
            foreach (var (name, value) in found)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }
        });
    }
}
