namespace Nexus.Claude.Memory;

/// <summary>What was forgotten.</summary>
/// <param name="Messages">How many messages were deleted.</param>
/// <param name="IsErased">
/// True when their bytes are gone from the file as well. False when another process was reading at that moment: the messages are found no
/// more, and the next call of <see cref="ClaudeMemory.ForgetAsync"/> erases what is left.
/// </param>
public sealed record ForgetResult(int Messages, bool IsErased);
