namespace Nexus.Claude.Testing;

/// <summary>The token figures of one reply, as the Messages API reports them in <c>usage</c>. All figures are tokens.</summary>
/// <param name="InputTokens">Input tokens that were neither read from nor written to the prompt cache.</param>
/// <param name="OutputTokens">Output tokens; in a stream the first event says 1 and the last one says this figure.</param>
/// <param name="CacheReadInputTokens">Input tokens read from the prompt cache.</param>
/// <param name="CacheCreationInputTokens">Input tokens written to the prompt cache.</param>
public sealed record ScriptedUsage(
    int InputTokens,
    int OutputTokens,
    int CacheReadInputTokens = 0,
    int CacheCreationInputTokens = 0);
