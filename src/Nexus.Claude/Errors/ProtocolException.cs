namespace Nexus.Claude;

/// <summary>The CLI answered something that the protocol does not allow, or refused a control request.</summary>
public sealed class ProtocolException : ClaudeException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="innerException">The cause, if any.</param>
    public ProtocolException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The <c>subtype</c> of the control request that was refused; null when the trouble was another.</summary>
    public string? RequestSubtype { get; init; }

    /// <summary>The CLI's machine-readable code, for example <c>invalid_mode</c>; null when it sent none (CLI 2.1.197 never does).</summary>
    public string? ErrorCode { get; init; }
}
