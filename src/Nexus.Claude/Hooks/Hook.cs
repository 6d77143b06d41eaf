using System.Text.Json;
using Nexus.Claude.Hooks;

namespace Nexus.Claude;

/// <summary>
/// A handler for an event of the CLI, and when it is called. <see cref="HookCollection"/> makes and adds one in a line; use this type to make one
/// ahead, for example for <c>options.Hooks.Add(hook)</c> in an extension of your own.
/// </summary>
public sealed record Hook
{
    private readonly Func<JsonElement, HookInput> _read;
    private readonly Func<HookInput, CancellationToken, Task<HookOutput?>> _handle;

    private Hook(HookEvent hookEvent, Func<JsonElement, HookInput> read, Func<HookInput, CancellationToken, Task<HookOutput?>> handle)
    {
        Event = hookEvent;
        _read = read;
        _handle = handle;
    }

    /// <summary>The event.</summary>
    public HookEvent Event { get; }

    /// <summary>
    /// What the event must be about, for example the name of a tool: a name, names separated by <c>|</c>, or a regular expression
    /// (<c>mcp__.*</c>), case-sensitive. Null, empty and <c>*</c> match everything. It is no permission rule: <c>Bash(git *)</c> matches nothing.
    /// </summary>
    public string? Matcher { get; init; }

    /// <summary>How long the handler may take; then its token is cancelled and it has failed. Default 60 seconds.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// What happens when the handler throws, answers something invalid or takes too long. Null is <see cref="HookFailurePolicy.Block"/> for an event
    /// with <see cref="HookEvent.IsGate"/> and <see cref="HookFailurePolicy.Continue"/> for all others.
    /// </summary>
    public HookFailurePolicy? OnFailure { get; init; }

    /// <summary>True when a failure of the handler refuses what it was asked about.</summary>
    internal bool BlocksOnFailure => (OnFailure ?? (Event.IsGate ? HookFailurePolicy.Block : HookFailurePolicy.Continue)) == HookFailurePolicy.Block;

    /// <summary>Makes a hook with an asynchronous handler.</summary>
    /// <typeparam name="TInput">What the hook is told.</typeparam>
    /// <typeparam name="TOutput">What the hook may answer.</typeparam>
    /// <param name="hookEvent">The event.</param>
    /// <param name="handler">The handler; null is no opinion. Its token is cancelled when nobody waits for the answer any more. Calls may overlap.</param>
    /// <returns>The hook.</returns>
    public static Hook For<TInput, TOutput>(HookEvent<TInput, TOutput> hookEvent, Func<TInput, CancellationToken, Task<TOutput?>> handler)
        where TInput : HookInput
        where TOutput : HookOutput
    {
        ArgumentNullException.ThrowIfNull(hookEvent);
        ArgumentNullException.ThrowIfNull(handler);
        return new Hook(
            hookEvent.Name,
            hookEvent.Read,
            async (input, cancellationToken) => await handler((TInput)input, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Makes a hook with a synchronous handler.</summary>
    /// <typeparam name="TInput">What the hook is told.</typeparam>
    /// <typeparam name="TOutput">What the hook may answer.</typeparam>
    /// <param name="hookEvent">The event.</param>
    /// <param name="handler">The handler; null is no opinion. Calls may overlap.</param>
    /// <returns>The hook.</returns>
    public static Hook For<TInput, TOutput>(HookEvent<TInput, TOutput> hookEvent, Func<TInput, TOutput?> handler)
        where TInput : HookInput
        where TOutput : HookOutput
    {
        ArgumentNullException.ThrowIfNull(hookEvent);
        ArgumentNullException.ThrowIfNull(handler);
        return new Hook(hookEvent.Name, hookEvent.Read, (input, _) => Task.FromResult<HookOutput?>(handler((TInput)input)));
    }

    /// <summary>Makes a hook with an asynchronous handler for an event by its name, known or not.</summary>
    /// <param name="hookEvent">The event.</param>
    /// <param name="handler">The handler. It answers with the output of that event, or with a <see cref="RawHookOutput"/>.</param>
    /// <returns>The hook.</returns>
    public static Hook For(HookEvent hookEvent, Func<HookInput, CancellationToken, Task<HookOutput?>> handler)
    {
        ArgumentException.ThrowIfNullOrEmpty(hookEvent.Value, nameof(hookEvent));
        ArgumentNullException.ThrowIfNull(handler);
        return new Hook(hookEvent, input => HookInputReader.Read(input, hookEvent), handler);
    }

    /// <summary>Makes a hook with a synchronous handler for an event by its name, known or not.</summary>
    /// <param name="hookEvent">The event.</param>
    /// <param name="handler">The handler. It answers with the output of that event, or with a <see cref="RawHookOutput"/>.</param>
    /// <returns>The hook.</returns>
    public static Hook For(HookEvent hookEvent, Func<HookInput, HookOutput?> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return For(hookEvent, (input, _) => Task.FromResult(handler(input)));
    }

    /// <summary>The event and the matcher.</summary>
    /// <returns>For example <c>PreToolUse:Bash</c>.</returns>
    public override string ToString() => string.IsNullOrEmpty(Matcher) ? Event.Value : $"{Event}:{Matcher}";

    /// <exception cref="JsonException">The input is not of the form that the handler expects.</exception>
    internal HookInput Read(JsonElement input) => _read(input);

    internal Task<HookOutput?> HandleAsync(HookInput input, CancellationToken cancellationToken) => _handle(input, cancellationToken);
}
