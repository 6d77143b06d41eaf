using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Sessions;

namespace Nexus.Claude.Server.Models;

/// <summary>The models that the CLI offers, the older ones that it takes by their id, and what the configuration maps.</summary>
/// <param name="sessions">The processes, one of which is asked.</param>
/// <param name="options">The server's options.</param>
internal sealed class ModelCatalog(SessionPool sessions, IOptions<NexusClaudeServerOptions> options) : IModelCatalog
{
    private const string LargeContext = "[1m]";

    private volatile Listing? _listing;

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<CatalogModel>> ListAsync(CancellationToken cancellationToken) =>
        (await GetAsync(cancellationToken).ConfigureAwait(false)).Models;

    /// <inheritdoc/>
    public async ValueTask<CatalogModel?> FindAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        var listing = await GetAsync(cancellationToken).ConfigureAwait(false);
        if (listing.ByName.TryGetValue(name, out var model))
            return model;
        if (name.EndsWith(LargeContext, StringComparison.Ordinal) && listing.ByName.TryGetValue(name[..^LargeContext.Length], out var normal))
            return normal with { Id = name, CliName = normal.CliName + LargeContext, DisplayName = normal.DisplayName + " (1M context)" };
        return MappedName(name) is { } mapped && listing.ByName.TryGetValue(mapped, out var target) ? target with { Id = name } : null;
    }

    private string? MappedName(string name)
    {
        var map = options.Value.Models.Map;
        if (map.TryGetValue(name, out var exact))
            return exact;
        // The longest pattern that fits is the most exact one.
        return map
            .Where(entry => entry.Key.EndsWith('*') && name.StartsWith(entry.Key[..^1], StringComparison.Ordinal))
            .OrderByDescending(static entry => entry.Key.Length)
            .Select(static entry => entry.Value)
            .FirstOrDefault();
    }

    private async ValueTask<Listing> GetAsync(CancellationToken cancellationToken)
    {
        ServerInformation server;
        try
        {
            server = await sessions.AskServerAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (UpstreamErrors.Of(failure) is { } error)
        {
            throw error;
        }

        if (_listing is { } known && ReferenceEquals(known.Server, server))
            return known;
        return _listing = new Listing(server);
    }

    private sealed class Listing
    {
        public Listing(ServerInformation server)
        {
            Server = server;
            foreach (var model in server.Models)
            {
                var effort = model.SupportsEffort == true;
                Add(model.Value, model.Value, model.DisplayName, effort);
                if (model.ResolvedModel is { Length: > 0 } id)
                    Add(id, id, KnownModels.NameOf(id) ?? model.DisplayName, effort);
            }

            foreach (var (alias, target) in KnownModels.Aliases)
            {
                if (ByName.TryGetValue(target, out var model))
                    Add(alias, model.CliName, model.DisplayName, model.TakesEffort);
            }

            foreach (var known in KnownModels.Older)
                Add(known.Id, known.Id, known.Name, known.TakesEffort);
        }

        public ServerInformation Server { get; }

        public List<CatalogModel> Models { get; } = [];

        public Dictionary<string, CatalogModel> ByName { get; } = new(StringComparer.Ordinal);

        private void Add(string id, string cliName, string displayName, bool takesEffort)
        {
            if (id.Length == 0)
                return;
            var model = new CatalogModel(id, cliName, displayName, KnownModels.ReleaseOf(id), takesEffort);
            if (ByName.TryAdd(id, model))
                Models.Add(model);
        }
    }
}
