using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What taking files back to a checkpoint does, would do, or did not do.</summary>
public sealed record FileRewind : OpenRecord
{
    /// <summary>False when it cannot be done; <see cref="Error"/> says why.</summary>
    [JsonPropertyName("canRewind")]
    public bool CanRewind { get; init; }

    /// <summary>
    /// The files that differ from the checkpoint: they are restored, or deleted when they did not exist then. Empty when nothing differs.
    /// </summary>
    [JsonPropertyName("filesChanged")]
    public IReadOnlyList<string> FilesChanged { get; init => field = value ?? []; } = [];

    /// <summary>How many lines the restoring adds, over all files.</summary>
    [JsonPropertyName("insertions")]
    public int Insertions { get; init; }

    /// <summary>How many lines the restoring removes, over all files.</summary>
    [JsonPropertyName("deletions")]
    public int Deletions { get; init; }

    /// <summary>
    /// How many files were left as they are because something other than a plain file is in their place, such as a symbolic link. Null for a
    /// preview, which does not look at that, and from CLI 2.1.197.
    /// </summary>
    [JsonPropertyName("skippedLinks")]
    public int? SkippedLinks { get; init; }

    /// <summary>Why it cannot be done; null when it can.</summary>
    [JsonPropertyName("error")]
    public string? Error { get; init; }
}
