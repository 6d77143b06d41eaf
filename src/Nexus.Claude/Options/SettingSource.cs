using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>A place on disk that Claude Code reads settings from.</summary>
[JsonConverter(typeof(OpenStringConverter<SettingSource>))]
public readonly record struct SettingSource : IOpenString<SettingSource>
{
    private readonly string? _value;

    /// <summary>Wraps a text, known or not.</summary>
    /// <param name="value">The text on the wire.</param>
    public SettingSource(string value) => _value = value;

    /// <summary>The user's own settings, <c>~/.claude/settings.json</c>.</summary>
    public static SettingSource User => new("user");

    /// <summary>The settings shared in the project, <c>.claude/settings.json</c>; also needed for <c>CLAUDE.md</c> files.</summary>
    public static SettingSource Project => new("project");

    /// <summary>The settings of this checkout, <c>.claude/settings.local.json</c>.</summary>
    public static SettingSource Local => new("local");

    /// <inheritdoc/>
    public string Value => _value ?? "";

    /// <inheritdoc/>
    public static SettingSource Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns>The value of <see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
