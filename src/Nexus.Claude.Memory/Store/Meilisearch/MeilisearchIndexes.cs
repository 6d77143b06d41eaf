using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>The two indexes: made and set up before anything is asked of them, and read in an order whatever the version.</summary>
internal sealed class MeilisearchIndexes(MeilisearchClient client, MeilisearchOptions options) : IDisposable
{
    // Only what a query asks for is given: the number itself costs nothing, and counts below it are exact.
    private const int MostCounted = 1_000_000;

    private readonly SemaphoreSlim _setup = new(1, 1);
    private volatile bool _ready;
    private volatile bool _cannotSort;
    private volatile bool _cannotDropFrequent;

    public MeilisearchClient Client => client;

    public string Messages { get; } = options.IndexPrefix + "_messages";

    public string Conversations { get; } = options.IndexPrefix + "_conversations";

    public MeilisearchVersion Version { get; private set; } = MeilisearchVersion.Newest;

    /// <summary>How a query of several words gives way.</summary>
    public string Strategy => Version.HasFrequencyStrategy && !_cannotDropFrequent ? "frequency" : "last";

    /// <summary>Completes when both indexes are there with their settings, whoever made them.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (_ready)
            return;
        await _setup.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_ready)
                return;
            Version = await client.GetVersionAsync(cancellationToken).ConfigureAwait(false);
            await EnsureAsync(Messages, MessageSettings(), cancellationToken).ConfigureAwait(false);
            await EnsureAsync(Conversations, ConversationSettings(), cancellationToken).ConfigureAwait(false);
            _ready = true;
        }
        finally
        {
            _setup.Release();
        }
    }

    /// <summary>Looks again before the next use: somebody has deleted an index, or put another server in its place.</summary>
    public void Reset() => _ready = false;

    /// <summary>Documents in an order, exactly, with the number of all that match.</summary>
    public async Task<DocumentsAnswer<T>> ReadAsync<T>(
        string index, DocumentsQuery query, JsonTypeInfo<DocumentsAnswer<T>> type, JsonTypeInfo<SearchAnswer<T>> searchType, CancellationToken cancellationToken)
    {
        if (query.Sort is null || (Version.SortsFetchedDocuments && !_cannotSort))
        {
            try
            {
                return await client.FetchDocumentsAsync(index, query, type, cancellationToken).ConfigureAwait(false);
            }
            catch (MeilisearchException failure) when (failure.Code == "bad_request" && query.Sort is not null)
            {
                // An older server whose version could not be asked.
                _cannotSort = true;
            }
        }

        // Without words a search gives everything that matches the filter, in the order asked for.
        var found = await client.SearchAsync(index, new SearchQuery
        {
            Filter = query.Filter, Sort = query.Sort, Limit = query.Limit, Offset = query.Offset, AttributesToRetrieve = query.Fields,
        }, searchType, cancellationToken).ConfigureAwait(false);
        return new DocumentsAnswer<T>(found.Hits, found.EstimatedTotalHits);
    }

    /// <summary>How many messages match, exactly.</summary>
    public async Task<long> CountAsync(string filter, CancellationToken cancellationToken)
    {
        var query = new DocumentsQuery { Filter = filter, Limit = 1, Fields = ["id"] };
        return (await client.FetchDocumentsAsync(Messages, query, MeilisearchJson.Default.DocumentsAnswerMessageDocument, cancellationToken).ConfigureAwait(false)).Total;
    }

    /// <summary>Several searches for places in one request.</summary>
    public async Task<IReadOnlyList<SearchAnswer<Posting>>> SearchAsync(IReadOnlyList<SearchQuery> queries, CancellationToken cancellationToken)
    {
        var type = MeilisearchJson.Default.MultiSearchAnswerPosting;
        try
        {
            return await client.MultiSearchAsync(queries, type, cancellationToken).ConfigureAwait(false);
        }
        catch (MeilisearchException failure) when (failure.Code == "invalid_search_matching_strategy" && Strategy == "frequency")
        {
            _cannotDropFrequent = true;
            return await client.MultiSearchAsync([.. queries.Select(query => query.MatchingStrategy == "frequency" ? query with { MatchingStrategy = "last" } : query)],
                type, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _setup.Dispose();

    private async Task EnsureAsync(string index, IndexSettings wanted, CancellationToken cancellationToken)
    {
        if (!await client.HasIndexAsync(index, cancellationToken).ConfigureAwait(false))
        {
            var creation = await client.CreateIndexAsync(index, cancellationToken).ConfigureAwait(false);
            try
            {
                await client.WaitForAsync(creation, $"the creation of index '{index}'", cancellationToken).ConfigureAwait(false);
            }
            catch (MeilisearchException failure) when (failure.Code == "index_already_exists")
            {
                // Another process was faster.
            }
        }

        if (Satisfies(await client.GetSettingsAsync(index, cancellationToken).ConfigureAwait(false), wanted))
            return;
        var update = await client.UpdateSettingsAsync(index, wanted, cancellationToken).ConfigureAwait(false);
        await client.WaitForAsync(update, $"the settings of index '{index}'", cancellationToken).ConfigureAwait(false);
    }

    private IndexSettings MessageSettings() => Common() with
    {
        SearchableAttributes = ["words"],
        FilterableAttributes = Names("id", "scope_key", "tenant", "user", "conversation_key", "message_key", "project_key", "project_parent_key",
            "project_ancestor_keys", "role", "created_at", "seq", "segment", "slot"),
        SortableAttributes = ["created_at", "seq", "turn"],
        // The ranking is ours; among equals the newest are wanted.
        RankingRules = ["words", "sort"],
    };

    private IndexSettings ConversationSettings() => Common() with
    {
        SearchableAttributes = ["preview"],
        FilterableAttributes = Names("id", "scope_key", "tenant", "user", "project_key", "updated_at"),
        SortableAttributes = ["updated_at", "seq"],
        RankingRules = ["words", "sort"],
    };

    private IndexSettings Common() => new()
    {
        TypoTolerance = new TypoTolerance(false),
        Pagination = new Pagination(MostCounted),
        ProximityPrecision = Version.HasProximityPrecision ? "byAttribute" : null,
        PrefixSearch = Version.HasPrefixSearchSetting ? "disabled" : null,
        FacetSearch = Version.HasPrefixSearchSetting ? false : null,
    };

    private static JsonElement[] Names(params IEnumerable<string> names) => [.. names.Select(name => JsonElement.Parse($"\"{name}\""))];

    // More than is wanted is left alone: others may search the same index in their own ways.
    private static bool Satisfies(IndexSettings current, IndexSettings wanted) =>
        current.SearchableAttributes is { } searchable && searchable.SequenceEqual(wanted.SearchableAttributes!)
        && current.RankingRules is { } rules && rules.SequenceEqual(wanted.RankingRules!)
        && current.FilterableAttributes is { } filterable && Texts(wanted.FilterableAttributes!).All(Texts(filterable).Contains)
        && current.SortableAttributes is { } sortable && wanted.SortableAttributes!.All(sortable.Contains)
        && current.TypoTolerance?.Enabled == false
        && current.Pagination?.MaxTotalHits >= MostCounted
        && (wanted.PrefixSearch is null || current.PrefixSearch == wanted.PrefixSearch);

    private static HashSet<string> Texts(IReadOnlyList<JsonElement> names) =>
        [.. names.Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!)];
}
