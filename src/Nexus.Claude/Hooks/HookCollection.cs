using System.Collections;

namespace Nexus.Claude;

/// <summary>
/// The hooks of a session. Each line adds one: <c>options.Hooks.On(HookEvent.PreToolUse, "Bash", input =&gt; PreToolUseHookOutput.Deny("No."))</c>.
/// Several for the same event are all called, at the same time, with the same input.
/// </summary>
public sealed class HookCollection : IReadOnlyCollection<Hook>
{
    private readonly List<Hook> _hooks = [];

    /// <summary>Makes an empty collection.</summary>
    public HookCollection()
    {
    }

    internal HookCollection(HookCollection source) => _hooks.AddRange(source._hooks);

    /// <summary>How many there are.</summary>
    public int Count => _hooks.Count;

    /// <summary>Adds a hook.</summary>
    /// <param name="hook">The hook.</param>
    /// <returns>This collection.</returns>
    public HookCollection Add(Hook hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        _hooks.Add(hook);
        return this;
    }

    /// <summary>Adds a hook with an asynchronous handler.</summary>
    /// <typeparam name="TInput">What the hook is told.</typeparam>
    /// <typeparam name="TOutput">What the hook may answer.</typeparam>
    /// <param name="hookEvent">The event, for example <see cref="HookEvent.UserPromptSubmit"/>.</param>
    /// <param name="handler">The handler; null is no opinion. Its token is cancelled when nobody waits for the answer any more. Calls may overlap.</param>
    /// <param name="timeout">See <see cref="Hook.Timeout"/>; null for its default.</param>
    /// <param name="onFailure">See <see cref="Hook.OnFailure"/>.</param>
    /// <returns>This collection.</returns>
    public HookCollection On<TInput, TOutput>(
        HookEvent<TInput, TOutput> hookEvent,
        Func<TInput, CancellationToken, Task<TOutput?>> handler,
        TimeSpan? timeout = null,
        HookFailurePolicy? onFailure = null)
        where TInput : HookInput
        where TOutput : HookOutput => Add(Hook.For(hookEvent, handler), null, timeout, onFailure);

    /// <summary>Adds a hook with an asynchronous handler for what matches.</summary>
    /// <typeparam name="TInput">What the hook is told.</typeparam>
    /// <typeparam name="TOutput">What the hook may answer.</typeparam>
    /// <param name="hookEvent">The event, for example <see cref="HookEvent.PreToolUse"/>.</param>
    /// <param name="matcher">See <see cref="Hook.Matcher"/>.</param>
    /// <param name="handler">The handler; null is no opinion. Its token is cancelled when nobody waits for the answer any more. Calls may overlap.</param>
    /// <param name="timeout">See <see cref="Hook.Timeout"/>; null for its default.</param>
    /// <param name="onFailure">See <see cref="Hook.OnFailure"/>.</param>
    /// <returns>This collection.</returns>
    public HookCollection On<TInput, TOutput>(
        HookEvent<TInput, TOutput> hookEvent,
        string? matcher,
        Func<TInput, CancellationToken, Task<TOutput?>> handler,
        TimeSpan? timeout = null,
        HookFailurePolicy? onFailure = null)
        where TInput : HookInput
        where TOutput : HookOutput => Add(Hook.For(hookEvent, handler), matcher, timeout, onFailure);

    /// <summary>Adds a hook with a synchronous handler.</summary>
    /// <typeparam name="TInput">What the hook is told.</typeparam>
    /// <typeparam name="TOutput">What the hook may answer.</typeparam>
    /// <param name="hookEvent">The event, for example <see cref="HookEvent.UserPromptSubmit"/>.</param>
    /// <param name="handler">The handler; null is no opinion. Calls may overlap.</param>
    /// <param name="timeout">See <see cref="Hook.Timeout"/>; null for its default.</param>
    /// <param name="onFailure">See <see cref="Hook.OnFailure"/>.</param>
    /// <returns>This collection.</returns>
    public HookCollection On<TInput, TOutput>(
        HookEvent<TInput, TOutput> hookEvent, Func<TInput, TOutput?> handler, TimeSpan? timeout = null, HookFailurePolicy? onFailure = null)
        where TInput : HookInput
        where TOutput : HookOutput => Add(Hook.For(hookEvent, handler), null, timeout, onFailure);

    /// <summary>Adds a hook with a synchronous handler for what matches.</summary>
    /// <typeparam name="TInput">What the hook is told.</typeparam>
    /// <typeparam name="TOutput">What the hook may answer.</typeparam>
    /// <param name="hookEvent">The event, for example <see cref="HookEvent.PreToolUse"/>.</param>
    /// <param name="matcher">See <see cref="Hook.Matcher"/>.</param>
    /// <param name="handler">The handler; null is no opinion. Calls may overlap.</param>
    /// <param name="timeout">See <see cref="Hook.Timeout"/>; null for its default.</param>
    /// <param name="onFailure">See <see cref="Hook.OnFailure"/>.</param>
    /// <returns>This collection.</returns>
    public HookCollection On<TInput, TOutput>(
        HookEvent<TInput, TOutput> hookEvent,
        string? matcher,
        Func<TInput, TOutput?> handler,
        TimeSpan? timeout = null,
        HookFailurePolicy? onFailure = null)
        where TInput : HookInput
        where TOutput : HookOutput => Add(Hook.For(hookEvent, handler), matcher, timeout, onFailure);

    /// <summary>Adds a hook with an asynchronous handler for an event by its name, known or not.</summary>
    /// <param name="hookEvent">The event, for example <c>new HookEvent("Future")</c>.</param>
    /// <param name="handler">The handler. It answers with the output of that event, or with a <see cref="RawHookOutput"/>.</param>
    /// <param name="matcher">See <see cref="Hook.Matcher"/>.</param>
    /// <param name="timeout">See <see cref="Hook.Timeout"/>; null for its default.</param>
    /// <param name="onFailure">See <see cref="Hook.OnFailure"/>.</param>
    /// <returns>This collection.</returns>
    public HookCollection On(
        HookEvent hookEvent,
        Func<HookInput, CancellationToken, Task<HookOutput?>> handler,
        string? matcher = null,
        TimeSpan? timeout = null,
        HookFailurePolicy? onFailure = null) => Add(Hook.For(hookEvent, handler), matcher, timeout, onFailure);

    /// <summary>Adds a hook with a synchronous handler for an event by its name, known or not.</summary>
    /// <param name="hookEvent">The event, for example <c>new HookEvent("Future")</c>.</param>
    /// <param name="handler">The handler. It answers with the output of that event, or with a <see cref="RawHookOutput"/>.</param>
    /// <param name="matcher">See <see cref="Hook.Matcher"/>.</param>
    /// <param name="timeout">See <see cref="Hook.Timeout"/>; null for its default.</param>
    /// <param name="onFailure">See <see cref="Hook.OnFailure"/>.</param>
    /// <returns>This collection.</returns>
    public HookCollection On(
        HookEvent hookEvent,
        Func<HookInput, HookOutput?> handler,
        string? matcher = null,
        TimeSpan? timeout = null,
        HookFailurePolicy? onFailure = null) => Add(Hook.For(hookEvent, handler), matcher, timeout, onFailure);

    /// <summary>Takes a hook out.</summary>
    /// <param name="hook">The hook.</param>
    /// <returns>True when it was there.</returns>
    public bool Remove(Hook hook) => _hooks.Remove(hook);

    /// <summary>Takes all hooks out.</summary>
    public void Clear() => _hooks.Clear();

    /// <inheritdoc/>
    public IEnumerator<Hook> GetEnumerator() => _hooks.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private HookCollection Add(Hook hook, string? matcher, TimeSpan? timeout, HookFailurePolicy? onFailure) =>
        Add(hook with { Matcher = matcher, Timeout = timeout ?? hook.Timeout, OnFailure = onFailure });
}
