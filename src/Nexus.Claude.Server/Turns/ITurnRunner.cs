namespace Nexus.Claude.Server.Turns;

/// <summary>
/// Runs turns. Each step of the way from a route to the CLI is one: admission (limits, queue), conversations (the log kept here), the response
/// cache, and at the end the sessions with their processes (<see cref="TurnPipeline"/> has the order).
/// </summary>
internal interface ITurnRunner
{
    /// <summary>Runs a turn.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancellationToken">The client has gone: interrupts the turn.</param>
    /// <returns>
    /// What happens, ending with <see cref="TurnEvent.Ended"/>. The first event comes when the model has begun; whatever fails before is thrown by
    /// the first <c>MoveNextAsync</c>, so that a route can still answer with a status.
    /// </returns>
    /// <exception cref="Errors.GatewayException">The turn failed, in terms that the client may see.</exception>
    IAsyncEnumerable<TurnEvent> RunAsync(TurnRequest request, CancellationToken cancellationToken);
}
