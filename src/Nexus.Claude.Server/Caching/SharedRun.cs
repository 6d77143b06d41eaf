using System.Threading.Channels;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Caching;

/// <summary>One turn whose events its own client gets as they come, and whose whole others may get.</summary>
/// <param name="request">The turn.</param>
/// <param name="next">Runs it.</param>
/// <param name="includeToolCalls">Whether a reply that calls tools is shared.</param>
internal sealed class SharedRun(TurnRequest request, ITurnRunner next, bool includeToolCalls)
{
    private readonly Channel<TurnEvent> _events = Channel.CreateUnbounded<TurnEvent>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The turn.</summary>
    public TurnRequest Request => request;

    /// <summary>Completes when it is this run that answers, and not an earlier one.</summary>
    public Task Begun => _begun.Task;

    /// <summary>The events as they come.</summary>
    /// <param name="cancellationToken">The client has gone.</param>
    /// <returns>The events; throws what the turn threw.</returns>
    public IAsyncEnumerable<TurnEvent> ReadAsync(CancellationToken cancellationToken) => _events.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Runs the turn.</summary>
    /// <param name="cancellationToken">Nobody waits for it any more.</param>
    /// <returns>Its events, to be kept.</returns>
    /// <exception cref="NothingToShareException">It failed, or its reply is none to keep.</exception>
    public async ValueTask<byte[]> RunAsync(CancellationToken cancellationToken)
    {
        _begun.TrySetResult();
        var events = new List<TurnEvent>();
        try
        {
            await foreach (var turnEvent in next.RunAsync(request, cancellationToken).ConfigureAwait(false))
            {
                events.Add(turnEvent);
                _events.Writer.TryWrite(turnEvent);
            }

            _events.Writer.TryComplete();
        }
        catch (Exception failure)
        {
            // Its own client is told; the others try for themselves.
            _events.Writer.TryComplete(failure);
            throw new NothingToShareException();
        }

        return IsKeepable(events) ? TurnEventJson.Write(events) : throw new NothingToShareException();
    }

    private bool IsKeepable(List<TurnEvent> events) => events is [.., TurnEvent.Ended ended] && ended.Reason switch
    {
        EndReason.EndTurn or EndReason.StopSequence => ended.StructuredOutput is not null || events.Exists(static turnEvent => turnEvent is TurnEvent.TextDelta),
        EndReason.ToolUse => includeToolCalls,
        _ => false,
    };
}

/// <summary>A turn left nothing that others may have.</summary>
internal sealed class NothingToShareException : Exception;
