using System.Text.Json;

namespace Nexus.Claude.Sessions;

/// <summary>
/// Finds the conversation in a transcript, which is a tree: rewinding leaves dead branches behind, and of several tool calls at once
/// each result hangs on its own call, so that only one lies on the way from the last message to the first.
/// </summary>
internal sealed class ConversationChain
{
    private readonly bool _ofSubagent;
    private readonly List<TranscriptEntry> _entries;
    private readonly Dictionary<string, TranscriptEntry> _byUuid = new(StringComparer.Ordinal);

    private ConversationChain(IEnumerable<TranscriptEntry> entries, bool ofSubagent)
    {
        _ofSubagent = ofSubagent;
        var index = 0;
        foreach (var entry in entries.Where(entry => entry.IsLinked))
        {
            entry.Index = index++;
            _byUuid[entry.Uuid!] = entry;
        }

        _entries = [.. _byUuid.Values.OrderBy(entry => entry.Index)];
    }

    /// <summary>Finds the conversation.</summary>
    /// <param name="entries">The whole transcript.</param>
    /// <param name="ofSubagent">True for the transcript of a sub-agent, all of which is a side chain.</param>
    /// <param name="includeSystem">True includes notices of the CLI.</param>
    /// <returns>The messages, oldest first, from the last compaction on.</returns>
    public static List<TranscriptEntry> Find(IEnumerable<TranscriptEntry> entries, bool ofSubagent, bool includeSystem)
    {
        var chain = new ConversationChain(entries, ofSubagent);
        return chain.FindLeaf() is { } leaf
            ? [.. chain.WithKept(chain.WithSiblings(chain.WalkUp(leaf))).Where(entry => chain.IsShown(entry, includeSystem))]
            : [];
    }

    private bool IsShown(TranscriptEntry entry, bool includeSystem) =>
        (entry.IsMessage || (includeSystem && entry.Type == "system"))
        && !entry.IsMeta
        && (_ofSubagent || !entry.IsSidechain)
        && TranscriptEntry.Text(entry.Json, "teamName") is null;

    /// <summary>
    /// The last message of the conversation: of all ends of branches the one that was written last. A conversation that was rewound to
    /// right behind a compaction ends at the boundary.
    /// </summary>
    private TranscriptEntry? FindLeaf()
    {
        var parents = _entries.Select(entry => entry.ParentUuid).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return _entries.Where(entry => !parents.Contains(entry.Uuid!))
            .Select(end => Ancestors(end).FirstOrDefault(entry => IsShown(entry, includeSystem: false) || entry is { IsCompactBoundary: true, IsSidechain: false }))
            .OfType<TranscriptEntry>()
            .MaxBy(entry => entry.Index);
    }

    private List<TranscriptEntry> WalkUp(TranscriptEntry leaf)
    {
        var chain = Ancestors(leaf).ToList();
        chain.Reverse();
        return chain;
    }

    private IEnumerable<TranscriptEntry> Ancestors(TranscriptEntry from)
    {
        // A damaged transcript may go round in circles.
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (var entry = from; entry is not null && seen.Add(entry.Uuid!); entry = entry.ParentUuid is { } id ? _byUuid.GetValueOrDefault(id) : null)
            yield return entry;
    }

    /// <summary>Adds what hangs beside the chain: the other blocks of an answer, and the results of its other tool calls.</summary>
    private List<TranscriptEntry> WithSiblings(List<TranscriptEntry> chain)
    {
        var inChain = chain.ToHashSet();
        var answers = _entries.Where(entry => entry.Type == "assistant" && (_ofSubagent || !entry.IsSidechain))
            .ToLookup(entry => entry.MessageId ?? "", StringComparer.Ordinal);
        var results = _entries.Where(entry => entry.Type == "user" && entry.ToolResultIds.Any()).ToLookup(CallOf, StringComparer.Ordinal);
        List<TranscriptEntry> whole = [];
        for (var at = 0; at < chain.Count;)
        {
            var entry = chain[at];
            if (entry is not { Type: "assistant", MessageId: { Length: > 0 } id })
            {
                whole.Add(entry);
                at++;
                continue;
            }

            var end = chain.FindLastIndex(other => other.Type == "assistant" && other.MessageId == id) + 1;
            while (end < chain.Count && chain[end].Type == "user" && chain[end].ToolResultIds.Any())
                end++;
            var group = chain[at..end];
            group.AddRange(answers[id].Where(block => !inChain.Contains(block)));
            var answered = group.SelectMany(each => each.ToolResultIds).ToHashSet(StringComparer.Ordinal);
            foreach (var result in group.Where(each => each.Type == "assistant").SelectMany(block => results[block.Uuid!]).ToList())
            {
                if (!inChain.Contains(result) && result.ToolResultIds.All(answered.Add))
                    group.Add(result);
            }

            whole.AddRange(group.OrderBy(each => each.Index));
            at = end;
        }

        return whole;
    }

    /// <summary>The answer's block that a tool result belongs to.</summary>
    private static string CallOf(TranscriptEntry result) =>
        TranscriptEntry.Text(result.Json, "sourceToolAssistantUUID") ?? result.ParentUuid ?? "";

    /// <summary>Adds what a compaction kept of the time before it; it stands behind the summary.</summary>
    private List<TranscriptEntry> WithKept(List<TranscriptEntry> chain)
    {
        if (chain.FindLast(entry => entry.IsCompactBoundary) is not { } boundary)
            return chain;
        var metadata = TranscriptEntry.Member(boundary.Json, "compactMetadata");
        var messages = TranscriptEntry.Member(metadata, "preservedMessages");
        var segment = TranscriptEntry.Member(metadata, "preservedSegment");
        var anchor = TranscriptEntry.Text(messages, "anchorUuid") ?? TranscriptEntry.Text(segment, "anchorUuid");
        var at = chain.FindIndex(entry => entry.Uuid == anchor);
        if (anchor is null || at < 0)
            return chain;

        var inChain = chain.ToHashSet();
        var kept = Listed(messages, "allUuids") ?? Listed(messages, "uuids") ?? Between(segment);
        chain.InsertRange(at + 1, kept.Where(entry => !inChain.Contains(entry)));
        return chain;
    }

    private List<TranscriptEntry>? Listed(JsonElement messages, string name)
    {
        if (TranscriptEntry.Member(messages, name) is not { ValueKind: JsonValueKind.Array } ids)
            return null;
        return [.. ids.EnumerateArray()
            .Where(id => id.ValueKind == JsonValueKind.String)
            .Select(id => _byUuid.GetValueOrDefault(TranscriptEntry.ValueOf(id) ?? ""))
            .OfType<TranscriptEntry>()];
    }

    private List<TranscriptEntry> Between(JsonElement segment)
    {
        if (TranscriptEntry.Text(segment, "tailUuid") is not { } tail || !_byUuid.TryGetValue(tail, out var last))
            return [];
        var head = TranscriptEntry.Text(segment, "headUuid");
        List<TranscriptEntry> kept = [];
        foreach (var entry in Ancestors(last))
        {
            kept.Insert(0, entry);
            if (entry.Uuid == head)
                break;
        }

        return kept;
    }
}
