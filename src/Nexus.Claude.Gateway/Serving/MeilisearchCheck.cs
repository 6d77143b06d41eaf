using System.Net.Http.Headers;
using Nexus.Claude.Server.Operations;

namespace Nexus.Claude.Gateway;

/// <summary>Whether the Meilisearch server of the memory answers, and takes the key.</summary>
/// <param name="address">The server.</param>
/// <param name="key">Its key; null for none.</param>
/// <param name="clients">Makes the client.</param>
internal sealed class MeilisearchCheck(Uri address, string? key, IHttpClientFactory clients) : IReadinessCheck
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public string Name => "meilisearch";

    /// <inheritdoc/>
    public async ValueTask<Readiness?> CheckAsync(CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient();
        client.Timeout = Timeout;
        try
        {
            // The health route needs no key, the version does.
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "version"));
            if (key is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? Readiness.Ready("Meilisearch answers.")
                : Readiness.Trouble($"Meilisearch answers with status {(int)response.StatusCode}.", "Check memory.meilisearch_key (MEILISEARCH_KEY).");
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return Readiness.Trouble("Meilisearch does not answer.", "Start it, or correct memory.meilisearch_url (MEILISEARCH_URL). Until then what is remembered waits on this machine.");
        }
    }
}
