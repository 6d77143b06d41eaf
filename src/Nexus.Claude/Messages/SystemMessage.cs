using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>A message about the session itself. A subtype that is not known here arrives as <see cref="UnknownSystemMessage"/>.</summary>
public abstract record SystemMessage : ClaudeMessage
{
    private protected SystemMessage()
    {
    }

    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public sealed override string Type => "system";

    /// <summary>The wire discriminator <c>subtype</c>, for example <c>init</c>.</summary>
    [JsonPropertyName("subtype")]
    [JsonPropertyOrder(-1)]
    public abstract string Subtype { get; }

    private protected override string Describe() => Subtype;
}
