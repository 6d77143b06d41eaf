using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What happens when an extraction pattern finds no credential.</summary>
[JsonConverter(typeof(OpenStringConverter<SandboxNoMatchAction>))]
public readonly record struct SandboxNoMatchAction : IOpenString<SandboxNoMatchAction>
{
    private readonly string? _value;

    /// <summary>Wraps a text, known or not.</summary>
    /// <param name="value">The text on the wire.</param>
    public SandboxNoMatchAction(string value) => _value = value;

    /// <summary>A warning on stderr; the value stays readable. The CLI's default.</summary>
    public static SandboxNoMatchAction Warn => new("warn");

    /// <summary>The credential is hidden as a whole.</summary>
    public static SandboxNoMatchAction Deny => new("deny");

    /// <summary>The sandbox is not set up and nothing runs.</summary>
    public static SandboxNoMatchAction Error => new("error");

    /// <inheritdoc/>
    public string Value => _value ?? "";

    /// <inheritdoc/>
    public static SandboxNoMatchAction Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns>The value of <see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
