using System.Globalization;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>What can be known while the server is away: the messages that wait to be sent, by the same ranking.</summary>
internal sealed class OutboxReading(Outbox outbox)
{
    // More than that is searched when the server is back.
    private const int MostSearched = 5_000;

    public CandidateSet Find(CandidateQuery query)
    {
        var documents = Place(outbox.MessagesOf(query.Scope, MostSearched).Where(document => query.Reach.Includes(document.Project)));
        if (documents.Count == 0 || query.Terms.Count == 0)
            return CandidateSet.Empty with { IsFromOutbox = true };

        var words = documents.ConvertAll(document => (document.Words ?? "").Split(' ').ToHashSet(StringComparer.Ordinal));
        foreach (var term in query.TermsAndNames)
        {
            string word = IndexWords.Of(term.Token);
            FirstStage.SetFrequency(term, words.Count(set => set.Contains(word)), documents.Count);
        }

        var (terms, mass) = FirstStage.Choose(query);
        var rows = new Dictionary<long, uint>();
        for (int i = 0; i < documents.Count; i++)
        {
            var document = documents[i];
            if ((query.OnlyConversation is { } only && document.ConversationId != only) || document.ConversationId == query.ExceptConversation)
                continue;
            uint mask = 0;
            for (int term = 0; term < terms.Count; term++)
                mask |= words[i].Contains(IndexWords.Of(terms[term].Token)) ? 1u << term : 0;
            if (mask != 0)
                rows[RowIds.Of(document.Segment, document.Slot)] = mask;
        }

        double average = Math.Max(1, documents.Average(document => document.TokenCount));
        var lengths = documents.GroupBy(document => document.Segment).ToDictionary(group => group.Key, group => group.Sum(document => (long)document.TokenCount));
        var stage = new FirstStage(terms, rows, query.Limit);
        var best = stage.MostPromising();
        var found = stage.Candidates(documents.Where(document => best.Contains(RowIds.Of(document.Segment, document.Slot))), lengths.Count, lengths.Values.Average(), lengths);
        return new CandidateSet(terms, mass, average, found) { IsFromOutbox = true };
    }

    public ConversationPage Load(MemoryScope scope, string conversation, int limit, long before)
    {
        var all = outbox.MessagesOf(scope).Where(document => document.ConversationId == conversation).ToList();
        var older = all.Where(document => document.Sequence < before).ToList();
        var page = older.TakeLast(limit).ToList();
        return new ConversationPage([.. page.Select(document => document.ToMessage())], all.Count, all.Count == 0 ? -1 : all.Max(document => document.Turn),
            older.Count > page.Count ? page[0].Sequence.ToString(CultureInfo.InvariantCulture) : null) { IsFromOutbox = true };
    }

    public IReadOnlyList<MemoryMessage> Get(MemoryScope scope, IReadOnlyCollection<string> ids) =>
        [.. outbox.MessagesOf(scope).Where(document => ids.Contains(document.MessageId)).Select(document => document.ToMessage())];

    public IReadOnlyList<MemoryConversation> List(MemoryScope scope, string? project, int limit, int offset) =>
        [.. outbox.MessagesOf(scope).GroupBy(document => document.ConversationId)
            .Select(group => (Conversation: ConversationDocument.BeginsWith(group.First()) with { UpdatedAt = group.Max(document => document.CreatedAt) }, Count: group.Count()))
            .Where(entry => project is null || entry.Conversation.Project == project)
            .OrderByDescending(entry => entry.Conversation.UpdatedAt).ThenByDescending(entry => entry.Conversation.Sequence)
            .Skip(offset).Take(limit).Select(entry => entry.Conversation.With(entry.Count))];

    // A conversation is one sitting here: which of them continues an earlier one is known when it is sent.
    private static List<MessageDocument> Place(IEnumerable<MessageDocument> documents)
    {
        var places = new Dictionary<string, (long Segment, int Slot)>(StringComparer.Ordinal);
        var placed = new List<MessageDocument>();
        long segments = 0;
        foreach (var document in documents)
        {
            var (segment, slot) = places.TryGetValue(document.ConversationKey, out var last) && last.Slot + 1 < RowIds.SlotsPerSegment
                ? (last.Segment, last.Slot + 1)
                : (++segments, 0);
            places[document.ConversationKey] = (segment, slot);
            placed.Add(document with { Segment = segment, Slot = slot });
        }

        return placed;
    }
}
