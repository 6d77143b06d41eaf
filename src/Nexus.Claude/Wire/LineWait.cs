using System.Runtime.CompilerServices;

namespace Nexus.Claude.Wire;

/// <summary>The wait of a <see cref="LineReader"/>, for one <c>await</c>, which goes on where the bytes have come.</summary>
/// <remarks>
/// No async method stands between the read loop and the stream: a turn waits some thirty times, and its task and its state were as much again to
/// run, and to compile anew while the CLI works.
/// </remarks>
/// <param name="lines">Who waits.</param>
internal readonly struct LineWait(LineReader lines) : ICriticalNotifyCompletion
{
    /// <summary>True when the wait is over.</summary>
    public bool IsCompleted => lines.IsWaitOver;

    /// <summary>What <c>await</c> asks for.</summary>
    /// <returns>This.</returns>
    public LineWait GetAwaiter() => this;

    /// <summary>What the wait has brought. Call once, when it is over.</summary>
    /// <returns>False at the end of the output; true when there may be a line.</returns>
    public bool GetResult() => lines.EndWait();

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => lines.OnWaitOver(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => lines.OnWaitOver(continuation);
}
