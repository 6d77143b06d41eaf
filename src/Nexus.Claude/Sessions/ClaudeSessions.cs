using System.Text.Json;
using Nexus.Claude.Sessions;

namespace Nexus.Claude;

/// <summary>
/// The conversations that were held before: lists them, reads what was said, and names, tags, copies and deletes them. It works on the
/// CLI's transcripts, on this machine or in an <see cref="ISessionStore"/>, and starts no CLI.
/// </summary>
/// <remarks>
/// Reading is tolerant: a CLI may be writing to a transcript meanwhile, and damaged lines are passed over. Thread-safe.
/// </remarks>
public sealed class ClaudeSessions
{
    private const int EntriesAtOnce = 500;

    private readonly ITranscriptSource _source;
    private readonly TimeProvider _time;

    /// <summary>The sessions on this machine.</summary>
    /// <param name="configDirectory">
    /// The CLI's folder; null for that of a CLI which inherits this program's environment: <c>CLAUDE_CONFIG_DIR</c>, else <c>~/.claude</c>.
    /// </param>
    /// <param name="projectDirectory">
    /// The folder that the sessions were started in, to look only there and in the other git worktrees of its repository; null for all projects.
    /// </param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    public ClaudeSessions(string? configDirectory = null, string? projectDirectory = null, TimeProvider? timeProvider = null)
        : this(new LocalTranscripts(configDirectory is null ? Sessions.ConfigDirectory.Default() : Path.GetFullPath(configDirectory), projectDirectory), timeProvider)
    {
    }

    /// <summary>The sessions of one project in a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="projectDirectory">The folder that the sessions were started in; null for the current one of this program.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    public ClaudeSessions(ISessionStore store, string? projectDirectory = null, TimeProvider? timeProvider = null)
        : this(
            new StoredTranscripts(store ?? throw new ArgumentNullException(nameof(store)), ProjectFolder.NameOf(projectDirectory ?? Directory.GetCurrentDirectory())),
            timeProvider)
    {
    }

    private ClaudeSessions(ITranscriptSource source, TimeProvider? timeProvider)
    {
        _source = source;
        _time = timeProvider ?? TimeProvider.System;
    }

    /// <summary>The sessions that a client with these options writes to and can resume: those of its store if it has one, else those of its folder.</summary>
    /// <param name="options">The options.</param>
    /// <returns>The sessions.</returns>
    public static ClaudeSessions For(ClaudeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.SessionStore is { } store
            ? new ClaudeSessions(new StoredTranscripts(store, ProjectFolder.NameOf(options)), options.TimeProvider)
            : new ClaudeSessions(
                new LocalTranscripts(Sessions.ConfigDirectory.Of(options), options.WorkingDirectory ?? Directory.GetCurrentDirectory()), options.TimeProvider);
    }

    /// <summary>
    /// Lists sessions, the last written first. On disk only the first and the last 64 KiB of each are read. Sub-agents' transcripts and
    /// sessions in which nothing was said are left out.
    /// </summary>
    /// <param name="options">Which; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The sessions.</returns>
    /// <exception cref="NotSupportedException">The store cannot list.</exception>
    public async Task<IReadOnlyList<SessionInfo>> ListAsync(SessionListOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new SessionListOptions();
        var all = await _source.ListAsync(options, cancellationToken).ConfigureAwait(false);
        return Page(all.OrderByDescending(session => session.LastModified).ThenBy(session => session.SessionId, StringComparer.Ordinal), options.Offset, options.Limit);
    }

    /// <summary>Looks one session up.</summary>
    /// <param name="sessionId">Its id, a UUID.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The session; null when there is none, or nothing was said in it.</returns>
    public Task<SessionInfo?> GetInfoAsync(string sessionId, CancellationToken cancellationToken = default) =>
        _source.FindAsync(Checked(sessionId), cancellationToken);

    /// <summary>
    /// Reads the conversation as the model would see it on a resume: from the last compaction on, without branches that were rewound.
    /// </summary>
    /// <param name="sessionId">The session's id, a UUID.</param>
    /// <param name="options">Which messages; null for all that people and the model said.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The messages, oldest first; none when there is no such session.</returns>
    public async Task<IReadOnlyList<SessionEntry>> GetMessagesAsync(
        string sessionId, SessionMessageOptions? options = null, CancellationToken cancellationToken = default)
    {
        var entries = await _source.LoadAsync(Checked(sessionId), null, cancellationToken).ConfigureAwait(false);
        return Read(entries, null, options);
    }

    /// <summary>Lists the sub-agents that worked in a session.</summary>
    /// <param name="sessionId">The session's id, a UUID.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The sub-agents; none when there is no such session.</returns>
    /// <exception cref="NotSupportedException">The store cannot list subpaths.</exception>
    public async Task<IReadOnlyList<SubagentInfo>> ListSubagentsAsync(string sessionId, CancellationToken cancellationToken = default)
    {
        List<SubagentInfo> agents = [];
        foreach (var subpath in await _source.SubpathsAsync(Checked(sessionId), cancellationToken).ConfigureAwait(false))
        {
            if (AgentMetadata.AgentOf(subpath) is { } agent)
                agents.Add(await ReadAgentAsync(sessionId, agent, subpath, cancellationToken).ConfigureAwait(false));
        }

        return agents;
    }

    /// <summary>Reads what a sub-agent was told and said.</summary>
    /// <param name="sessionId">The session's id, a UUID.</param>
    /// <param name="agentId">The sub-agent (<see cref="SubagentInfo.AgentId"/>, or <see cref="UserMessage.AgentId"/> of a message).</param>
    /// <param name="options">Which messages; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The messages, oldest first; none when there is no such session or sub-agent.</returns>
    /// <exception cref="NotSupportedException">The store cannot list subpaths.</exception>
    public async Task<IReadOnlyList<SessionEntry>> GetSubagentMessagesAsync(
        string sessionId, string agentId, SessionMessageOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(agentId);
        var subpaths = await _source.SubpathsAsync(Checked(sessionId), cancellationToken).ConfigureAwait(false);
        if (subpaths.FirstOrDefault(subpath => AgentMetadata.AgentOf(subpath) == agentId) is not { } found)
            return [];
        var agent = await ReadAgentAsync(sessionId, agentId, found, cancellationToken).ConfigureAwait(false);
        return Read(await _source.LoadAsync(sessionId, found, cancellationToken).ConfigureAwait(false), agent, options);
    }

    /// <summary>Gives a session a title. A CLI that resumes it shows the title too.</summary>
    /// <param name="sessionId">The session's id, a UUID.</param>
    /// <param name="title">The title; spaces around it are cut off.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when it is written.</returns>
    /// <exception cref="SessionNotFoundException">There is no such session.</exception>
    /// <exception cref="ArgumentException">The title is empty.</exception>
    public Task RenameAsync(string sessionId, string title, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        return _source.AppendAsync(Checked(sessionId), SessionNotes.Title(sessionId, title.Trim()), cancellationToken);
    }

    /// <summary>Gives a session a tag, or takes it away.</summary>
    /// <param name="sessionId">The session's id, a UUID.</param>
    /// <param name="tag">The tag, without what cannot be seen; null takes the present one away.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when it is written.</returns>
    /// <exception cref="SessionNotFoundException">There is no such session.</exception>
    /// <exception cref="ArgumentException">Nothing of the tag can be seen.</exception>
    public Task TagAsync(string sessionId, string? tag, CancellationToken cancellationToken = default)
    {
        var visible = tag is null ? "" : SessionNotes.Visible(tag);
        if (tag is not null && visible.Length == 0)
            throw new ArgumentException("The tag has no character that can be seen. Pass null to take the tag away.", nameof(tag));
        return _source.AppendAsync(Checked(sessionId), SessionNotes.Tag(sessionId, visible), cancellationToken);
    }

    /// <summary>Deletes a session with its sub-agents' transcripts and its side data. What the tools did stays.</summary>
    /// <param name="sessionId">The session's id, a UUID.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when it is gone.</returns>
    /// <exception cref="SessionNotFoundException">There is no such session.</exception>
    /// <exception cref="NotSupportedException">The store cannot delete.</exception>
    public Task DeleteAsync(string sessionId, CancellationToken cancellationToken = default) =>
        _source.DeleteAsync(Checked(sessionId), cancellationToken);

    /// <summary>
    /// Copies a session into a new one, which can be resumed by itself. Its messages have new ids; sub-agents' transcripts and file
    /// checkpoints stay with the original.
    /// </summary>
    /// <param name="sessionId">The session's id, a UUID.</param>
    /// <param name="upToMessageId">
    /// The last message that is copied (<see cref="SessionEntry.Uuid"/>, <see cref="Turn.PromptId"/>, or a message's own id); null for all.
    /// </param>
    /// <param name="title">The title of the copy; null for the original's with <c>(fork)</c> behind it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The id of the copy.</returns>
    /// <exception cref="SessionNotFoundException">There is no such session.</exception>
    /// <exception cref="ArgumentException"><paramref name="upToMessageId"/> is no message of the session.</exception>
    public async Task<string> ForkAsync(
        string sessionId, string? upToMessageId = null, string? title = null, CancellationToken cancellationToken = default)
    {
        var entries = await _source.LoadAsync(Checked(sessionId), null, cancellationToken).ConfigureAwait(false) ?? throw _source.NotFound(sessionId);
        var newId = Guid.NewGuid().ToString();
        var copy = TranscriptFork.Create(sessionId, newId, entries, upToMessageId, string.IsNullOrWhiteSpace(title) ? null : title.Trim(), _time.GetUtcNow())
            ?? throw new ArgumentException($"Session {sessionId} has no message {upToMessageId}; take an id from GetMessagesAsync.", nameof(upToMessageId));
        await _source.CreateBesideAsync(sessionId, newId, copy, cancellationToken).ConfigureAwait(false);
        return newId;
    }

    /// <summary>
    /// Copies a session with its sub-agents' transcripts into a store, for example one that was held before there was a store. Entries that
    /// the store holds already are not added again.
    /// </summary>
    /// <param name="sessionId">The session's id, a UUID.</param>
    /// <param name="store">The store.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when everything is stored.</returns>
    /// <exception cref="SessionNotFoundException">There is no such session.</exception>
    /// <exception cref="InvalidOperationException">These are the sessions of a store.</exception>
    public async Task CopyToAsync(string sessionId, ISessionStore store, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (_source is not LocalTranscripts local)
            throw new InvalidOperationException("Only sessions on this machine can be copied into a store.");
        var project = await local.ProjectKeyOfAsync(Checked(sessionId), cancellationToken).ConfigureAwait(false) ?? throw _source.NotFound(sessionId);
        var key = new SessionKey { ProjectKey = project, SessionId = sessionId };
        foreach (var subpath in await local.SubpathsAsync(sessionId, cancellationToken).ConfigureAwait(false))
        {
            var metadata = await local.AgentMetadataAsync(sessionId, subpath, cancellationToken).ConfigureAwait(false);
            if (metadata.ValueKind == JsonValueKind.Object)
                await store.AppendAsync(key with { Subpath = subpath }, [AgentMetadata.ToEntry(metadata)], cancellationToken).ConfigureAwait(false);
            await CopyAsync(local, key with { Subpath = subpath }, store, cancellationToken).ConfigureAwait(false);
        }

        await CopyAsync(local, key, store, cancellationToken).ConfigureAwait(false);
    }

    private static async Task CopyAsync(LocalTranscripts local, SessionKey key, ISessionStore store, CancellationToken cancellationToken)
    {
        var entries = await local.LoadAsync(key.SessionId, key.Subpath, cancellationToken).ConfigureAwait(false) ?? [];
        foreach (var some in entries.Select(entry => entry.Json).Chunk(EntriesAtOnce))
            await store.AppendAsync(key, some, cancellationToken).ConfigureAwait(false);
    }

    private async Task<SubagentInfo> ReadAgentAsync(string sessionId, string agentId, string subpath, CancellationToken cancellationToken) =>
        AgentMetadata.Read(agentId, await _source.AgentMetadataAsync(sessionId, subpath, cancellationToken).ConfigureAwait(false));

    private static List<SessionEntry> Read(IReadOnlyList<TranscriptEntry>? entries, SubagentInfo? agent, SessionMessageOptions? options)
    {
        options ??= new SessionMessageOptions();
        var messages = ConversationChain.Find(entries ?? [], ofSubagent: agent is not null, options.IncludeSystemMessages);
        return [.. Page(messages, options.Offset, options.Limit).Select(entry => SessionEntryReader.Read(entry, agent))];
    }

    private static List<T> Page<T>(IEnumerable<T> all, int offset, int? limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset, "options.Offset");
        ArgumentOutOfRangeException.ThrowIfNegative(limit ?? 0, "options.Limit");
        var rest = all.Skip(offset);
        return [.. limit is { } most ? rest.Take(most) : rest];
    }

    private static string Checked(string sessionId)
    {
        ArgumentException.ThrowIfNullOrEmpty(sessionId);
        return Guid.TryParseExact(sessionId, "D", out _)
            ? sessionId
            : throw new ArgumentException($"'{sessionId}' is no session id, which is a UUID such as 6a8d9e09-f24d-4103-97a4-c5972917f854.", nameof(sessionId));
    }
}
