using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What the sandbox proxy does with an AWS request that it cannot sign again.</summary>
[JsonConverter(typeof(OpenStringConverter<SandboxRequestPolicy>))]
public readonly record struct SandboxRequestPolicy : IOpenString<SandboxRequestPolicy>
{
    private readonly string? _value;

    /// <summary>Wraps a text, known or not.</summary>
    /// <param name="value">The text on the wire.</param>
    public SandboxRequestPolicy(string value) => _value = value;

    /// <summary>Refuses it with status 403. The CLI's default.</summary>
    public static SandboxRequestPolicy Deny => new("deny");

    /// <summary>Sends it on as it is; the far side will reject the signature.</summary>
    public static SandboxRequestPolicy Passthrough => new("passthrough");

    /// <inheritdoc/>
    public string Value => _value ?? "";

    /// <inheritdoc/>
    public static SandboxRequestPolicy Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns>The value of <see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
