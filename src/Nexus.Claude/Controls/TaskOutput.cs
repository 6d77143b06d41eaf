using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The end of what a background command has written.</summary>
public sealed record TaskOutput : OpenRecord
{
    /// <summary>
    /// At most the last 8 KiB. It is what the command printed, escape sequences included; empty when it has printed nothing, or its file is
    /// gone.
    /// </summary>
    [JsonPropertyName("output")]
    public string Output { get; init => field = value ?? ""; } = "";

    /// <summary>The size of everything it has written so far, in bytes.</summary>
    [JsonPropertyName("total_bytes")]
    public long TotalBytes { get; init; }

    /// <summary>True when <see cref="Output"/> is only the end of it.</summary>
    [JsonPropertyName("truncated")]
    public bool IsTruncated { get; init; }
}
