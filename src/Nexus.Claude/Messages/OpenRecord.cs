using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>A part of a message. A newer CLI may add members to it; they are kept.</summary>
public abstract record OpenRecord
{
    private protected OpenRecord()
    {
    }

    /// <summary>Members that this version of the SDK does not know, by their wire names. Null when there are none.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? AdditionalProperties { get; set; }
}
