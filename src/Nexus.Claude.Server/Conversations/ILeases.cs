namespace Nexus.Claude.Server.Conversations;

/// <summary>Lets one at a time work on a thing with a name, among all gateways that share their store.</summary>
internal interface ILeases
{
    /// <summary>Takes a thing.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="wait">True waits in line; false gives up when it is taken.</param>
    /// <param name="cancellationToken">Leaves the line.</param>
    /// <returns>Gives it back when disposed; null when it is taken and <paramref name="wait"/> is false.</returns>
    /// <exception cref="Errors.GatewayException">What the gateways share cannot be reached; a 503.</exception>
    ValueTask<IAsyncDisposable?> AcquireAsync(string name, bool wait, CancellationToken cancellationToken);
}
