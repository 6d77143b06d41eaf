using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Protocol;

/// <summary>
/// The wait for more lines, and the reader of those that have been routed. The reader goes on on the thread that would have nothing to do
/// during the wait, so that what a CLI writes costs one change of threads instead of two.
/// </summary>
internal readonly struct WaitThenWake : ICriticalNotifyCompletion
{
    private readonly LineWait _wait;
    private readonly MessageQueue? _reader;

    /// <summary>Begins.</summary>
    /// <param name="wait">The wait. When it is over already this thread has work, and the reader goes on on another one.</param>
    /// <param name="reader">The queue whose reader must be woken; null when none waits.</param>
    public WaitThenWake(LineWait wait, MessageQueue? reader)
    {
        _wait = wait;
        if (wait.IsCompleted)
            reader?.Wake(here: false);
        else
            _reader = reader;
    }

    /// <summary>True when there is nothing to wait for and nobody left to wake.</summary>
    public bool IsCompleted => _reader is null && _wait.IsCompleted;

    /// <summary>What <c>await</c> asks for.</summary>
    /// <returns>This.</returns>
    public WaitThenWake GetAwaiter() => this;

    /// <summary>The outcome of the wait.</summary>
    /// <returns>False at the end of the output.</returns>
    public bool GetResult() => _wait.GetResult();

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation)
    {
        // First, so that the lines that come next find their reader whatever this one does, and for how long.
        _wait.UnsafeOnCompleted(continuation);
        try
        {
            _reader?.Wake(here: true);
        }
        catch (Exception failure)
        {
            // Only a reader that is no async method throws. It is its own mistake, and must not pass for one of the method that waits.
            ThreadPool.UnsafeQueueUserWorkItem(static each => each.Throw(), ExceptionDispatchInfo.Capture(failure), preferLocal: false);
        }
    }
}
