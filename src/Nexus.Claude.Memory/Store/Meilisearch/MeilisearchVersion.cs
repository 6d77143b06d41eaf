using System.Globalization;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>What a version of the server can do. One that cannot be read is taken for the newest.</summary>
internal sealed record MeilisearchVersion(int Major, int Minor)
{
    public static MeilisearchVersion Newest { get; } = new(int.MaxValue, 0);

    /// <summary>The oldest that has everything that cannot be done without: documents by filter, and backslashes that escape.</summary>
    public static MeilisearchVersion Oldest { get; } = new(1, 4);

    public bool IsTooOld => !IsFrom(Oldest.Major, Oldest.Minor);

    /// <summary>A query drops its most frequent word first, instead of its last one.</summary>
    public bool HasFrequencyStrategy => IsFrom(1, 9);

    /// <summary>Distances between words can be left out of the index.</summary>
    public bool HasProximityPrecision => IsFrom(1, 6);

    /// <summary>Search by the beginnings of words, and search in facets, can be switched off.</summary>
    public bool HasPrefixSearchSetting => IsFrom(1, 12);

    /// <summary>Documents are fetched in an order.</summary>
    public bool SortsFetchedDocuments => IsFrom(1, 16);

    /// <summary>Reads "1.11.3", "v1.50.0-rc.1"; anything else is the newest.</summary>
    public static MeilisearchVersion Parse(string? text)
    {
        string[] parts = (text ?? "").TrimStart('v').Split('.', '-', '+');
        return parts.Length >= 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int minor)
                ? new MeilisearchVersion(major, minor)
                : Newest;
    }

    private bool IsFrom(int major, int minor) => Major > major || (Major == major && Minor >= minor);
}
