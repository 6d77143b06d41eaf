using Nexus.Claude.Memory.Recall;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>
/// The first stage on the server, in three requests: how often each term occurs; where the rare ones stand, with queries of at most ten words
/// for what matches many common ones; the messages worth reading. The server ranks nothing.
/// </summary>
internal sealed class MeilisearchCandidateSearch(MeilisearchIndexes indexes, CandidateQuery query)
{
    // The server looks at no more words of a query.
    private const int WordsPerQuery = 10;
    private const int JointQueries = 3;

    private const int MostPostingsOfTerm = 2_000;
    private const int MostPostings = 6_000;
    private const int Sample = 300;
    private const int MostOfSegments = 4_000;

    private readonly Dictionary<long, uint> _rows = [];

    public async Task<(CandidateSet Set, IReadOnlyList<MessageDocument> Read)> RunAsync(CancellationToken cancellationToken)
    {
        string within = MeilisearchFilter.All(Reachable(query.Scope, query.Reach));
        var sample = await CountAsync(within, cancellationToken).ConfigureAwait(false);
        var (terms, mass) = FirstStage.Choose(query);
        if (sample.Messages == 0 || terms.Count == 0)
            return (CandidateSet.Empty, []);

        await ReadPostingsAsync(terms, within, cancellationToken).ConfigureAwait(false);
        var stage = new FirstStage(terms, _rows, query.Limit);
        var best = stage.MostPromising();
        if (best.Count == 0)
            return (new CandidateSet(terms, mass, sample.AverageLength, []), []);

        var read = ReadAsync(best, cancellationToken);
        var lengths = ReadLengthsAsync(best, cancellationToken);
        await Task.WhenAll(read, lengths).ConfigureAwait(false);
        var documents = await read.ConfigureAwait(false);
        var found = stage.Candidates(documents.Where(document => document.IsOf(query.Scope)), sample.Segments, sample.AverageSegment, await lengths.ConfigureAwait(false));
        return (new CandidateSet(terms, mass, sample.AverageLength, found), documents);
    }

    /// <summary>The conditions that hold every question within its scope and reach.</summary>
    public static List<string> Reachable(MemoryScope scope, ProjectReach reach)
    {
        var conditions = new List<string> { MeilisearchFilter.Equal("scope_key", DocumentKeys.Scope(scope)) };
        if (reach.Reach == MemoryReach.Everywhere)
            return conditions;

        string project = reach.Project;
        var near = new List<string> { MeilisearchFilter.Equal("project_key", DocumentKeys.Directory(project)) };
        if (reach.Reach == MemoryReach.Nearby && !DirectoryRelation.IsTop(project))
        {
            near.Add(MeilisearchFilter.Equal("project_ancestor_keys", DocumentKeys.Directory(project)));
            var above = new List<string>();
            for (string? parent = MemoryPath.Parent(project); parent is not null && !DirectoryRelation.IsTop(parent); parent = MemoryPath.Parent(parent))
                above.Add(DocumentKeys.Directory(parent));
            if (above.Count > 0)
            {
                near.Add(MeilisearchFilter.In("project_key", above));
                near.Add(MeilisearchFilter.Equal("project_parent_key", above[0]));
            }
        }

        conditions.Add(MeilisearchFilter.Any(near));
        return conditions;
    }

    // How many messages there are, how long they are, and in how many each term stands.
    private async Task<(long Messages, double AverageLength, double Segments, double AverageSegment)> CountAsync(string within, CancellationToken cancellationToken)
    {
        var asked = query.TermsAndNames;
        var queries = new List<SearchQuery>(asked.Count + 1)
        {
            Ask("", within) with { Sort = ["seq:desc"], Limit = Sample, AttributesToRetrieve = ["segment", "slot", "token_count"] },
        };
        queries.AddRange(asked.Select(term => Ask(Exactly(term), within)));
        var answers = await indexes.SearchAsync(queries, cancellationToken).ConfigureAwait(false);

        long messages = answers[0].EstimatedTotalHits;
        for (int i = 0; i < asked.Count; i++)
            FirstStage.SetFrequency(asked[i], answers[i + 1].EstimatedTotalHits, messages);
        var newest = answers[0].Hits;
        double length = newest.Count == 0 ? 1 : Math.Max(1, newest.Average(hit => hit.TokenCount));
        double perSegment = newest.Count == 0 ? 1 : (double)newest.Count / newest.Select(hit => hit.Segment).Distinct().Count();
        return (messages, length, messages / perSegment, length * perSegment);
    }

    private async Task ReadPostingsAsync(List<QueryTerm> terms, string within, CancellationToken cancellationToken)
    {
        string where = MeilisearchFilter.All([within, .. OfConversation()]);
        int left = Math.Min(query.PostingsBudget, MostPostings);
        var queries = new List<SearchQuery>();
        bool whole = true;
        foreach (var term in terms)
        {
            int take = (int)Math.Min(Math.Min(term.Frequency, MostPostingsOfTerm), left);
            whole &= take == term.Frequency;
            left -= take;
            if (take == 0)
                break;
            queries.Add(Ask(Exactly(term), where) with { Sort = ["seq:desc"], Limit = take, AttributesToRetrieve = ["segment", "slot"] });
        }

        int single = queries.Count;
        if (!whole)
            queries.AddRange(Together(terms, where));
        var answers = await indexes.SearchAsync(queries, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < single; i++)
        {
            foreach (var hit in answers[i].Hits)
                Add(hit.Row, 1u << i);
        }

        var bits = terms.Select((term, i) => (Word: IndexWords.Of(term.Token), Bit: 1u << i)).GroupBy(entry => entry.Word, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Aggregate(0u, (mask, entry) => mask | entry.Bit), StringComparer.Ordinal);
        foreach (var hit in answers.Skip(single).SelectMany(answer => answer.Hits))
            Add(hit.Row, MaskOf(hit.Words ?? "", bits));
    }

    private void Add(long row, uint mask) => _rows[row] = _rows.GetValueOrDefault(row) | mask;

    // Each query gives up its common words first and keeps the rarest to the end, so each starts with another one.
    private IEnumerable<SearchQuery> Together(List<QueryTerm> terms, string where)
    {
        for (int first = 0; first < Math.Min(JointQueries, terms.Count); first++)
        {
            string words = string.Join(' ', terms.Skip(first).Take(WordsPerQuery).Select(term => IndexWords.Of(term.Token)));
            // The space at the end says that the last word is whole.
            yield return Ask(words + " ", where) with
            {
                MatchingStrategy = indexes.Strategy, Sort = ["seq:desc"], Limit = query.Limit, AttributesToRetrieve = ["segment", "slot", "words"],
            };
        }
    }

    /// <summary>Which terms stand among the words of a message.</summary>
    public static uint MaskOf(string words, Dictionary<string, uint> bits)
    {
        uint mask = 0;
        var lookup = bits.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var range in words.AsSpan().Split(' '))
            mask |= lookup.TryGetValue(words.AsSpan()[range], out uint bit) ? bit : 0;
        return mask;
    }

    private IEnumerable<string> OfConversation()
    {
        if (query.OnlyConversation is { } only)
            yield return MeilisearchFilter.Equal("conversation_key", DocumentKeys.Conversation(query.Scope, only));
        if (query.ExceptConversation is { } except)
            yield return MeilisearchFilter.NotEqual("conversation_key", DocumentKeys.Conversation(query.Scope, except));
    }

    private async Task<IReadOnlyList<MessageDocument>> ReadAsync(HashSet<long> rows, CancellationToken cancellationToken)
    {
        var places = rows.GroupBy(RowIds.Segment).Select(segment => MeilisearchFilter.All(
            MeilisearchFilter.In("segment", [segment.Key]), MeilisearchFilter.In("slot", segment.Select(row => (long)RowIds.Slot(row)))));
        string where = MeilisearchFilter.All([MeilisearchFilter.Equal("scope_key", DocumentKeys.Scope(query.Scope)), MeilisearchFilter.Any(places)]);
        var answer = await indexes.Client.FetchDocumentsAsync(indexes.Messages, new DocumentsQuery { Filter = where, Limit = rows.Count * 2, Fields = MessageDocument.Stored },
            MeilisearchJson.Default.DocumentsAnswerMessageDocument, cancellationToken).ConfigureAwait(false);
        return answer.Results;
    }

    private async Task<Dictionary<long, long>> ReadLengthsAsync(HashSet<long> rows, CancellationToken cancellationToken)
    {
        string where = MeilisearchFilter.All(MeilisearchFilter.Equal("scope_key", DocumentKeys.Scope(query.Scope)),
            MeilisearchFilter.In("segment", rows.Select(RowIds.Segment).Distinct()));
        var answer = await indexes.Client.FetchDocumentsAsync(indexes.Messages, new DocumentsQuery { Filter = where, Limit = MostOfSegments, Fields = ["segment", "slot", "token_count"] },
            MeilisearchJson.Default.DocumentsAnswerPosting, cancellationToken).ConfigureAwait(false);
        return answer.Results.GroupBy(posting => posting.Segment).ToDictionary(group => group.Key, group => group.Sum(posting => (long)posting.TokenCount));
    }

    private SearchQuery Ask(string words, string filter) => new()
    {
        IndexUid = indexes.Messages, Q = words, Filter = filter, MatchingStrategy = "all", AttributesToRetrieve = ["slot"],
    };

    // In quotes a word is neither the beginning of others nor misspelt.
    private static string Exactly(QueryTerm term) => $"\"{IndexWords.Of(term.Token)}\"";
}
