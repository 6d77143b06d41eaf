using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>
/// A message of the Messages API. While an answer streams, the CLI sends it block by block: several lines share one <see
/// cref="Id"/>.
/// </summary>
public sealed record ApiMessage : OpenRecord
{
    /// <summary>The API's id of the message; the same on every line that carries a part of it.</summary>
    [JsonPropertyName("id")]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>Always <c>message</c>.</summary>
    [JsonPropertyName("type")]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Always <c>assistant</c>.</summary>
    [JsonPropertyName("role")]
    public string Role { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// The model that wrote it; <c>&lt;synthetic&gt;</c> when the CLI wrote it itself, for example to report an API error.
    /// </summary>
    [JsonPropertyName("model")]
    public string Model { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// The content blocks of this line. To rebuild the whole API message, join the lines with the same <see cref="Id"/>.
    /// </summary>
    [JsonPropertyName("content")]
    [JsonConverter(typeof(ContentListConverter))]
    public IReadOnlyList<ContentBlock> Content { get; init => field = value ?? []; } = [];

    /// <summary>Why the model stopped. Null on a line that carries one block of a longer answer.</summary>
    [JsonPropertyName("stop_reason")]
    public StopReason? StopReason { get; init; }

    /// <summary>The stop sequence that was hit, if any.</summary>
    [JsonPropertyName("stop_sequence")]
    public string? StopSequence { get; init; }

    /// <summary>
    /// The usage known when the answer began. It is not final and repeats on every line of one message: take costs and totals from
    /// <see cref="ResultMessage"/>.
    /// </summary>
    [JsonPropertyName("usage")]
    public TokenUsage? StartUsage { get; init; }

    /// <summary>The code execution container, as raw JSON.</summary>
    [JsonPropertyName("container")]
    public JsonElement? Container { get; init; }

    /// <summary>What the API removed from the context, as raw JSON.</summary>
    [JsonPropertyName("context_management")]
    public JsonElement? ContextManagement { get; init; }

    /// <summary>Diagnostics of the API, as raw JSON.</summary>
    [JsonPropertyName("diagnostics")]
    public JsonElement? Diagnostics { get; init; }

    /// <summary>More about the stop reason, as raw JSON.</summary>
    [JsonPropertyName("stop_details")]
    public JsonElement? StopDetails { get; init; }

    /// <summary>The text blocks of <see cref="Content"/>, joined.</summary>
    [JsonIgnore]
    public string Text => ContentText.Join(Content);
}
