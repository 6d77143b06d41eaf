using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The answer to a question beside the conversation.</summary>
public sealed record SideAnswer : OpenRecord
{
    /// <summary>The answer.</summary>
    [JsonPropertyName("response")]
    public string Text { get; init => field = value ?? ""; } = "";

    /// <summary>True when it is not the model's but the CLI's, which reports an error with it.</summary>
    [JsonPropertyName("synthetic")]
    public bool IsSynthetic { get; init; }

    /// <summary>True when another model answered because the first refused.</summary>
    [JsonIgnore]
    public bool IsRefusalFallback =>
        AdditionalProperties is { } more && more.TryGetValue("refusal_fallback", out var value)
        && value.ValueKind is not (System.Text.Json.JsonValueKind.Null or System.Text.Json.JsonValueKind.False);
}

/// <summary>A question beside the conversation that was answered.</summary>
/// <param name="Question">The question.</param>
/// <param name="Answer">The answer.</param>
public sealed record SideExchange(string Question, string Answer);
