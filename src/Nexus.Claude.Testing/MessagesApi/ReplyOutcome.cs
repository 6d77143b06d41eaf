namespace Nexus.Claude.Testing;

/// <summary>How the answer to one request ended, seen from the scripted API.</summary>
public enum ReplyOutcome
{
    /// <summary>Everything the reply held was sent (an HTTP error counts as sent).</summary>
    Sent,

    /// <summary>The reply broke off as scripted: cut off, truncated or ended by an error event.</summary>
    BrokenOff,

    /// <summary>The client closed the connection before the end, as the CLI does when a turn is interrupted.</summary>
    ClientGone,

    /// <summary>The API was disposed before the reply was complete.</summary>
    Stopped,
}
