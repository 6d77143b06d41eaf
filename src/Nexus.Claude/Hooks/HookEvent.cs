using System.Text.Json.Serialization;
using Nexus.Claude.Hooks;

namespace Nexus.Claude;

/// <summary>
/// A moment at which the CLI asks the program. The events of CLI 2.1.330 are the static members here; each knows its input and its output,
/// so that <c>hooks.On(HookEvent.PreToolUse, input =&gt; …)</c> is typed. Any other name is accepted: <c>new HookEvent("Future")</c>.
/// </summary>
/// <remarks>docs/hooks.md says which of them CLI 2.1.330 really sends to callbacks of a program, and when.</remarks>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<HookEvent>))]
public readonly partial record struct HookEvent(string Value) : IOpenString<HookEvent>
{
    /// <summary>The name on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <summary>
    /// True when the event comes before something that a hook can forbid, and forbidding it is safe: a hook that fails there forbids it
    /// unless it was registered with <see cref="HookFailurePolicy.Continue"/>.
    /// </summary>
    public bool IsGate => HookEvents.Find(Value) is { IsGate: true };

    /// <inheritdoc/>
    public static HookEvent Create(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
