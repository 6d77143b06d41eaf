using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The end of a turn.</summary>
public sealed record ResultMessage : ClaudeMessage
{
    /// <inheritdoc/>
    public override string Type => "result";

    /// <summary>The HTTP status of a failed API call.</summary>
    [JsonPropertyName("api_error_status")]
    public int? ApiErrorStatus { get; init; }
}
