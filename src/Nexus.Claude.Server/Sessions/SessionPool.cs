using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Sessions;

/// <summary>
/// Finds the process for a request (gateway.md 5.2): the one that holds the conversation already, one that is a turn ahead and is taken back, or
/// else one that was started ahead and gets the earlier messages put in.
/// </summary>
internal sealed class SessionPool : IAsyncDisposable
{
    private readonly IOptions<NexusClaudeServerOptions> _options;
    private readonly IAgentMode _agents;
    private readonly ITranscripts _transcripts;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly WarmIndex _index = new();
    private readonly ConcurrentDictionary<Task, bool> _retiring = new();
    private ClaudePool? _pool;
    private PrivateFolder? _folder;
    private ServerInformation? _server;
    private Task<ServerInformation>? _asking;
    private bool _closed;
    private long _hits;
    private long _misses;
    private long _rewinds;
    private long _injected;

    /// <summary>Makes a pool. Processes are started by <see cref="Start"/> or the first request.</summary>
    /// <param name="options">The server's options.</param>
    /// <param name="agents">What agents may do.</param>
    /// <param name="transcripts">What agents did.</param>
    /// <param name="loggers">The logs.</param>
    /// <param name="time">The clock.</param>
    public SessionPool(IOptions<NexusClaudeServerOptions> options, IAgentMode agents, ITranscripts transcripts, ILoggerFactory loggers, TimeProvider time)
    {
        _options = options;
        _agents = agents;
        _transcripts = transcripts;
        _loggers = loggers;
        _logger = loggers.CreateLogger("Nexus.Claude.Server.Sessions");
        _time = time;
    }

    /// <summary>What the pool holds and has done.</summary>
    public SessionStatistics Statistics => new()
    {
        Processes = Volatile.Read(ref _pool)?.Statistics ?? new ClaudePoolStatistics(),
        WarmHits = Interlocked.Read(ref _hits),
        WarmMisses = Interlocked.Read(ref _misses),
        Rewinds = Interlocked.Read(ref _rewinds),
        InjectedMessages = Interlocked.Read(ref _injected),
        Sessions = [.. _index.All.Select(session => session.Describe(_time, isRunning: false))],
    };

    /// <summary>What the CLI says about itself; null before a process has been asked.</summary>
    public ServerInformation? Server => Volatile.Read(ref _server);

    /// <summary>Begins to start processes. Calling it again does nothing.</summary>
    /// <returns>The processes.</returns>
    /// <exception cref="OptionsValidationException">The options have mistakes.</exception>
    /// <exception cref="ObjectDisposedException">The pool is closed.</exception>
    public ClaudePool Start()
    {
        if (Volatile.Read(ref _pool) is { } running)
            return running;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_pool is not null)
                return _pool;
            _folder ??= PrivateFolder.Create();
            var options = _options.Value;
            var launch = ChatLaunch.Create(options, _folder.Path);
            launch.LoggerFactory ??= _loggers;
            launch.TimeProvider = _time;
            var sessions = options.Sessions;
            _pool = ClaudePool.Create(new ClaudePoolOptions
            {
                Options = launch,
                MinIdle = sessions.MinIdle,
                MaxProcesses = sessions.MaxProcesses,
                MaxConcurrentStarts = sessions.MaxConcurrentStarts,
                // Nothing ever changes in an empty folder of our own.
                AssumeStableFolder = true,
                MaxIdleTime = sessions.IdleProcessTimeout,
                MaxKeepTime = sessions.LiveConversationTimeout,
                MaxTurns = sessions.MaxTurns,
                MaxMemoryBytes = sessions.MaxProcessMemoryBytes,
                MaxKept = sessions.MaxLiveConversations,
                MaxKeptMemoryBytes = sessions.MaxLiveMemoryBytes,
            });
            return _pool;
        }
    }

    /// <summary>Asks a process what it offers, if none has been asked yet. However many ask at once, one process is asked.</summary>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>What the CLI says about itself.</returns>
    public async ValueTask<ServerInformation> AskServerAsync(CancellationToken cancellationToken)
    {
        if (Server is { } known)
            return known;
        var pool = Start();
        Task<ServerInformation> asking;
        lock (_gate)
        {
            // One that failed is no answer for those who come later.
            if (_asking is null or { IsCompleted: true })
            {
                _asking = AskAsync(pool);
                Own(_asking);
            }

            asking = _asking;
        }

        return await asking.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<ServerInformation> AskAsync(ClaudePool pool)
    {
        // Leaves the caller's lock.
        await Task.Yield();
        if (Server is { } known)
            return known;
        var lease = await pool.LeaseAsync(null, CancellationToken.None).ConfigureAwait(false);
        var server = Learn(lease.Client);
        Own(lease.DisposeAsync().AsTask());
        return server;
    }

    /// <summary>Gets a process that holds all of a request's messages but the last.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The process; give it back by <see cref="KeepAsync"/> or <see cref="Retire"/>.</returns>
    public async Task<SessionPlace> OpenAsync(TurnRequest request, CancellationToken cancellationToken)
    {
        var pool = Start();
        var key = request.Messages.Take(request.Messages.Count - 1).Aggregate(ConversationKey.Root(request), ConversationKey.After);
        if (request.Messages.Count > 1)
        {
            if (await FindAsync(pool, key, cancellationToken).ConfigureAwait(false) is { } live)
            {
                Interlocked.Increment(ref _hits);
                live.RequestId.Value = request.RequestId;
                return new SessionPlace(live, key, ProcessOrigin.Live, 0);
            }

            Interlocked.Increment(ref _misses);
        }

        return await LeaseAsync(pool, request, key, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives a process back that holds its conversation and waits for it to go on.</summary>
    /// <param name="session">The process, with its new keys.</param>
    /// <param name="request">The request that it has answered.</param>
    /// <returns>A task that ends when the process can be found again, or is not kept.</returns>
    public async ValueTask KeepAsync(LiveSession session, TurnRequest request)
    {
        if (session.IsStored && request.ConversationId is not null && session.Client.SessionId is { } id)
            await _transcripts.KeepAsync(request, session.Key, id).ConfigureAwait(false);
        session.Lease.KeepFor(session.Name);
        var returned = session.Lease.DisposeAsync();
        if (!returned.IsCompleted)
        {
            // It is not kept but ended, which nobody has to wait for.
            Own(returned.AsTask());
            return;
        }

        await returned.ConfigureAwait(false);
        _index.Add(session);
    }

    /// <summary>Ends a process, without waiting for it.</summary>
    /// <param name="session">The process.</param>
    /// <param name="messages">The messages of a turn that is to be interrupted first; null for none.</param>
    public void Retire(LiveSession session, IAsyncDisposable? messages = null) => Own(EndAsync(session, messages));

    /// <summary>Takes no more requests, and ends all processes.</summary>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>A task that ends when no process is left.</returns>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        ClaudePool? pool;
        lock (_gate)
        {
            _closed = true;
            pool = _pool;
        }

        if (pool is not null)
            await pool.DrainAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
            _closed = true;
        if (_pool is not null)
            await _pool.DisposeAsync().ConfigureAwait(false);
        foreach (var task in _retiring.Keys)
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _folder?.Dispose();
    }

    /// <summary>A process that holds the conversation, or held it one turn ago.</summary>
    private async Task<LiveSession?> FindAsync(ClaudePool pool, string key, CancellationToken cancellationToken)
    {
        while (_index.TryTake(key, out var session))
        {
            if (!pool.TryResume(session.Name, out var lease))
                continue;
            session.Lease = lease;
            return session;
        }

        while (_index.TryTakeAhead(key, out var session))
        {
            if (!pool.TryResume(session.Name, out var lease))
                continue;
            session.Lease = lease;
            if (await TryRewindAsync(session, cancellationToken).ConfigureAwait(false))
            {
                Interlocked.Increment(ref _rewinds);
                return session;
            }
        }

        return null;
    }

    private async Task<bool> TryRewindAsync(LiveSession session, CancellationToken cancellationToken)
    {
        try
        {
            var rewind = await session.Client.RewindConversationAsync(session.LastPromptId!, session.LastPromptId, cancellationToken).ConfigureAwait(false);
            if (rewind.IsRewound)
                return true;
            _logger.RewindFailed(session.Client.ProcessId, rewind.Reason ?? rewind.Error);
        }
        catch (ClaudeException failure)
        {
            _logger.RewindFailed(session.Client.ProcessId, failure.Message);
        }
        catch
        {
            Retire(session);
            throw;
        }

        Retire(session);
        return false;
    }

    private async Task<SessionPlace> LeaseAsync(ClaudePool pool, TurnRequest request, string key, CancellationToken cancellationToken)
    {
        var isStored = request is { IsAgent: true, ConversationId: not null } && _transcripts.Store is not null;
        if (isStored && request.Messages.Count > 1 && await _transcripts.FindAsync(request, key, cancellationToken).ConfigureAwait(false) is { } stored)
        {
            try
            {
                return await LeaseAsync(pool, request, key, isStored, stored, cancellationToken).ConfigureAwait(false);
            }
            catch (ClaudeException failure) when (!cancellationToken.IsCancellationRequested)
            {
                _logger.ResumeFailed(request.RequestId, failure);
            }
        }

        return await LeaseAsync(pool, request, key, isStored, resumed: null, cancellationToken).ConfigureAwait(false);
    }

    private async Task<SessionPlace> LeaseAsync(
        ClaudePool pool, TurnRequest request, string key, bool isStored, string? resumed, CancellationToken cancellationToken)
    {
        var tools = new ClientTools(request.Tools, _options.Value.Sessions.DefersClientTools);
        var options = pool.CreateOptions();
        var current = new StrongBox<string>(request.RequestId);
        options.Model = request.Model;
        if (request.IsAgent)
            AgentLaunch.Fit(options, _agents, request, () => current.Value!);
        else
            ChatLaunch.Fit(options, request.System);
        if (isStored)
            Store(options, resumed);
        tools.AddTo(options);
        _options.Value.Sessions.ConfigureSession?.Invoke(options, request.Caller.KeyId);
        var lease = await pool.LeaseAsync(options, cancellationToken).ConfigureAwait(false);
        var session = new LiveSession(lease, request, tools, current) { IsStored = isStored };
        try
        {
            Learn(lease.Client);
            if (resumed is not null)
                return new SessionPlace(session, key, ProcessOrigin.Fresh, 0);
            var history = request.Messages.Take(request.Messages.Count - 1).Select(message => PromptContent.AsHistory(message, request.Model)).ToList();
            await lease.Client.AddHistoryAsync(history, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref _injected, history.Count);
            return new SessionPlace(session, key, lease.IsWarm ? ProcessOrigin.Pool : ProcessOrigin.Fresh, history.Count);
        }
        catch
        {
            Retire(session);
            throw;
        }
    }

    /// <summary>Has the transcript kept, and begins with one. A fork leaves it whole: another gateway's process may still write to its own.</summary>
    private void Store(ClaudeOptions options, string? resumed)
    {
        options.PersistSession = true;
        options.SessionStore = _transcripts.Store;
        options.Resume = resumed;
        options.ForkSession = resumed is not null;
    }

    private ServerInformation Learn(ClaudeClient client)
    {
        var server = client.Server;
        if (server.Models.Count > 0)
            Volatile.Write(ref _server, server);
        return server;
    }

    private async Task EndAsync(LiveSession session, IAsyncDisposable? messages)
    {
        try
        {
            if (messages is not null)
                await messages.DisposeAsync().ConfigureAwait(false);
            session.Lease.KeepFor(null);
            await session.Lease.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            _logger.RetireFailed(failure);
        }
    }

    private void Own(Task task)
    {
        if (task.IsCompleted)
            return;
        _retiring[task] = true;
        _ = task.ContinueWith(
            static (ended, all) =>
            {
                _ = ended.Exception;
                ((ConcurrentDictionary<Task, bool>)all!).TryRemove(ended, out _);
            },
            _retiring,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}

/// <summary>Where a turn runs.</summary>
/// <param name="Session">The process.</param>
/// <param name="Key">The key of the conversation that it holds.</param>
/// <param name="Origin">Where the process came from.</param>
/// <param name="Injected">How many messages were put in.</param>
internal sealed record SessionPlace(LiveSession Session, string Key, ProcessOrigin Origin, int Injected);
