namespace Nexus.Claude.Server.Sessions;

/// <summary>How the sessions are, and their end.</summary>
internal interface ISessionStatus
{
    /// <summary>What there is at this moment, and what has been done.</summary>
    SessionStatistics Statistics { get; }

    /// <summary>Takes no more turns (they get a 503), waits for those that run, and ends all processes.</summary>
    /// <param name="cancellationToken">Gives up the wait; processes that are left end with the container.</param>
    /// <returns>A task that ends when no process is left.</returns>
    Task DrainAsync(CancellationToken cancellationToken);
}
