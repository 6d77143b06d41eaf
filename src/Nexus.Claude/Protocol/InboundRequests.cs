using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Nexus.Claude.AheadOfTime;
using Nexus.Claude.Diagnostics;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Protocol;

/// <summary>
/// Control requests of the CLI to us. Each is answered at most once, concurrently with all others; what no feature answers is refused in
/// the protocol's own way, so that the CLI never waits for an answer that does not come.
/// </summary>
internal sealed class InboundRequests
{
    /// <summary>How many ids are remembered. The CLI delivers a request again within moments, if at all.</summary>
    private const int RememberedIds = 1024;

    /// <summary>Subtypes that the protocol wants left alone by a host that does not handle them: an answer would settle the matter (protocol.md 4.1).</summary>
    private static readonly HashSet<string> Silent =
    [
        "request_user_dialog", "remote_tool_call", "remote_plumbing_call", "remote_tools_probe", "remote_tools_reannounce",
    ];

    private readonly LineWriter _writer;
    private readonly ILogger _logger;
    private readonly SessionTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly Action<InboundRequest, Action> _runForCaller;
    private readonly Dictionary<string, ISessionFeature> _features = [];
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _running = new();
    private readonly Lock _gate = new();
    private readonly HashSet<string> _taken = [];
    private readonly Queue<string> _oldestTaken = new();
    private bool _ended;

    /// <summary>Makes the desk of a session.</summary>
    /// <param name="writer">The CLI's stdin.</param>
    /// <param name="settings">Who answers what, the log and the clock.</param>
    /// <param name="telemetry">Keeps what a listener throws from the answers.</param>
    /// <param name="runForCaller">Starts an answer in the context of the work that the request belongs to.</param>
    public InboundRequests(LineWriter writer, SessionSettings settings, SessionTelemetry telemetry, Action<InboundRequest, Action> runForCaller)
    {
        _writer = writer;
        _logger = settings.Logger;
        _time = settings.TimeProvider;
        _telemetry = telemetry;
        _runForCaller = runForCaller;
        foreach (var feature in settings.Features)
        {
            foreach (var subtype in feature.Subtypes)
                _features.Add(subtype, feature);
        }
    }

    /// <summary>Takes a request. Called on the read loop; returns at once.</summary>
    /// <param name="frame">The whole <c>control_request</c> frame.</param>
    public void Accept(JsonElement frame)
    {
        var id = InboundRequest.TextOf(frame, "request_id");
        JsonElement body = default;
        var subtype = frame.ValueKind == JsonValueKind.Object && frame.TryGetProperty("request", out body) ? InboundRequest.TextOf(body, "subtype") : null;
        ISessionFeature? feature = null;
        if (subtype is not null && !_features.TryGetValue(subtype, out feature) && Silent.Contains(subtype))
            return;
        // The CLI may deliver a request again; one answer is enough.
        if (id is not null && !Take(id))
            return;

        if (feature is null)
            _ = SendAsync(id, subtype == "elicitation" ? Declined : InboundReply.Refused($"Unsupported control request subtype: {subtype ?? "(none)"}", InboundReply.Unsupported));
        else
            Answer(new InboundRequest(id, subtype!, body.Clone()), feature);
    }

    /// <summary>Takes the CLI's withdrawal of a request; one for a request that is unknown or answered is ignored, as the protocol says.</summary>
    /// <param name="frame">The whole <c>control_cancel_request</c> frame.</param>
    public void Cancel(JsonElement frame)
    {
        if (InboundRequest.TextOf(frame, "request_id") is { } id && _running.TryGetValue(id, out var running))
            CancelOffLoop(running);
    }

    /// <summary>Tells everybody who is still busy with a request that no answer is wanted any more.</summary>
    public void End()
    {
        Volatile.Write(ref _ended, true);
        foreach (var (_, running) in _running)
            CancelOffLoop(running);
    }

    private static InboundReply Declined { get; } = InboundReply.Success(static json =>
    {
        json.WriteStartObject();
        json.WriteString("action"u8, "decline"u8);
        json.WriteEndObject();
    });

    /// <summary>Registrations on the token are the caller's code, which neither runs on the read loop nor may break it.</summary>
    private void CancelOffLoop(CancellationTokenSource running) => _ = Task.Run(async () =>
    {
        try
        {
            await running.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // It was answered meanwhile.
        }
        catch (AggregateException failure)
        {
            _logger.CancellationCallbackFailed(failure);
        }
    });

    private bool Take(string id)
    {
        lock (_gate)
        {
            if (!_taken.Add(id))
                return false;
            _oldestTaken.Enqueue(id);
            if (_oldestTaken.Count > RememberedIds)
                _taken.Remove(_oldestTaken.Dequeue());
            return true;
        }
    }

    /// <summary>
    /// Starts the answer. Everything that the feature lets run from here on, the caller's own code above all, inherits the context of the call
    /// that asked for the turn.
    /// </summary>
    private void Answer(InboundRequest request, ISessionFeature feature) =>
        _runForCaller(request, () => _ = AnswerAsync(request, feature));

    private async Task AnswerAsync(InboundRequest request, ISessionFeature feature)
    {
        var start = _time.GetTimestamp();
        // Not in a using: a withdrawal may hold it at the very moment the answer is ready.
        var withdrawn = new CancellationTokenSource();
        var key = request.Id ?? RandomUuid.New();
        _running[key] = withdrawn;
        if (Volatile.Read(ref _ended))
            CancelOffLoop(withdrawn);
        try
        {
            var reply = await feature.AnswerAsync(request, withdrawn.Token).ConfigureAwait(false);
            if (!withdrawn.IsCancellationRequested)
                await SendAsync(request.Id, reply).ConfigureAwait(false);
        }
        catch (Exception) when (withdrawn.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
        catch (Exception failure)
        {
            _logger.RequestFailed(request.Subtype, failure);
            await SendAsync(request.Id, InboundReply.Refused($"The host failed to answer '{request.Subtype}': {failure.Message}")).ConfigureAwait(false);
        }
        finally
        {
            _running.TryRemove(key, out _);
            Measure(request.Subtype, start);
        }
    }

    private void Measure(string subtype, long start)
    {
        if (!Listeners.ArePossible || !Instruments.CallbackDuration.Enabled)
            return;
        _telemetry.Guarded(() => Instruments.CallbackDuration.Record(
            _time.GetElapsedTime(start).TotalSeconds, new KeyValuePair<string, object?>(GenAi.Subtype, subtype)));
    }

    private async Task SendAsync(string? id, InboundReply reply)
    {
        if (reply.IsSilence)
            return;
        try
        {
            await _writer.WriteAsync(JsonLine.Write(json => reply.Write(json, id))).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The CLI no longer reads; the session reports its end.
        }
    }
}
