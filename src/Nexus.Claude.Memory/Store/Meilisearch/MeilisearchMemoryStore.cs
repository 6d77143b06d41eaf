using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Memory.Diagnostics;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>
/// One Meilisearch server for many machines. Everything is written into the outbox first and sent from there; what is read comes from the
/// server, and from the outbox while the server is away.
/// </summary>
internal sealed class MeilisearchMemoryStore : IMemoryStore
{
    private const int PageOfExport = 1_000;
    private const int CountsAtOnce = 100;
    private static readonly string[] Oldest = ["seq:asc"];
    private static readonly string[] Newest = ["seq:desc"];

    private readonly MeilisearchClient _client;
    private readonly MeilisearchIndexes _indexes;
    private readonly ServerState _server;
    private readonly Outbox _outbox;
    private readonly OutboxReading _waiting;
    private readonly OutboxLock _lock;
    private readonly OutboxDrain _drain;
    private readonly WriteQueue _queue;
    private readonly MeilisearchOptions _options;
    private readonly ILogger _logger;
    private volatile bool _disposed;

    private MeilisearchMemoryStore(MeilisearchOptions options, Outbox outbox, TimeProvider time, ILogger logger)
    {
        _options = options;
        _logger = logger;
        _outbox = outbox;
        _waiting = new OutboxReading(outbox);
        _client = new MeilisearchClient(options, time);
        _indexes = new MeilisearchIndexes(_client, options);
        _server = new ServerState(options, time);
        _lock = new OutboxLock(outbox.Path + ".lock", time);
        _drain = new OutboxDrain(outbox, _indexes, _server, _lock, options, time, logger);
        _queue = new WriteQueue(Write, time, logger);
    }

    public byte[] Key => _outbox.Key;

    /// <summary>Opens the outbox. The server is not asked yet: it may be away.</summary>
    public static Task<MeilisearchMemoryStore> OpenAsync(MeilisearchOptions options, TimeProvider time, ILogger logger, CancellationToken cancellationToken) =>
        Task.Run(() => new MeilisearchMemoryStore(options, Outbox.Open(options.OutboxFile, time), time, logger), cancellationToken);

    public ValueTask AddAsync(IReadOnlyList<PreparedMessage> messages, CancellationToken cancellationToken) => _queue.AddAsync(messages, cancellationToken);

    /// <summary>Completes when everything taken before is on the server; or in the outbox, when the server takes nothing now.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _queue.FlushAsync(cancellationToken).ConfigureAwait(false);
        await _drain.DrainAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task<CandidateSet> FindAsync(CandidateQuery query, CancellationToken cancellationToken) => ReadAsync(
        async () =>
        {
            var (set, read) = await new MeilisearchCandidateSearch(_indexes, query).RunAsync(cancellationToken).ConfigureAwait(false);
            Own(query.Scope, read);
            return set;
        },
        () => _waiting.Find(query), cancellationToken);

    public Task<IReadOnlyList<MemoryMessage>> GetAsync(MemoryScope scope, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) => ReadAsync(
        async () =>
        {
            var found = new List<MemoryMessage>();
            foreach (string[] some in ids.Distinct(StringComparer.Ordinal).Chunk(CountsAtOnce))
            {
                var filter = ForgetOrder.Of(scope, new MemoryFilter { Ids = some }).ToServerFilter();
                var documents = await PageAsync(filter, Oldest, PageOfExport, cancellationToken).ConfigureAwait(false);
                found.AddRange(Own(scope, documents.Results).Select(document => document.ToMessage()));
            }

            // As they were asked for.
            var places = ids.Distinct(StringComparer.Ordinal).Select((id, place) => (id, place)).ToDictionary(entry => entry.id, entry => entry.place, StringComparer.Ordinal);
            return (IReadOnlyList<MemoryMessage>)[.. found.OrderBy(message => places[message.Id!])];
        },
        () => _waiting.Get(scope, ids), cancellationToken);

    public Task<ConversationPage> LoadAsync(MemoryScope scope, string conversation, int limit, string? before, CancellationToken cancellationToken)
    {
        long end = before is null ? long.MaxValue : ParseCursor(before);
        return ReadAsync(
            async () =>
            {
                string all = MeilisearchFilter.All(Equals("scope_key", DocumentKeys.Scope(scope)), Equals("conversation_key", DocumentKeys.Conversation(scope, conversation)));
                // By the place of the last one, not by a number of messages to skip: what is added meanwhile shifts nothing.
                string older = before is null ? all : MeilisearchFilter.All(all, MeilisearchFilter.Below("seq", end));
                var page = await PageAsync(older, Newest, limit + 1, cancellationToken).ConfigureAwait(false);
                var last = await PageAsync(all, ["turn:desc"], 1, cancellationToken).ConfigureAwait(false);
                var messages = Own(scope, page.Results).Take(limit).Reverse().ToList();
                return new ConversationPage([.. messages.Select(document => document.ToMessage())], (int)last.Total, last.Results.Count == 0 ? -1 : last.Results[0].Turn,
                    page.Results.Count > limit && messages.Count > 0 ? messages[0].Sequence.ToString(CultureInfo.InvariantCulture) : null);
            },
            () => _waiting.Load(scope, conversation, limit, end), cancellationToken);
    }

    public Task<IReadOnlyList<MemoryConversation>> ListAsync(MemoryScope scope, string? project, int limit, int offset, CancellationToken cancellationToken) => ReadAsync(
        async () =>
        {
            var conditions = new List<string> { Equals("scope_key", DocumentKeys.Scope(scope)) };
            if (project is not null)
                conditions.Add(Equals("project_key", DocumentKeys.Directory(project)));
            var page = await _indexes.ReadAsync(_indexes.Conversations,
                new DocumentsQuery { Filter = MeilisearchFilter.All(conditions), Sort = ["updated_at:desc", "seq:desc"], Limit = limit, Offset = offset },
                MeilisearchJson.Default.DocumentsAnswerConversationDocument, MeilisearchJson.Default.SearchAnswerConversationDocument, cancellationToken).ConfigureAwait(false);
            var own = page.Results.Where(conversation => conversation.Tenant == scope.Tenant && conversation.User == scope.User).ToList();
            var counts = await CountAsync(own, cancellationToken).ConfigureAwait(false);
            return (IReadOnlyList<MemoryConversation>)[.. own.Zip(counts, static (conversation, count) => conversation.With(count))];
        },
        () => _waiting.List(scope, project, limit, offset), cancellationToken);

    public Task<long> CountAsync(MemoryScope scope, string? conversation, CancellationToken cancellationToken) => ReadAsync(
        () => _indexes.CountAsync(ForgetOrder.Of(scope, new MemoryFilter { ConversationId = conversation }).ToServerFilter(), cancellationToken), null, cancellationToken);

    public async IAsyncEnumerable<MemoryMessage> ReadAsync(MemoryScope scope, MemoryFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var order = ForgetOrder.Of(scope, filter);
        for (long after = -1; ;)
        {
            var page = await ReadAsync(() => PageAsync(order.ToServerFilter(after), Oldest, PageOfExport, cancellationToken), null, cancellationToken).ConfigureAwait(false);
            foreach (var document in Own(scope, page.Results).Where(order.Matches))
                yield return document.ToMessage();
            if (page.Results.Count < PageOfExport)
                yield break;
            after = page.Results[^1].Sequence;
        }
    }

    public async Task<ForgetResult> ForgetAsync(MemoryScope scope, MemoryFilter filter, CancellationToken cancellationToken)
    {
        await _queue.FlushAsync(cancellationToken).ConfigureAwait(false);
        var order = ForgetOrder.Of(scope, filter);
        // While nobody sends: what is on its way would arrive after it was forgotten.
        using var held = await _lock.TakeAsync(_options.TaskTimeout, static () => false, cancellationToken).ConfigureAwait(false)
            ?? throw new MemoryStoreException(MemoryStoreFailure.Busy, $"Another process has been sending from the outbox '{_outbox.Path}' for longer than {_options.TaskTimeout}. Try again.");
        // In the order of things what waits is sent first, so that it is counted once.
        bool isThere = !_server.IsAway && await _drain.SendAllAsync(cancellationToken).ConfigureAwait(false);
        int removed = await Task.Run(() => _outbox.Forget(order), cancellationToken).ConfigureAwait(false);
        if (isThere)
        {
            try
            {
                await _indexes.EnsureAsync(cancellationToken).ConfigureAwait(false);
                int deleted = await new ServerForgetting(_indexes).RunAsync(order, cancellationToken).ConfigureAwait(false);
                return new ForgetResult(removed + deleted, IsErased: false);
            }
            catch (MeilisearchException failure)
            {
                _drain.MarkAway(failure);
            }
        }

        _outbox.Add(order);
        _drain.Signal();
        return new ForgetResult(removed, IsErased: false) { IsPending = true };
    }

    /// <summary>What waits, and what was put aside.</summary>
    public async Task<OutboxStatus> StatusAsync(MemoryScope scope, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(ClaudeMemory));
        var (waiting, parked) = await Task.Run(() => _outbox.Status(scope), cancellationToken).ConfigureAwait(false);
        var failure = _server.LastFailure;
        return new OutboxStatus(waiting, parked, failure is not null, failure?.Message);
    }

    /// <summary>Tries again to send what was put aside.</summary>
    public async Task<int> RetryParkedAsync(MemoryScope scope, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(ClaudeMemory));
        int count = await Task.Run(() => _outbox.Unpark(scope), cancellationToken).ConfigureAwait(false);
        await _drain.DrainAsync(cancellationToken).ConfigureAwait(false);
        return count;
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _queue.DisposeAsync().ConfigureAwait(false);
        await _drain.DisposeAsync().ConfigureAwait(false);
        _indexes.Dispose();
        _client.Dispose();
        _lock.Dispose();
        _outbox.Dispose();
    }

    private void Write(IReadOnlyList<PreparedMessage> batch)
    {
        _outbox.Add(batch);
        _drain.Signal();
    }

    // From the server; from the outbox when it is away, where that is better than nothing.
    private async Task<T> ReadAsync<T>(Func<Task<T>> read, Func<T>? readWaiting, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(ClaudeMemory));
        var failure = _server.IsAway ? _server.LastFailure : null;
        // What was to be forgotten while the server was away is not to be seen again.
        if (failure is null && await Task.Run(() => _outbox.HasOrders, cancellationToken).ConfigureAwait(false)
            && !await _drain.DrainAsync(cancellationToken).ConfigureAwait(false))
            failure = _server.LastFailure;
        for (int attempt = 1; failure is null; attempt++)
        {
            try
            {
                await _indexes.EnsureAsync(cancellationToken).ConfigureAwait(false);
                var result = await read().ConfigureAwait(false);
                if (_server.LastFailure is not null)
                {
                    _server.MarkReachable();
                    _drain.Signal();
                }

                return result;
            }
            catch (MeilisearchException missing) when (attempt == 1 && OutboxSender.IsMissingSetup(missing))
            {
                _indexes.Reset();
            }
            catch (MeilisearchException refused) when (!refused.IsTransient && !refused.IsUnauthorized && readWaiting is not null)
            {
                throw Explain(refused);
            }
            catch (MeilisearchException away)
            {
                _drain.MarkAway(away);
                failure = away;
            }
        }

        return readWaiting is null ? throw Explain(failure) : await Task.Run(readWaiting, cancellationToken).ConfigureAwait(false);
    }

    // The server compares by keys that no two scopes share. Should a document of another scope come all the same, nobody sees it.
    private IReadOnlyList<MessageDocument> Own(MemoryScope scope, IReadOnlyList<MessageDocument> documents)
    {
        int foreign = documents.Count(document => !document.IsOf(scope));
        if (foreign == 0)
            return documents;
        _logger.ForeignDocuments(foreign);
        return [.. documents.Where(document => document.IsOf(scope))];
    }

    private Task<DocumentsAnswer<MessageDocument>> PageAsync(string filter, string[] sort, int limit, CancellationToken cancellationToken) => _indexes.ReadAsync(
        _indexes.Messages, new DocumentsQuery { Filter = filter, Sort = sort, Limit = limit, Fields = MessageDocument.Stored },
        MeilisearchJson.Default.DocumentsAnswerMessageDocument, MeilisearchJson.Default.SearchAnswerMessageDocument, cancellationToken);

    private async Task<List<long>> CountAsync(List<ConversationDocument> conversations, CancellationToken cancellationToken)
    {
        var counts = new List<long>(conversations.Count);
        foreach (var some in conversations.Chunk(CountsAtOnce))
        {
            var answers = await _indexes.SearchAsync([.. some.Select(conversation => new SearchQuery
            {
                IndexUid = _indexes.Messages, Limit = 0, Filter = Equals("conversation_key", conversation.Id), AttributesToRetrieve = ["slot"],
            })], cancellationToken).ConfigureAwait(false);
            counts.AddRange(answers.Select(answer => answer.EstimatedTotalHits));
        }

        return counts;
    }

    private static string Equals(string attribute, string value) => MeilisearchFilter.Equal(attribute, value);

    private static long ParseCursor(string cursor) => long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)
        ? sequence
        : throw new ArgumentException($"'{cursor}' is no place in a conversation: give back what ConversationPage.Next said.", nameof(cursor));

    private static MemoryStoreException Explain(MeilisearchException failure) => failure.IsTransient
        ? new MemoryStoreException(MemoryStoreFailure.Unavailable,
            $"The memory is away. {failure.Message} What is stored waits in the outbox; this has to be read from the server: try again when it is back.", failure)
        : new MemoryStoreException(MemoryStoreFailure.Refused,
            $"{failure.Message} Check MemoryOptions.Meilisearch: Url, and ApiKey with the actions it needs (or MEILISEARCH_URL and MEILISEARCH_KEY).", failure);
}
