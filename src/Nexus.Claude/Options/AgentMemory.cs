using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>Where a subagent keeps its own memory files.</summary>
[JsonConverter(typeof(OpenStringConverter<AgentMemory>))]
public readonly record struct AgentMemory : IOpenString<AgentMemory>
{
    private readonly string? _value;

    /// <summary>Wraps a text, known or not.</summary>
    /// <param name="value">The text on the wire.</param>
    public AgentMemory(string value) => _value = value;

    /// <summary>Under the user's configuration folder, shared by all projects.</summary>
    public static AgentMemory User => new("user");

    /// <summary>Under <c>.claude/agent-memory</c> of the project.</summary>
    public static AgentMemory Project => new("project");

    /// <summary>Under <c>.claude/agent-memory-local</c> of this checkout.</summary>
    public static AgentMemory Local => new("local");

    /// <inheritdoc/>
    public string Value => _value ?? "";

    /// <inheritdoc/>
    public static AgentMemory Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns>The value of <see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
