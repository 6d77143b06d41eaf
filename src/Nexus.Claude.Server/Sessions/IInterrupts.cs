using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Server.Sessions;

/// <summary>Interrupts turns, on whichever gateway they run.</summary>
internal interface IInterrupts
{
    /// <summary>Interrupts the running turn of a conversation or request.</summary>
    /// <param name="caller">Who asks; turns of others are not found.</param>
    /// <param name="id">The conversation's id, or the request's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when no such turn runs.</returns>
    ValueTask<bool> InterruptAsync(Caller caller, string id, CancellationToken cancellationToken);
}

/// <summary>Interrupts turns of this gateway.</summary>
/// <param name="sessions">The turns.</param>
internal sealed class LocalInterrupts(ISessionTurns sessions) : IInterrupts
{
    /// <inheritdoc/>
    public ValueTask<bool> InterruptAsync(Caller caller, string id, CancellationToken cancellationToken) => ValueTask.FromResult(sessions.TryInterrupt(caller, id));
}
