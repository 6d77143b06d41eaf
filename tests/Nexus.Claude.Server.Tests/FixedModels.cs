using Nexus.Claude.Server.Models;

namespace Nexus.Claude.Server.Tests;

/// <summary>A catalog that never changes.</summary>
internal sealed class FixedModels : IModelCatalog
{
    private static readonly DateTimeOffset Created = new(2026, 1, 2, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The models.</summary>
    public IReadOnlyList<CatalogModel> Models { get; init; } =
    [
        new("sonnet", "sonnet", "Sonnet", Created, TakesEffort: false),
        new("opus", "opus", "Opus", Created, TakesEffort: true),
        new("claude-sonnet-4-5", "claude-sonnet-4-5", "Sonnet 4.5", Created, TakesEffort: false),
        new("claude-opus-4-8", "claude-opus-4-8", "Opus 4.8", Created, TakesEffort: true),
    ];

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<CatalogModel>> ListAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Models);

    /// <inheritdoc/>
    public ValueTask<CatalogModel?> FindAsync(string name, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Models.FirstOrDefault(model => model.Id == name));
}
