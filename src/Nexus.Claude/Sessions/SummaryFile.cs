using System.Text.Json;

namespace Nexus.Claude.Sessions;

/// <summary>The summary of a session, in a file beside its transcript.</summary>
internal static class SummaryFile
{
    internal const string Extension = ".summary.json";

    /// <summary>Reads a summary.</summary>
    /// <returns>The summary; null when there is none that can be read, and it is made anew from the transcript.</returns>
    public static async Task<SessionSummary?> ReadAsync(string path, string sessionId, CancellationToken cancellationToken)
    {
        try
        {
            return TranscriptEntry.TryRead(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), out var file)
                && TranscriptEntry.Member(file.Json, "lastModifiedTicks") is { ValueKind: JsonValueKind.Number } ticks
                && ticks.TryGetInt64(out var at)
                && at >= 0 && at <= DateTimeOffset.MaxValue.Ticks
                ? new SessionSummary
                {
                    SessionId = sessionId,
                    LastModified = new DateTimeOffset(at, TimeSpan.Zero),
                    Data = TranscriptEntry.Member(file.Json, "data"),
                }
                : null;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Writes a summary in the place of an earlier one; whoever reads meanwhile sees one of the two.</summary>
    public static async Task WriteAsync(string path, SessionSummary summary, CancellationToken cancellationToken)
    {
        var json = TranscriptLine.Create(json =>
        {
            json.WriteNumber("lastModifiedTicks"u8, summary.LastModified.UtcTicks);
            json.WritePropertyName("data"u8);
            summary.Data.WriteTo(json);
        });
        var partial = path + ".partial";
        // Left by a writer that died; the lock says that no other one lives.
        File.Delete(partial);
        await TranscriptFile.CreateAsync(partial, TranscriptLine.Write([json]), cancellationToken).ConfigureAwait(false);
        File.Move(partial, path, overwrite: true);
    }
}
