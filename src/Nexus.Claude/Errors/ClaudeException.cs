namespace Nexus.Claude;

/// <summary>The root of every error that Nexus.Claude raises on its own account.</summary>
/// <remarks>
/// Wrong arguments raise <see cref="ArgumentException"/>, cancellation raises <see cref="OperationCanceledException"/> with the
/// caller's token, and use after disposal raises <see cref="ObjectDisposedException"/>; everything else derives from this class.
/// </remarks>
public class ClaudeException : Exception
{
    /// <summary>Creates the exception.</summary>
    public ClaudeException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, on what, and what to do.</param>
    public ClaudeException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, on what, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public ClaudeException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// True when the same call may succeed if it is simply tried again later (overload, rate limit, a network that was away).
    /// A turn that already ran tools may have had effects: retrying it runs them again.
    /// </summary>
    public virtual bool IsTransient => false;
}
