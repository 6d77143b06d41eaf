using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>How sandboxed commands see a credential.</summary>
[JsonConverter(typeof(OpenStringConverter<SandboxCredentialMode>))]
public readonly record struct SandboxCredentialMode : IOpenString<SandboxCredentialMode>
{
    private readonly string? _value;

    /// <summary>Wraps a text, known or not.</summary>
    /// <param name="value">The text on the wire.</param>
    public SandboxCredentialMode(string value) => _value = value;

    /// <summary>Not at all.</summary>
    public static SandboxCredentialMode Deny => new("deny");

    /// <summary>As a stand-in; the proxy puts the real value in on the way out. On macOS and Windows the CLI treats it as <see cref="Deny"/>.</summary>
    public static SandboxCredentialMode Mask => new("mask");

    /// <inheritdoc/>
    public string Value => _value ?? "";

    /// <inheritdoc/>
    public static SandboxCredentialMode Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns>The value of <see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
