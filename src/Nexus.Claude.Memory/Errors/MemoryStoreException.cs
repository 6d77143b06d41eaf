namespace Nexus.Claude.Memory;

/// <summary>The memory could not be opened, read or written.</summary>
public sealed class MemoryStoreException : ClaudeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="failure">What kind of failure it is.</param>
    /// <param name="message">What happened, on which file, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public MemoryStoreException(MemoryStoreFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    /// <summary>What kind of failure it is.</summary>
    public MemoryStoreFailure Failure { get; }

    /// <summary>True when the store was busy, full or away, and the same call may work later.</summary>
    public override bool IsTransient => Failure is MemoryStoreFailure.Busy or MemoryStoreFailure.Full or MemoryStoreFailure.Unavailable;
}
