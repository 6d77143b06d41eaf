using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>Files that could be meant.</summary>
public sealed record FileSuggestions : OpenRecord
{
    /// <summary>The files and folders, the likeliest first.</summary>
    [JsonPropertyName("suggestions")]
    public IReadOnlyList<FileSuggestion> Suggestions { get; init => field = value ?? []; } = [];

    /// <summary>The folder that their paths start from.</summary>
    [JsonPropertyName("cwd")]
    public string WorkingDirectory { get; init => field = value ?? ""; } = "";
}

/// <summary>A file that could be meant.</summary>
public sealed record FileSuggestion : OpenRecord
{
    /// <summary>Its path; a folder ends in a slash.</summary>
    [JsonPropertyName("path")]
    public string Path { get; init => field = value ?? ""; } = "";
}
