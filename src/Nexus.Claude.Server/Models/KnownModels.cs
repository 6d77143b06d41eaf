using System.Globalization;
using System.Text.RegularExpressions;

namespace Nexus.Claude.Server.Models;

/// <summary>
/// Models that the CLI takes by their id although it does not list them, and other names that clients of such servers use. Whether the account
/// may still use an older model is decided by the API.
/// </summary>
internal static partial class KnownModels
{
    /// <summary>For a model whose id does not say when it came out.</summary>
    private static readonly DateTimeOffset SomeRelease = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Older models: the id, a name for people, and whether it takes an effort level.</summary>
    public static IReadOnlyList<(string Id, string Name, bool TakesEffort)> Older { get; } =
    [
        ("claude-sonnet-5", "Sonnet 5", true),
        ("claude-fable-5", "Fable 5", true),
        ("claude-opus-4-7", "Opus 4.7", true),
        ("claude-opus-4-6", "Opus 4.6", true),
        ("claude-opus-4-5-20251101", "Opus 4.5", false),
        ("claude-opus-4-5", "Opus 4.5", false),
        ("claude-haiku-4-5-20251001", "Haiku 4.5", false),
        ("claude-haiku-4-5", "Haiku 4.5", false),
        ("claude-sonnet-4-5-20250929", "Sonnet 4.5", false),
        ("claude-sonnet-4-5", "Sonnet 4.5", false),
        ("claude-opus-4-1-20250805", "Opus 4.1", false),
        ("claude-opus-4-20250514", "Opus 4", false),
        ("claude-sonnet-4-20250514", "Sonnet 4", false),
        ("claude-3-7-sonnet-20250219", "Sonnet 3.7", false),
        ("claude-3-7-sonnet-latest", "Sonnet 3.7", false),
        ("claude-3-5-sonnet-20241022", "Sonnet 3.5", false),
        ("claude-3-5-haiku-20241022", "Haiku 3.5", false),
        ("claude-3-5-haiku-latest", "Haiku 3.5", false),
        ("claude-3-haiku-20240307", "Haiku 3", false),
    ];

    /// <summary>Names that stand for an alias of the CLI's.</summary>
    public static IReadOnlyList<(string Name, string Alias)> Aliases { get; } = [("sonnet-4", "sonnet"), ("opus-4", "opus")];

    /// <summary>A name for people.</summary>
    /// <param name="id">The model's id.</param>
    /// <returns>The name; null for an id of another form.</returns>
    public static string? NameOf(string id) => Current().Match(id) is { Success: true } match
        ? $"{char.ToUpperInvariant(match.Groups["family"].Value[0])}{match.Groups["family"].Value[1..]} {match.Groups["version"].Value.Replace('-', '.')}"
        : null;

    /// <summary>When a model came out, always the same for an id.</summary>
    /// <param name="id">The model's id.</param>
    /// <returns>The day.</returns>
    public static DateTimeOffset ReleaseOf(string id) =>
        Dated().Match(id) is { Success: true } match
        && DateTimeOffset.TryParseExact(match.Value, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day)
            ? day
            : SomeRelease;

    [GeneratedRegex(@"^claude-(?<family>[a-z]+)-(?<version>\d+(-\d+)?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Current();

    [GeneratedRegex(@"\d{8}$", RegexOptions.CultureInvariant)]
    private static partial Regex Dated();
}
