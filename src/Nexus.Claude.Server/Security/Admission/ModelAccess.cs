using Microsoft.Extensions.DependencyInjection;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Models;

namespace Nexus.Claude.Server.Security;

/// <summary>Which models a key may use. Policies name them as clients do, by alias or id; turns name them as the CLI does.</summary>
/// <param name="services">Has the catalog, which asks the CLI; it is only needed for keys with a list.</param>
internal sealed class ModelAccess(IServiceProvider services)
{
    /// <summary>Refuses a model that a key may not use.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="cliName">The model as the CLI knows it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Completes when it is allowed.</returns>
    /// <exception cref="GatewayException">It is not (403).</exception>
    public async ValueTask CheckAsync(Caller caller, string cliName, CancellationToken cancellationToken)
    {
        if (caller.Policy.Models is not { } allowed || allowed.Contains(cliName))
            return;
        var catalog = services.GetService<IModelCatalog>();
        foreach (var name in allowed)
        {
            if (catalog is not null
                && await catalog.FindAsync(name, cancellationToken).ConfigureAwait(false) is { } model
                && string.Equals(model.CliName, cliName, StringComparison.OrdinalIgnoreCase))
            {
                return;
            }
        }

        throw new GatewayException(
            403, "invalid_request_error", "model_not_found",
            $"The key {caller.KeyId} does not have access to the model '{cliName}'. It may use: {string.Join(", ", allowed.Order(StringComparer.Ordinal))}.", "model");
    }
}
