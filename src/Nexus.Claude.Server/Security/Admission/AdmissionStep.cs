using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Operations;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Security;

/// <summary>
/// The first step of every turn: whether it may run, when, and for how long. It sees every event, so it also counts what turns use.
/// </summary>
/// <param name="queue">Who runs next.</param>
/// <param name="rates">Requests and tokens a minute.</param>
/// <param name="spend">What keys have spent.</param>
/// <param name="models">The models of keys.</param>
/// <param name="drain">Whether the server stops.</param>
/// <param name="statistics">Told how turns go.</param>
/// <param name="options">The options.</param>
/// <param name="time">The clock.</param>
internal sealed class AdmissionStep(
    TurnQueue queue,
    RateLimits rates,
    SpendLedger spend,
    ModelAccess models,
    ServerDrain drain,
    TurnStatistics statistics,
    IOptions<NexusClaudeServerOptions> options,
    TimeProvider time) : ITurnStep
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<TurnEvent> RunAsync(
        TurnRequest request, ITurnRunner next, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var observation = statistics.Begin(request);
        try
        {
            drain.Enter();
        }
        catch (GatewayException stopping)
        {
            observation.Failed(stopping);
            throw;
        }

        try
        {
            using var deadline = new CancellationTokenSource(options.Value.Limits.TurnTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token, drain.TimedOut);
            TurnQueue.Place place;
            try
            {
                place = await AdmitAsync(request, either.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (Explain(failure, deadline, cancellationToken) is { } told)
            {
                throw observation.Failed(told);
            }

            using var leaving = place;
            observation.Admitted();
            var events = next.RunAsync(request, either.Token).GetAsyncEnumerator(either.Token);
            await using (events.ConfigureAwait(false))
            {
                while (true)
                {
                    try
                    {
                        if (!await events.MoveNextAsync().ConfigureAwait(false))
                            break;
                    }
                    catch (Exception failure) when (Explain(failure, deadline, cancellationToken) is { } told)
                    {
                        throw observation.Failed(told);
                    }

                    observation.Saw(events.Current);
                    if (events.Current is TurnEvent.Ended ended)
                        Charge(request.Caller, ended);
                    yield return events.Current;
                }
            }
        }
        finally
        {
            drain.Leave();
            observation.Dispose();
        }
    }

    /// <summary>
    /// What the client is told. Whatever stopped the turn cannot be seen from the exception, which may have crossed a process; so the reason is
    /// asked for where it came from. Null leaves the exception as it is: the client has gone, or it is a mistake of ours.
    /// </summary>
    private GatewayException? Explain(Exception failure, CancellationTokenSource deadline, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested || failure is not (OperationCanceledException or ClaudeException))
            return null;
        if (deadline.IsCancellationRequested)
        {
            return new GatewayException(
                504, "server_error", "timeout",
                $"The turn did not end within {options.Value.Limits.TurnTimeout.TotalSeconds:0} s, the longest time that this server gives one.",
                innerException: failure);
        }

        return drain.TimedOut.IsCancellationRequested ? ServerDrain.Stopping() : failure as GatewayException;
    }

    private async ValueTask<TurnQueue.Place> AdmitAsync(TurnRequest request, CancellationToken cancellationToken)
    {
        // Whichever route it came by, and whether or not that route asked.
        if (request.IsAgent)
            AgentMode.Require(request.Caller);
        await models.CheckAsync(request.Caller, request.Model, cancellationToken).ConfigureAwait(false);
        spend.Check(request.Caller);
        rates.Count(request.Caller);
        return await queue.EnterAsync(request.Caller, cancellationToken).ConfigureAwait(false);
    }

    private void Charge(Caller caller, TurnEvent.Ended ended)
    {
        if (ended.Origin == ProcessOrigin.Cache)
            return;
        rates.Charge(caller, ended.Usage.PromptTokens + ended.Usage.OutputTokens);
        spend.Charge(caller, ended.CostUsd);
    }
}
