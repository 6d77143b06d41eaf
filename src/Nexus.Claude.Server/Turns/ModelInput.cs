using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Models;

namespace Nexus.Claude.Server.Turns;

/// <summary>The model that a request names.</summary>
internal static class ModelInput
{
    /// <summary>Looks the member <c>model</c> of a request up.</summary>
    /// <param name="models">The models.</param>
    /// <param name="body">The request.</param>
    /// <param name="cancellationToken">The client has gone.</param>
    /// <returns>The model.</returns>
    /// <exception cref="GatewayException">The request names none (400), or one that there is not (404).</exception>
    public static async ValueTask<CatalogModel> GetAsync(this IModelCatalog models, RequestValue body, CancellationToken cancellationToken)
    {
        var name = body.Get("model").AsName();
        return await models.FindAsync(name, cancellationToken).ConfigureAwait(false) ?? throw GatewayException.NotFound(
            $"The model '{name}' does not exist or you do not have access to it. GET /v1/models lists the models.", "model_not_found", "model");
    }
}
