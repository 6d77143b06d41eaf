using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Nexus.Claude.Memory.Inject;
using Nexus.Claude.Memory.Privacy;
using Nexus.Claude.Memory.Recall;
using Nexus.Claude.Memory.Record;
using Nexus.Claude.Memory.Store;
using Nexus.Claude.Memory.Store.Meilisearch;
using Nexus.Claude.Memory.Vectors;

namespace Nexus.Claude.Memory;

/// <summary>
/// A memory of conversations. Any number of processes may have the same one open, and one instance serves any number of threads.
/// Disposing writes what waits; until then a crash loses at most the last tenth of a second, and after <see cref="FlushAsync"/> nothing.
/// </summary>
public sealed partial class ClaudeMemory : IAsyncDisposable
{
    private readonly SharedStore _shared;
    private readonly MemoryOptions _options;
    private readonly MemoryComposer _composer;
    private readonly Embeddings? _embeddings;

    private ClaudeMemory(SharedStore shared, MemoryOptions options)
    {
        _shared = shared;
        _options = options;
        _composer = new MemoryComposer(options, shared.Key);
        IsEnabled = IsOn(options);
        _embeddings = IsEnabled ? shared.EmbeddingsFor(options) : null;
        _embeddings?.Know(options.Scope);
    }

    /// <summary>Whose memory this is.</summary>
    public MemoryScope Scope => _options.Scope;

    /// <summary>False when the options or the environment switched it off: nothing is recorded then, and nothing found.</summary>
    public bool IsEnabled { get; }

    internal MemoryOptions Options => _options;

    private IMemoryStore Store => _shared.Store;

    /// <summary>Opens the memory, and makes its file when there is none.</summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The memory. Dispose of it.</returns>
    /// <exception cref="OptionsValidationException">The options contradict themselves.</exception>
    /// <exception cref="MemoryStoreException">The file cannot be used; it was left as it is.</exception>
    public static async Task<ClaudeMemory> OpenAsync(MemoryOptions? options = null, CancellationToken cancellationToken = default)
    {
        options = options?.Clone() ?? new MemoryOptions();
        options.Validate();
        var logger = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Nexus.Claude.Memory");
        IMemoryStore store = options.Meilisearch is { } server
            ? await MeilisearchMemoryStore.OpenAsync(server, options.TimeProvider, logger, cancellationToken).ConfigureAwait(false)
            : await SqliteMemoryStore.OpenAsync(System.IO.Path.GetFullPath(options.Path ?? DefaultPath()), options.TimeProvider, logger, cancellationToken)
                .ConfigureAwait(false);
        var memory = new ClaudeMemory(new SharedStore(store, store.Key, new MessagePreparation(options.RedactSecrets ? new SecretRedactor(store.Key) : null)), options);
        if (options.Retention is { } retention)
            memory._shared.StartExpiry(memory.Scope, options.TimeProvider.GetUtcNow() - retention, logger);
        return memory;
    }

    /// <summary>The same memory for another tenant or user. It needs no disposing of its own.</summary>
    /// <param name="scope">Whose.</param>
    /// <returns>A memory that sees that scope alone.</returns>
    public ClaudeMemory ForScope(MemoryScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var options = _options.Clone();
        options.Scope = scope;
        return With(options);
    }

    /// <summary>Begins to record a conversation.</summary>
    /// <param name="conversationId">The conversation; null makes a new one.</param>
    /// <param name="workingDirectory">Its working directory.</param>
    /// <returns>What records it.</returns>
    public ConversationMemory StartConversation(string? conversationId = null, string? workingDirectory = null)
    {
        string id = conversationId ?? Guid.CreateVersion7(_options.TimeProvider.GetUtcNow()).ToString("D", CultureInfo.InvariantCulture);
        return new ConversationMemory(
            id, workingDirectory, IsEnabled, new IgnoredFiles(_options.IgnoredFiles).With(workingDirectory), _shared.Preparation.Clean, _options.TimeProvider);
    }

    /// <summary>Stores messages. A message with an id that its conversation has already takes the place of the old one.</summary>
    /// <param name="messages">The messages, in order.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Completes when they are taken; they are written within a tenth of a second.</returns>
    public async Task StoreMessagesAsync(IEnumerable<MemoryMessage> messages, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (!IsEnabled)
            return;
        foreach (var chunk in messages.Chunk(500))
        {
            var prepared = new List<PreparedMessage>(chunk.Length);
            foreach (var message in chunk)
            {
                if (_shared.Preparation.Prepare(message, Scope, FlagsOf(message)) is { } kept)
                    prepared.Add(kept);
            }

            if (prepared.Count == 0)
                continue;
            await Store.AddAsync(prepared, cancellationToken).ConfigureAwait(false);
            _embeddings?.Add(prepared);
        }
    }

    /// <summary>Completes when everything stored before is in the file for good.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The end of the writing.</returns>
    /// <exception cref="MemoryStoreException">It could not be written. It is kept and tried again with the next messages.</exception>
    public Task FlushAsync(CancellationToken cancellationToken = default) => Store.FlushAsync(cancellationToken);

    /// <summary>
    /// Completes when everything stored before has its vector, for programs that store much and end. Without
    /// <see cref="MemoryOptions.EmbeddingGenerator"/> that is at once; what is not done when the memory is disposed of is done when it is
    /// opened again.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The end of the embedding.</returns>
    /// <exception cref="MemoryStoreException">The generator or the file failed. It is tried again later.</exception>
    public Task WaitForEmbeddingsAsync(CancellationToken cancellationToken = default) => _embeddings?.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Finds what was said about something.</summary>
    /// <param name="query">What to look for.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>What fits, the best first, each with the reasons why.</returns>
    public async Task<RecallResult> RecallAsync(MemoryQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        long started = _options.TimeProvider.GetTimestamp();
        if (query.Limit is < 1 or > 100)
            throw new ArgumentException("MemoryQuery.Limit must be 1 to 100.", nameof(query));
        var terms = QueryParser.Parse(query.Text ?? "", query.Files);
        if (!IsEnabled || terms.Count == 0)
            return new RecallResult([], [], _options.TimeProvider.GetElapsedTime(started));

        var (vector, embedding) = _embeddings is null ? (null, EmbeddingOutcome.NotConfigured)
            : await _embeddings.OfQueryAsync(query.Text!, _shared.Preparation.Clean, _options.EmbeddingTimeout, cancellationToken).ConfigureAwait(false);
        bool narrow = query.Since is not null || query.Until is not null;
        var set = await Store.FindAsync(new CandidateQuery(Scope, ProjectReach.Of(query), terms)
        {
            Names = SpokenNames.Of(query.Text ?? "", terms),
            OnlyConversation = query.ConversationId,
            ExceptConversation = query.ExceptConversationId,
            Vector = vector,
            // Half as many would do for the ten best; the rest is for what is left out as repetition.
            Limit = narrow ? 400 : Math.Max(60, (query.Limit ?? _options.MaxItems) * 2),
        }, cancellationToken).ConfigureAwait(false);
        if (narrow)
            set = set with { Found = [.. set.Found.Where(found => !(found.Message.CreatedAt < query.Since) && !(found.Message.CreatedAt >= query.Until))] };

        var ranked = new MemoryRanker(set, query, _options, LocalNow()).Rank();
        var taken = Selection.Take(ranked, query.Limit ?? _options.MaxItems, query.MinimumCoverage ?? _options.MinimumCoverage,
            query.MinimumScore ?? _options.MinimumScore, _options.MinimumSimilarity, _options.Scoring == RelevanceScoring.Ranked, query.Diversify, query.ConversationId is not null);
        return new RecallResult([.. taken.Select(item => new RecalledItem(item.Candidate.Message, item.Relevance))],
            [.. set.Terms.Select(term => term.Token)], _options.TimeProvider.GetElapsedTime(started)) { Embedding = embedding, IsFromOutbox = set.IsFromOutbox };
    }

    /// <summary>What to put before a prompt.</summary>
    /// <param name="query">The prompt, with its directory, files and conversation.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The framed text with its items; null when nothing fits.</returns>
    public async Task<RecalledContext?> GetContextAsync(MemoryQuery query, CancellationToken cancellationToken = default)
    {
        var recalled = await RecallAsync(query, cancellationToken).ConfigureAwait(false);
        return recalled.Items.Count == 0 ? null : _composer.Compose(query.Text, recalled.Items);
    }

    /// <summary>The text to put before a prompt.</summary>
    /// <param name="query">The prompt.</param>
    /// <param name="workingDirectory">Where it is asked.</param>
    /// <param name="files">The files it is about.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The framed text; null when nothing fits.</returns>
    public async Task<string?> GetContextPrefixAsync(
        string query, string? workingDirectory = null, IEnumerable<string>? files = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var context = await GetContextAsync(
            new MemoryQuery(query) { WorkingDirectory = workingDirectory, Files = [.. files ?? []], Reach = _options.Reach }, cancellationToken).ConfigureAwait(false);
        return context?.Text;
    }

    /// <summary>Reads messages by their ids.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Those that there are.</returns>
    public Task<IReadOnlyList<MemoryMessage>> GetMessagesAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return Store.GetAsync(Scope, ids, cancellationToken);
    }

    /// <summary>Reads a conversation page by page, the newest page first.</summary>
    /// <param name="conversationId">The conversation.</param>
    /// <param name="limit">The most messages of a page.</param>
    /// <param name="before"><see cref="ConversationPage.Next"/> of the page before; null for the newest.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The page; empty when there is no such conversation.</returns>
    public Task<ConversationPage> LoadConversationAsync(
        string conversationId, int limit = 50, string? before = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(conversationId);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return Store.LoadAsync(Scope, conversationId, limit, before, cancellationToken);
    }

    /// <summary>Lists conversations, the last used first.</summary>
    /// <param name="limit">The most to give.</param>
    /// <param name="offset">How many to skip.</param>
    /// <param name="project">Only those of the project that this directory belongs to.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The conversations.</returns>
    public Task<IReadOnlyList<MemoryConversation>> ListConversationsAsync(
        int limit = 50, int offset = 0, string? project = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return Store.ListAsync(Scope, project is null ? null : Memory.Store.Project.Of(project), limit, offset, cancellationToken);
    }

    /// <summary>Counts messages, exactly.</summary>
    /// <param name="conversationId">The conversation; null counts all of the scope.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>How many there are.</returns>
    public Task<long> CountMessagesAsync(string? conversationId = null, CancellationToken cancellationToken = default) =>
        Store.CountAsync(Scope, conversationId, cancellationToken);

    /// <summary>Forgets messages: they are found no more, and their bytes are gone from the file.</summary>
    /// <param name="filter">Which; <see cref="MemoryFilter.Everything"/> for all of the scope.</param>
    /// <param name="cancellationToken">Ends it between two steps; what is deleted until then stays deleted.</param>
    /// <returns>How many were forgotten.</returns>
    public Task<ForgetResult> ForgetAsync(MemoryFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        Record.KnownWords.Forget();
        return Store.ForgetAsync(Scope, filter, cancellationToken);
    }

    /// <summary>Reads messages in the order they were stored.</summary>
    /// <param name="filter">Which; null for all of the scope.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The messages.</returns>
    public async IAsyncEnumerable<MemoryMessage> ReadMessagesAsync(
        MemoryFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Store.FlushAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var message in Store.ReadAsync(Scope, filter ?? MemoryFilter.Everything, cancellationToken).ConfigureAwait(false))
            yield return message;
    }

    /// <summary>Writes messages as lines of JSON, which <see cref="StoreMessagesAsync"/> of another memory takes as they are read.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="filter">Which; null for all of the scope.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>How many were written.</returns>
    public async Task<long> ExportAsync(Stream destination, MemoryFilter? filter = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        long count = 0;
        await foreach (var message in ReadMessagesAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            await JsonSerializer.SerializeAsync(destination, message, MemoryJson.Default.MemoryMessage, cancellationToken).ConfigureAwait(false);
            await destination.WriteAsync("\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            count++;
        }

        return count;
    }

    /// <summary>Writes what waits and closes the file.</summary>
    /// <returns>The end of it.</returns>
    public ValueTask DisposeAsync() => _shared.DisposeAsync();

    /// <summary>Items as data in the frame, each with its id.</summary>
    internal string Quote(string query, IReadOnlyList<RecalledItem> items, int itemTokens) => _composer.Quote(query, items, itemTokens);

    /// <summary>The same store under other options.</summary>
    internal ClaudeMemory With(MemoryOptions options) => new(_shared, options.Clone());

    internal static string DefaultPath() => System.IO.Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "nexus-claude", "memory.db");

    private static bool IsOn(MemoryOptions options) =>
        options.Enabled && !string.Equals(Environment.GetEnvironmentVariable("NEXUS_CLAUDE_MEMORY"), "off", StringComparison.OrdinalIgnoreCase);

    private static MessageFlags FlagsOf(MemoryMessage message) => message.ToolName is "WebFetch" or "WebSearch" ? MessageFlags.Web : MessageFlags.None;

    private DateTimeOffset LocalNow() => TimeZoneInfo.ConvertTime(_options.TimeProvider.GetUtcNow(), _options.TimeZone ?? _options.TimeProvider.LocalTimeZone);
}
