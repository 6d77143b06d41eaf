namespace Nexus.Claude;

/// <summary>What happens when unread messages exceed their byte budget.</summary>
public enum MessageBufferingKind
{
    /// <summary>There is no budget.</summary>
    Unbounded,

    /// <summary>Partial messages are dropped, whole ones kept.</summary>
    DropPartialMessages,

    /// <summary>The session fails.</summary>
    Fail,
}
