using Microsoft.Extensions.Logging;
using Nexus.Claude.Cli;
using Nexus.Claude.Diagnostics;
using Nexus.Claude.Pool;
using Nexus.Claude.Protocol;

namespace Nexus.Claude;

/// <summary>
/// Claude Code processes started ahead, so that a conversation need not wait for one to boot. A process serves one conversation and never a
/// second one; what the model is sent is what it would be sent by a client of <see cref="ClaudeClient.ConnectAsync"/>.
/// </summary>
/// <remarks>
/// <para>
/// A lease may ask for any options. Those that are fixed when a process is started (its tools, allow rules, folder, environment, extra
/// arguments and so on) must equal the pool's for a process that was started ahead to serve; for others one is started, which takes as long
/// as without a pool. Free are the model (one that the CLI lists), thinking, effort, the permission mode, the system prompt, agents, output
/// schema, callbacks, and, unless <see cref="ClaudePoolOptions.AssumeStableFolder"/> is set, MCP servers and plugins.
/// </para>
/// <para>Thread-safe. Disposing it ends all processes, those that are leased included.</para>
/// </remarks>
public sealed partial class ClaudePool : IAsyncDisposable
{
    private const int MostFailedProcesses = 3;
    private const string WaitedTooLong = "it has waited too long";

    private readonly ClaudePoolOptions _options;
    private readonly ClaudeOptions _template;
    private readonly PoolShape _shape;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly List<ParkedProcess> _idle = [];
    private readonly HashSet<ClaudeLease> _leases = [];
    private readonly Dictionary<string, ClaudeLease> _kept = new(StringComparer.Ordinal);
    private readonly LinkedList<Waiter> _waiting = new();
    private readonly Pulse _changed = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _refilling;
    private HashSet<string>? _models;
    private int _processes;
    private int _starting;
    private int _parking;
    private int _leaving;
    private int _failures;
    private long? _lastLease;
    private long? _lastFailure;
    private bool _draining;
    private bool _disposed;
    private long _warmLeases;
    private long _coldLeases;
    private long _resumed;
    private long _discarded;
    private long _retired;
    private long _failedStarts;

    private ClaudePool(ClaudePoolOptions options, PoolShape shape)
    {
        _options = options;
        _template = options.Options;
        _shape = shape;
        _time = _template.TimeProvider;
        _logger = SilentLogger.Or(_template.LoggerFactory);
        _refilling = Task.Run(RefillAsync);
    }

    /// <summary>What the pool holds and has done.</summary>
    public ClaudePoolStatistics Statistics
    {
        get
        {
            lock (_gate)
            {
                return new ClaudePoolStatistics
                {
                    Idle = _idle.Count,
                    Starting = _starting,
                    Leased = _leases.Count,
                    Kept = _kept.Count,
                    Processes = _processes,
                    Waiting = _waiting.Count,
                    WarmLeases = _warmLeases,
                    ColdLeases = _coldLeases,
                    Resumed = _resumed,
                    Discarded = _discarded,
                    Retired = _retired,
                    FailedStarts = _failedStarts,
                };
            }
        }
    }

    /// <summary>Makes a pool and begins to fill it.</summary>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The pool.</returns>
    /// <exception cref="OptionsValidationException">The options have mistakes.</exception>
    public static ClaudePool Create(ClaudePoolOptions? options = null)
    {
        var copy = (options ?? new ClaudePoolOptions()).Clone();
        if (copy.Mistakes() is { Count: > 0 } mistakes)
            throw new OptionsValidationException(mistakes);
        ClaudeOptionsValidator.Validate(copy.Options);
        var shape = PoolShape.Of(copy.Options, copy.AssumeStableFolder);
        copy.Options.WorkingDirectory = shape.WorkingDirectory;
        return new ClaudePool(copy, PoolShape.Of(copy.Options, copy.AssumeStableFolder));
    }

    /// <summary>A copy of the pool's options, to be changed for a lease.</summary>
    /// <returns>The copy.</returns>
    public ClaudeOptions CreateOptions() => _template.Clone();

    /// <summary>Leases a client for a new conversation. Waits while all processes are taken.</summary>
    /// <param name="options">The options of the conversation; null for those of the pool. Begin with <see cref="CreateOptions"/> to keep the rest equal.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The lease. Dispose it.</returns>
    /// <exception cref="OptionsValidationException">The options have mistakes.</exception>
    /// <exception cref="ObjectDisposedException">The pool is being drained or was disposed.</exception>
    /// <exception cref="CliStartException">A process was needed and could not be started.</exception>
    /// <exception cref="CliExitedException">A process was needed and ended during its start.</exception>
    /// <exception cref="ClaudeTimeoutException">A process was needed and did not answer within <see cref="ClaudeOptions.InitializeTimeout"/>.</exception>
    /// <exception cref="ProtocolException">The CLI refused one of the options.</exception>
    public async ValueTask<ClaudeLease> LeaseAsync(ClaudeOptions? options = null, CancellationToken cancellationToken = default)
    {
        options = (options ?? _template).Clone();
        var command = CliCommand.Create(options);
        var fits = PoolShape.Of(options, _options.AssumeStableFolder).Key == _shape.Key && MayKnow(options.Model);
        for (var failures = 0; ; failures++)
        {
            var parked = await EnterAsync(fits && failures < MostFailedProcesses, cancellationToken).ConfigureAwait(false);
            if (parked is null)
                return await StartAsync(options, cancellationToken).ConfigureAwait(false);
            if (await TryUseAsync(parked, command, options, cancellationToken).ConfigureAwait(false) is { } lease)
                return lease;
            fits &= MayKnow(options.Model);
        }
    }

    /// <summary>Goes on with a conversation whose process was kept for it (<see cref="ClaudeLease.KeepFor"/>). One caller gets it.</summary>
    /// <param name="conversation">The name under which it was kept.</param>
    /// <param name="lease">The lease, to be disposed; null when there is no such process any more.</param>
    /// <returns>True when there is one.</returns>
    public bool TryResume(string conversation, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ClaudeLease? lease)
    {
        ArgumentNullException.ThrowIfNull(conversation);
        lock (_gate)
        {
            lease = null;
            if (_draining || !_kept.Remove(conversation, out var kept))
                return false;
            if (!IsFit(kept) || HasPassed(kept.KeptAt, _options.MaxKeepTime))
            {
                Retire(kept);
                return false;
            }

            lease = kept.Renew();
            _leases.Add(lease);
            _resumed++;
            return true;
        }
    }

    /// <summary>Takes no more leases, ends what is not leased, and waits until the leases have ended.</summary>
    /// <param name="cancellationToken">Gives up the wait; the pool stays closed.</param>
    /// <returns>A task that ends when no process is left.</returns>
    public async Task DrainAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            _draining = true;
            foreach (var waiter in _waiting)
                waiter.Grant.TrySetException(Closed());
            _waiting.Clear();
            foreach (var parked in _idle)
                Discard(parked, "the pool is drained");
            _idle.Clear();
            foreach (var kept in _kept.Values)
                Retire(kept);
            _kept.Clear();
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _refilling.WaitAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var change = _changed.Next;
            lock (_gate)
            {
                if (_processes == 0)
                    return;
            }

            await change.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends all processes, those that are leased included. Bounded, like <see cref="ClaudeClient.DisposeAsync"/>.</summary>
    /// <returns>A task that ends when no process is left.</returns>
    public async ValueTask DisposeAsync()
    {
        var drained = DrainAsync(CancellationToken.None);
        ClaudeLease[] leases;
        lock (_gate)
        {
            _disposed = true;
            leases = [.. _leases];
        }

        await Task.WhenAll(leases.Select(static lease => lease.DisposeAsync().AsTask())).ConfigureAwait(false);
        await drained.ConfigureAwait(false);
    }

    internal async ValueTask ReturnAsync(ClaudeLease lease)
    {
        var keeps = lease.Conversation is not null && !lease.Client.IsBusy && !lease.Counter.LastFailed;
        lock (_gate)
        {
            if (!_leases.Remove(lease))
                return;
            if (keeps && !_draining && IsFit(lease))
            {
                if (_kept.Remove(lease.Conversation!, out var former))
                    Retire(former);
                lease.KeptAt = _time.GetTimestamp();
                if (_options.MaxKeptMemoryBytes is not null)
                    lease.KeptMemory = ProcessMemory.ResidentOf(lease.Client.ProcessId) ?? 0;
                _kept.Add(lease.Conversation!, lease);
                RetireSurplus();
                Serve();
                return;
            }

            _leaving++;
        }

        await EndAsync(lease.Client).ConfigureAwait(false);
    }

    /// <summary>Ends the processes kept longest while there are too many, or too large ones.</summary>
    private void RetireSurplus()
    {
        var memory = _options.MaxKeptMemoryBytes is null ? 0 : _kept.Values.Sum(static kept => kept.KeptMemory);
        while (_kept.Count > 0 && (_kept.Count > _options.MaxKept || memory > _options.MaxKeptMemoryBytes))
        {
            var (name, oldest) = _kept.MinBy(static each => each.Value.KeptAt);
            _kept.Remove(name);
            memory -= oldest.KeptMemory;
            Retire(oldest);
        }
    }

    /// <summary>Whether the process of a lease is good for more turns.</summary>
    private bool IsFit(ClaudeLease lease) =>
        !lease.Client.Completion.IsCompleted
        && lease.Counter.Turns < _options.MaxTurns
        && (_options.MaxAge is not { } age || _time.GetUtcNow() - lease.Client.StartedAt < age)
        && (_options.MaxMemoryBytes is not { } most || ProcessMemory.ResidentOf(lease.Client.ProcessId) is not { } memory || memory < most);

    private bool HasPassed(long since, TimeSpan limit) => _time.GetElapsedTime(since) >= limit;

    private bool MayKnow(string? model)
    {
        var models = Volatile.Read(ref _models);
        return model is null || models is null || models.Contains(model);
    }

    private static ObjectDisposedException Closed() => new(nameof(ClaudePool), "The pool is being drained or was disposed; it gives no more leases.");
}
