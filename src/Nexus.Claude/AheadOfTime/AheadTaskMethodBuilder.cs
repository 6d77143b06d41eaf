using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Nexus.Claude.AheadOfTime;

/// <summary>
/// Builds the tasks of async methods that are awaited on the way to a first answer. The task and its outcome are the framework's; only what
/// keeps a method while it waits is ours.
/// </summary>
/// <remarks>
/// The framework's own is a type of another assembly over a type of ours, whose virtual methods no compiler takes in ahead of time: each
/// async method that waits once would cost five more to be compiled just when its answer is there.
/// </remarks>
internal struct AheadTaskMethodBuilder
{
    private AsyncTaskMethodBuilder _outcome;
    private SuspendedMethod? _suspended;

    public Task Task => _outcome.Task;

    public static AheadTaskMethodBuilder Create() => default;

    public void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => _outcome.Start(ref stateMachine);

    [SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "The compiler calls it on the builder.")]
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine) => ArgumentNullException.ThrowIfNull(stateMachine);

    public void SetResult() => _outcome.SetResult();

    public void SetException(Exception exception) => _outcome.SetException(exception);

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.OnCompleted(Suspend(ref stateMachine));

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.UnsafeOnCompleted(Suspend(ref stateMachine));

    private Action Suspend<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        _ = _outcome.Task; // It must be there before the method is kept, and this builder with it.
        return SuspendedMethod.Wait(ref _suspended, ref stateMachine);
    }
}

/// <inheritdoc cref="AheadTaskMethodBuilder"/>
/// <typeparam name="T">The task's result.</typeparam>
internal struct AheadTaskMethodBuilder<T>
{
    private AsyncTaskMethodBuilder<T> _outcome;
    private SuspendedMethod? _suspended;

    public Task<T> Task => _outcome.Task;

    public static AheadTaskMethodBuilder<T> Create() => default;

    public void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => _outcome.Start(ref stateMachine);

    [SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "The compiler calls it on the builder.")]
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine) => ArgumentNullException.ThrowIfNull(stateMachine);

    public void SetResult(T result) => _outcome.SetResult(result);

    public void SetException(Exception exception) => _outcome.SetException(exception);

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.OnCompleted(Suspend(ref stateMachine));

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => awaiter.UnsafeOnCompleted(Suspend(ref stateMachine));

    private Action Suspend<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        _ = _outcome.Task; // It must be there before the method is kept, and this builder with it.
        return SuspendedMethod.Wait(ref _suspended, ref stateMachine);
    }
}

/// <summary>An async method that waits, with the context in which it goes on.</summary>
internal abstract class SuspendedMethod
{
    private static readonly ContextCallback InContext = static state => ((SuspendedMethod)state!).Step();

    private readonly Action _resume;
    private ExecutionContext? _context;

    protected SuspendedMethod() => _resume = Resume;

    /// <summary>Begins a wait.</summary>
    /// <param name="suspended">Where the method's builder keeps it; null at its first wait.</param>
    /// <param name="stateMachine">The method, its builder included.</param>
    /// <returns>What ends the wait.</returns>
    public static Action Wait<TStateMachine>(ref SuspendedMethod? suspended, ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        if (suspended is null)
        {
            var first = new SuspendedMethod<TStateMachine>();
            suspended = first;
            first.Keep(ref stateMachine);
        }

        suspended._context = ExecutionContext.Capture();
        return suspended._resume;
    }

    /// <summary>Runs the method up to its next wait or its end.</summary>
    protected abstract void Step();

    private void Resume()
    {
        var context = _context;
        _context = null;
        // There is none when the caller has suppressed its flow.
        if (context is null)
            Step();
        else
            ExecutionContext.Run(context, InContext, this);
    }
}

/// <inheritdoc/>
/// <typeparam name="TStateMachine">The method.</typeparam>
internal sealed class SuspendedMethod<TStateMachine> : SuspendedMethod
    where TStateMachine : IAsyncStateMachine
{
    private TStateMachine? _stateMachine;

    /// <summary>Takes in the method at its first wait.</summary>
    /// <param name="stateMachine">The method.</param>
    public void Keep(ref TStateMachine stateMachine) => _stateMachine = stateMachine;

    /// <inheritdoc/>
    protected override void Step() => _stateMachine!.MoveNext();
}
