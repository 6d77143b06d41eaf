using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Nexus.Claude;

/// <summary>
/// Which model for which kind of task: a small table to begin with and to replace. It names aliases, which the CLI resolves to its newest
/// model of the kind. Immutable; names are compared without regard to case.
/// </summary>
public sealed class ModelRecommendations
{
    private readonly FrozenDictionary<string, string> _models;

    /// <summary>Creates a table.</summary>
    /// <param name="models">The model of each kind of task.</param>
    public ModelRecommendations(IEnumerable<KeyValuePair<string, string>> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        _models = models.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        foreach (var (task, model) in _models)
        {
            if (string.IsNullOrWhiteSpace(task) || string.IsNullOrWhiteSpace(model))
                throw new ArgumentException($"The entry '{task}' = '{model}' is blank; name a task and a model.", nameof(models));
        }
    }

    /// <summary>
    /// <c>haiku</c> for simple, fast, cheap and quick; <c>sonnet</c> for balanced, general, normal, standard and latest; <c>opus</c> for
    /// complex, best, quality, critical and advanced.
    /// </summary>
    public static ModelRecommendations Default { get; } = new(
        Each("haiku", "simple", "fast", "cheap", "quick")
            .Concat(Each("sonnet", "balanced", "general", "normal", "standard", "latest"))
            .Concat(Each("opus", "complex", "best", "quality", "critical", "advanced")));

    /// <summary>The kinds of task in the table.</summary>
    public IReadOnlyCollection<string> Tasks => _models.Keys;

    /// <summary>The model for a kind of task.</summary>
    /// <param name="task">The kind, for example <c>simple</c>.</param>
    /// <returns>The model, for <see cref="ClaudeOptions.Model"/>.</returns>
    /// <exception cref="ArgumentException">The table has no such kind.</exception>
    public string For(string task) => TryFor(task, out var model)
        ? model
        : throw new ArgumentException($"There is no recommendation for '{task}'; known are {string.Join(", ", Tasks.Order(StringComparer.Ordinal))}.", nameof(task));

    /// <summary>The model for a kind of task, if the table has it.</summary>
    /// <param name="task">The kind.</param>
    /// <param name="model">The model.</param>
    /// <returns>Whether the table has it.</returns>
    public bool TryFor(string task, [NotNullWhen(true)] out string? model)
    {
        ArgumentNullException.ThrowIfNull(task);
        return _models.TryGetValue(task, out model);
    }

    /// <summary>A copy with an entry more, or another one for its kind.</summary>
    /// <param name="task">The kind of task.</param>
    /// <param name="model">The model.</param>
    /// <returns>The copy.</returns>
    public ModelRecommendations With(string task, string model) =>
        new(_models.Where(entry => !entry.Key.Equals(task, StringComparison.OrdinalIgnoreCase)).Append(new(task, model)));

    /// <summary>A copy without an entry.</summary>
    /// <param name="task">The kind of task.</param>
    /// <returns>The copy.</returns>
    public ModelRecommendations Without(string task) =>
        new(_models.Where(entry => !entry.Key.Equals(task, StringComparison.OrdinalIgnoreCase)));

    private static IEnumerable<KeyValuePair<string, string>> Each(string model, params IReadOnlyList<string> tasks) =>
        tasks.Select(task => new KeyValuePair<string, string>(task, model));
}
