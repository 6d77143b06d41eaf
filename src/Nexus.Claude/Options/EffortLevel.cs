using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>How much effort Claude puts into an answer (<c>--effort</c>, the API's <c>output_config.effort</c>).</summary>
[JsonConverter(typeof(OpenStringConverter<EffortLevel>))]
public readonly record struct EffortLevel : IOpenString<EffortLevel>
{
    private readonly string? _value;

    /// <summary>Wraps a text, known or not.</summary>
    /// <param name="value">The text on the wire.</param>
    public EffortLevel(string value) => _value = value;

    /// <summary>Short thinking, quick and cheap.</summary>
    public static EffortLevel Low => new("low");

    /// <summary>Between <see cref="Low"/> and <see cref="High"/>.</summary>
    public static EffortLevel Medium => new("medium");

    /// <summary>Thorough.</summary>
    public static EffortLevel High => new("high");

    /// <summary>More than <see cref="High"/>; not every model has it.</summary>
    public static EffortLevel XHigh => new("xhigh");

    /// <summary>All the model can give; not every model has it.</summary>
    public static EffortLevel Max => new("max");

    /// <inheritdoc/>
    public string Value => _value ?? "";

    /// <summary>An effort given as a number, which only <see cref="AgentDefinition.Effort"/> accepts.</summary>
    /// <param name="level">The number, not negative.</param>
    /// <returns>The effort.</returns>
    public static EffortLevel FromNumber(int level) => new(level.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public static EffortLevel Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns>The value of <see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
