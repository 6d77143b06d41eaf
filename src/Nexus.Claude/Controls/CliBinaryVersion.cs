using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The build of the CLI that runs.</summary>
public sealed record CliBinaryVersion : OpenRecord
{
    /// <summary>The version, for example <c>2.1.330</c>.</summary>
    [JsonPropertyName("version")]
    public string Version { get; init => field = value ?? ""; } = "";

    /// <summary>When it was built; null when it does not say.</summary>
    [JsonIgnore]
    public DateTimeOffset? BuiltAt
    {
        get => IsoTimestamp.Read(WireBuildTime);
        init => WireBuildTime = IsoTimestamp.Write(value);
    }

    [JsonInclude]
    [JsonPropertyName("buildTime")]
    internal string? WireBuildTime { get; init; }

    /// <summary>The oldest official SDK that the desktop program may use with it; null when it does not say.</summary>
    [JsonPropertyName("oldestDesktopSdk")]
    public string? OldestDesktopSdk { get; init; }
}
