using System.Text.Json;

namespace Nexus.Claude.Sessions;

/// <summary>Copies a transcript into one of another session: the same words under new ids.</summary>
internal sealed class TranscriptFork
{
    // Who and what took part in the original does not take part in the copy.
    private static readonly string[] Dropped = ["teamName", "agentName", "slug", "sourceToolAssistantUUID"];

    private readonly string _sourceId;
    private readonly string _newId;
    private readonly List<TranscriptEntry> _entries;
    private readonly bool _endsAtSummary;
    private readonly Dictionary<string, string> _parents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _newUuids = new(StringComparer.Ordinal);

    private TranscriptFork(string sourceId, string newId, List<TranscriptEntry> entries, bool endsAtSummary)
    {
        _sourceId = sourceId;
        _newId = newId;
        _endsAtSummary = endsAtSummary;
        _entries = [.. entries.Where(entry => entry.Type != "progress")];
        foreach (var entry in entries)
            _newUuids[entry.Uuid!] = Guid.NewGuid().ToString();
        foreach (var progress in entries.Where(entry => entry is { Type: "progress", ParentUuid: not null }))
            _parents[progress.Uuid!] = progress.ParentUuid!;
    }

    /// <summary>Makes the copy.</summary>
    /// <param name="sourceId">The session that is copied.</param>
    /// <param name="newId">The id of the copy.</param>
    /// <param name="transcript">The whole transcript of the original.</param>
    /// <param name="upToMessageId">The last entry that is copied; null for all.</param>
    /// <param name="title">The title of the copy; null makes one from the original's.</param>
    /// <param name="now">The time.</param>
    /// <returns>The entries of the copy; null when the last entry to copy is not part of the conversation.</returns>
    public static List<JsonElement>? Create(
        string sourceId, string newId, IReadOnlyList<TranscriptEntry> transcript, string? upToMessageId, string? title, DateTimeOffset now)
    {
        var linked = transcript.Where(entry => entry is { IsLinked: true, IsSidechain: false }).ToList();
        var endsAtSummary = false;
        if (upToMessageId is not null)
        {
            if (EndOf(linked, upToMessageId) is not { } end)
                return null;
            linked = linked[..end];
            endsAtSummary = linked.Count > 0 && linked[^1].IsCompactSummary;
        }

        return new TranscriptFork(sourceId, newId, linked, endsAtSummary).Copy(transcript, title, now);
    }

    /// <summary>How many of the linked entries are copied.</summary>
    private static int? EndOf(List<TranscriptEntry> linked, string upTo)
    {
        var at = linked.FindIndex(entry => entry.Uuid == upTo);
        if (at < 0)
            return null;

        // Up to a boundary of a compaction, or to what was stored between it and its summary, is up to the time before the compaction: a
        // boundary without its summary would leave a conversation that has forgotten everything.
        if (!linked[at].IsMessage)
        {
            var boundary = linked.FindLastIndex(at, entry => entry.IsMessage || entry.IsCompactBoundary);
            if (boundary >= 0 && linked[boundary].IsCompactBoundary && linked.Skip(boundary + 1).FirstOrDefault(entry => entry.IsMessage)?.IsCompactSummary == true)
                return boundary;
        }

        return at + 1;
    }

    private List<JsonElement> Copy(IReadOnlyList<TranscriptEntry> transcript, string? title, DateTimeOffset now)
    {
        List<JsonElement> copies = [];
        for (var i = 0; i < _entries.Count; i++)
            copies.Add(Copy(_entries[i], i == _entries.Count - 1 ? now : null));
        var replacements = transcript.Where(entry => entry.Type == "content-replacement")
            .Select(entry => TranscriptEntry.Member(entry.Json, "replacements"))
            .Where(list => list.ValueKind == JsonValueKind.Array)
            .SelectMany(list => list.EnumerateArray())
            .ToList();
        if (replacements.Count > 0)
            copies.Add(Replacements(replacements));
        copies.Add(SessionNotes.Title(_newId, title ?? TitleOf(transcript)));
        return copies;
    }

    private JsonElement Copy(TranscriptEntry entry, DateTimeOffset? now) => TranscriptLine.Create(json =>
    {
        foreach (var member in entry.Json.EnumerateObject())
        {
            switch (member.Name)
            {
                case "uuid":
                    json.WriteString("uuid"u8, _newUuids[entry.Uuid!]);
                    break;
                case "parentUuid":
                    json.WriteString("parentUuid"u8, NewParentOf(entry.ParentUuid));
                    break;
                case "logicalParentUuid":
                    json.WriteString("logicalParentUuid"u8, NewParentOf(TranscriptEntry.Text(entry.Json, "logicalParentUuid")));
                    break;
                case "sessionId":
                    json.WriteString("sessionId"u8, _newId);
                    break;
                case "isSidechain":
                    json.WriteBoolean("isSidechain"u8, false);
                    break;
                case "timestamp" when now is not null:
                    json.WriteString("timestamp"u8, IsoTimestamp.Write(now));
                    break;
                case "compactMetadata":
                    WriteCompaction(json, member.Value, withoutKept: _endsAtSummary && IsLastBoundary(entry));
                    break;
                case "forkedFrom":
                    break;
                default:
                    if (!Dropped.Contains(member.Name))
                        member.WriteTo(json);
                    break;
            }
        }

        json.WriteStartObject("forkedFrom"u8);
        json.WriteString("sessionId"u8, _sourceId);
        json.WriteString("messageUuid"u8, entry.Uuid);
        json.WriteEndObject();
    });

    private bool IsLastBoundary(TranscriptEntry entry) => ReferenceEquals(_entries.FindLast(each => each.IsCompactBoundary), entry);

    /// <summary>The new id of the entry's parent, past entries that are not copied.</summary>
    private string? NewParentOf(string? parent)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        while (parent is not null && _parents.TryGetValue(parent, out var above) && seen.Add(parent))
            parent = above;
        return parent is not null && !_parents.ContainsKey(parent) ? _newUuids.GetValueOrDefault(parent) : null;
    }

    /// <summary>What a compaction kept is named by ids, which are new; a copy that ends at the summary ends before what was kept.</summary>
    private void WriteCompaction(Utf8JsonWriter json, JsonElement metadata, bool withoutKept)
    {
        json.WritePropertyName("compactMetadata"u8);
        if (metadata.ValueKind != JsonValueKind.Object)
        {
            metadata.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        foreach (var member in metadata.EnumerateObject())
        {
            if (withoutKept && member.Name is "preservedSegment" or "preservedMessages")
                continue;
            json.WritePropertyName(member.Name);
            WriteRenamed(json, member.Value);
        }

        json.WriteEndObject();
    }

    private void WriteRenamed(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    json.WritePropertyName(member.Name);
                    WriteRenamed(json, member.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    WriteRenamed(json, item);
                json.WriteEndArray();
                break;
            case JsonValueKind.String when TranscriptEntry.ValueOf(value) is { } text && _newUuids.TryGetValue(text, out var renamed):
                json.WriteStringValue(renamed);
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private JsonElement Replacements(List<JsonElement> replacements) => TranscriptLine.Create(json =>
    {
        json.WriteString("type"u8, "content-replacement"u8);
        json.WriteString("sessionId"u8, _newId);
        json.WriteStartArray("replacements"u8);
        foreach (var replacement in replacements)
            replacement.WriteTo(json);
        json.WriteEndArray();
    });

    private static string TitleOf(IReadOnlyList<TranscriptEntry> transcript)
    {
        var summary = new SummaryState();
        foreach (var entry in transcript)
            summary.Observe(entry.Json);
        return (summary.CustomTitle ?? summary.AiTitle ?? summary.FirstPrompt ?? summary.Title ?? "Forked session") + " (fork)";
    }
}
