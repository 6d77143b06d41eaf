namespace Nexus.Claude.Server.Models;

/// <summary>The models that the CLI offers (its reply to <c>initialize</c>), with aliases.</summary>
internal interface IModelCatalog
{
    /// <summary>All models.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The models, aliases included.</returns>
    /// <exception cref="Errors.GatewayException">No CLI could be asked.</exception>
    ValueTask<IReadOnlyList<CatalogModel>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Looks a name up: an alias, a full id, or a name that the configuration maps.</summary>
    /// <param name="name">The name as the client wrote it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The model; null when there is none.</returns>
    /// <exception cref="Errors.GatewayException">No CLI could be asked.</exception>
    ValueTask<CatalogModel?> FindAsync(string name, CancellationToken cancellationToken);
}

/// <summary>A model.</summary>
/// <param name="Id">What clients call it.</param>
/// <param name="CliName">What the CLI is told.</param>
/// <param name="DisplayName">A name for people.</param>
/// <param name="Created">When it came out; fixed, so that lists do not change from call to call.</param>
/// <param name="TakesEffort">Whether it takes an effort level (and then neither temperature nor a thinking budget).</param>
internal sealed record CatalogModel(string Id, string CliName, string DisplayName, DateTimeOffset Created, bool TakesEffort);
