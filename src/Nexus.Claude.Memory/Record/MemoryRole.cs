using System.Text.Json.Serialization;

namespace Nexus.Claude.Memory;

/// <summary>Who said what is remembered.</summary>
/// <param name="Value">The text, for example <c>user</c>.</param>
[JsonConverter(typeof(OpenStringConverter<MemoryRole>))]
public readonly record struct MemoryRole(string Value) : IOpenString<MemoryRole>
{
    /// <summary>The person, or the program that speaks for one.</summary>
    public static MemoryRole User { get; } = new("user");

    /// <summary>Claude.</summary>
    public static MemoryRole Assistant { get; } = new("assistant");

    /// <summary>A tool: what it was asked and the ends of what it answered. The least trusted of all.</summary>
    public static MemoryRole Tool { get; } = new("tool");

    /// <inheritdoc/>
    public static MemoryRole Create(string value) => new(value);

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}
