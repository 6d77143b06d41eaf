namespace Nexus.Claude;

/// <summary>The kind of an API failure.</summary>
/// <param name="Value">The text on the wire.</param>
public readonly record struct AssistantError(string Value) : IOpenString<AssistantError>
{
    /// <summary>Too many requests.</summary>
    public static AssistantError RateLimit { get; } = new("rate_limit");

    /// <inheritdoc/>
    public static AssistantError Create(string value) => new(value);
}
