using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Server.Caching;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Operations;

/// <summary>How turns go: counts, times, tokens and cost, for <c>/stats</c> and as metrics.</summary>
internal sealed class TurnStatistics : IDisposable
{
    /// <summary>The name of the gateway's meter.</summary>
    public const string MeterName = "Nexus.Claude.Server";

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68, 655.36],
    };

    private readonly TimeProvider _time;
    private readonly ILogger<TurnStatistics> _logger;
    private readonly Meter _meter;
    private readonly Counter<long> _turns;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _wait;
    private readonly Counter<long> _tokens;
    private readonly Counter<double> _cost;
    private readonly ConcurrentDictionary<string, Totals> _byModel = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Totals> _byKey = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _outcomes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ProcessOrigin, long> _origins = new();
    private readonly ConcurrentDictionary<CacheOutcome, long> _cache = new();
    private readonly RecentSamples _durations = new();
    private readonly RecentSamples _firstTokens = new();
    private readonly RecentSamples _waits = new();

    /// <summary>Begins at zero.</summary>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="queue">The queue, for the gauges.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told about each turn that ended.</param>
    public TurnStatistics(IMeterFactory meters, TurnQueue queue, TimeProvider time, ILogger<TurnStatistics> logger)
    {
        _time = time;
        _logger = logger;
        StartedAt = time.GetUtcNow();
        _meter = meters.Create(MeterName);
        _turns = _meter.CreateCounter<long>("nexus.claude.server.turns", "{turn}", "Turns ended, by model and outcome.");
        _duration = _meter.CreateHistogram("nexus.claude.server.turn.duration", "s", "From a request's arrival to the end of its reply.", tags: null, Seconds);
        _firstToken = _meter.CreateHistogram("nexus.claude.server.time_to_first_token", "s", "From a request's arrival to the first piece of its reply.", tags: null, Seconds);
        _wait = _meter.CreateHistogram("nexus.claude.server.queue.wait", "s", "How long turns waited before they ran.", tags: null, Seconds);
        _tokens = _meter.CreateCounter<long>("nexus.claude.server.tokens", "{token}", "Tokens, by model and type.");
        _cost = _meter.CreateCounter<double>("nexus.claude.server.cost", "{USD}", "What turns cost, by model.");
        _meter.CreateObservableGauge("nexus.claude.server.turns.running", () => queue.Capture().Running, "{turn}", "Turns that run.");
        _meter.CreateObservableGauge("nexus.claude.server.queue.length", () => queue.Capture().Waiting.Count, "{turn}", "Turns that wait.");
    }

    /// <summary>When the server was started.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>Turns ended so far, by how they ended: <c>completed</c>, <c>client_gone</c>, or the code of an error.</summary>
    public IReadOnlyDictionary<string, long> Outcomes => _outcomes;

    /// <summary>Turns that ended well, by where their process came from.</summary>
    public IReadOnlyDictionary<ProcessOrigin, long> Origins => _origins;

    /// <summary>Turns answered by the reply to an earlier one.</summary>
    public long CacheHits => _cache.GetValueOrDefault(CacheOutcome.Hit);

    /// <summary>Turns that might have been, and had to ask the model.</summary>
    public long CacheMisses => _cache.GetValueOrDefault(CacheOutcome.Miss);

    /// <summary>Sums for each model.</summary>
    public IReadOnlyDictionary<string, Totals> ByModel => _byModel;

    /// <summary>Sums for each key.</summary>
    public IReadOnlyDictionary<string, Totals> ByKey => _byKey;

    /// <summary>Seconds from arrival to end, of turns that ended well.</summary>
    public Percentiles Durations => _durations.Capture();

    /// <summary>Seconds from arrival to the first piece.</summary>
    public Percentiles FirstTokens => _firstTokens.Capture();

    /// <summary>Seconds in the queue.</summary>
    public Percentiles Waits => _waits.Capture();

    /// <summary>A turn has arrived.</summary>
    /// <param name="request">What is asked for.</param>
    /// <returns>Told how it goes.</returns>
    public Observation Begin(TurnRequest request) => new(this, request);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private void Record(TurnRequest request, string outcome, TimeSpan took, TurnEvent.Ended? ended)
    {
        var model = new KeyValuePair<string, object?>("gen_ai.request.model", request.Model);
        _turns.Add(1, model, new KeyValuePair<string, object?>("outcome", outcome));
        _outcomes.AddOrUpdate(outcome, 1, static (_, count) => count + 1);
        _logger.TurnEnded(request.RequestId, request.Caller.KeyId, request.Model, outcome, Math.Round(took.TotalSeconds, 3));
        if (request.Cache is { } cache)
            _cache.AddOrUpdate(cache.Outcome, 1, static (_, count) => count + 1);
        var usage = default(TurnUsage);
        var cost = 0m;
        if (ended is not null)
        {
            _origins.AddOrUpdate(ended.Origin, 1, static (_, count) => count + 1);
            _duration.Record(took.TotalSeconds, model);
            _durations.Add(took.TotalSeconds);
            if (ended.Origin != ProcessOrigin.Cache)
                (usage, cost) = (ended.Usage, ended.CostUsd);
        }

        foreach (var (type, count) in new[]
            { ("input", usage.InputTokens), ("cache_read", usage.CacheReadTokens), ("cache_creation", usage.CacheCreationTokens), ("output", usage.OutputTokens) })
        {
            if (count > 0)
                _tokens.Add(count, model, new KeyValuePair<string, object?>("gen_ai.token.type", type));
        }

        if (cost > 0)
            _cost.Add((double)cost, model);
        _byModel.GetOrAdd(request.Model, static _ => new Totals()).Add(usage, cost);
        _byKey.GetOrAdd(request.Caller.KeyId, static _ => new Totals()).Add(usage, cost);
    }

    /// <summary>Watches one turn.</summary>
    internal sealed class Observation : IDisposable
    {
        private readonly TurnStatistics _statistics;
        private readonly TurnRequest _request;
        private readonly long _arrived;
        private bool _hasFirstPiece;
        private TurnEvent.Ended? _ended;
        private string? _error;

        public Observation(TurnStatistics statistics, TurnRequest request)
        {
            _statistics = statistics;
            _request = request;
            _arrived = statistics._time.GetTimestamp();
        }

        private double Elapsed => _statistics._time.GetElapsedTime(_arrived).TotalSeconds;

        /// <summary>It runs.</summary>
        public void Admitted()
        {
            _statistics._wait.Record(Elapsed);
            _statistics._waits.Add(Elapsed);
        }

        /// <summary>Something happened.</summary>
        /// <param name="turnEvent">What.</param>
        public void Saw(TurnEvent turnEvent)
        {
            if (turnEvent is TurnEvent.Ended ended)
            {
                _ended = ended;
                return;
            }

            if (_hasFirstPiece || turnEvent is TurnEvent.Began)
                return;
            _hasFirstPiece = true;
            _statistics._firstToken.Record(Elapsed, new KeyValuePair<string, object?>("gen_ai.request.model", _request.Model));
            _statistics._firstTokens.Add(Elapsed);
        }

        /// <summary>It failed.</summary>
        /// <param name="failure">How.</param>
        /// <returns>The failure.</returns>
        public GatewayException Failed(GatewayException failure)
        {
            _error = failure.Code ?? failure.Type;
            return failure;
        }

        /// <summary>It is over: well, with an error, or because nobody listens any more.</summary>
        public void Dispose() => _statistics.Record(
            _request, _error ?? (_ended is null ? "client_gone" : "completed"), _statistics._time.GetElapsedTime(_arrived), _error is null ? _ended : null);
    }
}

/// <summary>Sums of turns.</summary>
internal sealed class Totals
{
    private readonly Lock _gate = new();
    private TotalsSnapshot _sum;

    /// <summary>The sums so far.</summary>
    public TotalsSnapshot Snapshot
    {
        get
        {
            lock (_gate)
                return _sum;
        }
    }

    /// <summary>Adds a turn.</summary>
    /// <param name="usage">Its tokens.</param>
    /// <param name="costUsd">Its cost.</param>
    public void Add(TurnUsage usage, decimal costUsd)
    {
        lock (_gate)
        {
            _sum = new TotalsSnapshot(
                _sum.Turns + 1,
                _sum.PromptTokens + usage.PromptTokens,
                _sum.CachedTokens + usage.CacheReadTokens,
                _sum.CompletionTokens + usage.OutputTokens,
                _sum.CostUsd + costUsd);
        }
    }
}

/// <summary>Sums of turns at one moment.</summary>
/// <param name="Turns">Turns ended.</param>
/// <param name="PromptTokens">Tokens of prompts.</param>
/// <param name="CachedTokens">Those of them that were read from the prompt cache.</param>
/// <param name="CompletionTokens">Tokens of replies.</param>
/// <param name="CostUsd">US dollars.</param>
internal readonly record struct TotalsSnapshot(long Turns, long PromptTokens, long CachedTokens, long CompletionTokens, decimal CostUsd);
