using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>Who answers when a tool needs permission (<c>--permission-prompts</c>).</summary>
[JsonConverter(typeof(OpenStringConverter<PermissionPromptTarget>))]
public readonly record struct PermissionPromptTarget : IOpenString<PermissionPromptTarget>
{
    private readonly string? _value;

    /// <summary>Wraps a text, known or not.</summary>
    /// <param name="value">The text on the wire.</param>
    public PermissionPromptTarget(string value) => _value = value;

    /// <summary>This program. The CLI's default.</summary>
    public static PermissionPromptTarget Host => new("host");

    /// <summary>Nobody: rules, hooks and the permission mode decide, and what would have asked is denied at once.</summary>
    public static PermissionPromptTarget None => new("none");

    /// <inheritdoc/>
    public string Value => _value ?? "";

    /// <inheritdoc/>
    public static PermissionPromptTarget Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns>The value of <see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
