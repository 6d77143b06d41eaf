namespace Nexus.Claude.Memory.Store;

/// <summary>A message as it is written: without secrets, cut into tokens, with its scope and project.</summary>
/// <param name="Scope">Whose it is.</param>
/// <param name="Project">Its project, normalised; empty when none is known.</param>
/// <param name="Message">What is kept. Its id is never null.</param>
/// <param name="IndexText">The tokens to find it by, divided by spaces, in UTF-8.</param>
/// <param name="TokenCount">The tokens of its content alone.</param>
/// <param name="Hash">Equal for equal contents.</param>
/// <param name="Flags">What else is known of it.</param>
internal sealed record PreparedMessage(
    MemoryScope Scope, string Project, MemoryMessage Message, byte[] IndexText, int TokenCount, long Hash, MessageFlags Flags);

/// <summary>What is known of a message besides its text.</summary>
[Flags]
internal enum MessageFlags
{
    None = 0,

    /// <summary>The tool failed.</summary>
    Error = 1,

    /// <summary>It reads like an order to a model.</summary>
    Suspicious = 2,

    /// <summary>It came from the web.</summary>
    Web = 4,
}
