using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Nexus.Claude.Hooks;

namespace Nexus.Claude;

/// <summary>An event whose input and output have types of their own. Found at <see cref="HookEvent"/>, for example <see cref="HookEvent.PreToolUse"/>.</summary>
/// <typeparam name="TInput">What the hook is told.</typeparam>
/// <typeparam name="TOutput">What the hook may answer.</typeparam>
public sealed class HookEvent<TInput, TOutput>
    where TInput : HookInput
    where TOutput : HookOutput
{
    private readonly Func<JsonTypeInfo<TInput>> _contract;

    internal HookEvent(string name, Func<JsonTypeInfo<TInput>> contract)
    {
        Name = new HookEvent(name);
        _contract = contract;
    }

    /// <summary>The event's name.</summary>
    public HookEvent Name { get; }

    /// <summary>The event's name.</summary>
    /// <param name="hookEvent">The typed event.</param>
    public static implicit operator HookEvent(HookEvent<TInput, TOutput> hookEvent)
    {
        ArgumentNullException.ThrowIfNull(hookEvent);
        return hookEvent.Name;
    }

    /// <summary>The event's name, for languages without conversions.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public HookEvent ToHookEvent() => Name;

    /// <summary>The event's name on the wire.</summary>
    /// <returns>The name.</returns>
    public override string ToString() => Name.Value;

    /// <exception cref="JsonException">A member is of another kind than this version knows.</exception>
    internal TInput Read(JsonElement input) => (TInput)HookInputReader.Read(input, _contract());
}
