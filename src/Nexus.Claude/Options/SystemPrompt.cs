namespace Nexus.Claude;

/// <summary>
/// The system prompt of a session. Without one (<see cref="ClaudeOptions.SystemPrompt"/> is null) nothing is sent and Claude Code's own
/// prompt applies, as on the command line; the official SDKs send an empty prompt in that case.
/// </summary>
/// <example><code>options.SystemPrompt = SystemPrompt.ClaudeCodeWith(append: "Answer in French.");</code></example>
public abstract class SystemPrompt
{
    /// <summary>
    /// As a block of its own among the blocks of a custom prompt, it parts what is the same for every session (before it, may be cached
    /// across sessions) from what is not (after it).
    /// </summary>
    public const string DynamicBoundary = "__SYSTEM_PROMPT_DYNAMIC_BOUNDARY__";

    private protected SystemPrompt()
    {
    }

    /// <summary>Claude Code's own prompt. The same as no setting at all.</summary>
    public static SystemPrompt ClaudeCode { get; } = new ClaudeCodePrompt(null, false);

    /// <summary>No prompt of any length: only the two lines that the CLI always puts first reach the model.</summary>
    public static SystemPrompt Empty { get; } = new CustomPrompt([""], null);

    /// <summary>Claude Code's own prompt with additions.</summary>
    /// <param name="append">Text after Claude Code's own; null for none.</param>
    /// <param name="excludeDynamicSections">
    /// True moves what differs between users and folders (working directory, memory, git status) into the first user message, so that the
    /// prompt can be cached across users.
    /// </param>
    /// <returns>The prompt.</returns>
    public static SystemPrompt ClaudeCodeWith(string? append = null, bool excludeDynamicSections = false) =>
        new ClaudeCodePrompt(append, excludeDynamicSections);

    /// <summary>A prompt of your own in the place of Claude Code's.</summary>
    /// <param name="text">The prompt, of any length.</param>
    /// <param name="snapshot">
    /// False lets a resumed session take a changed prompt instead of the one it began with; null leaves it to the CLI, whose default is true.
    /// </param>
    /// <returns>The prompt.</returns>
    public static SystemPrompt Custom(string text, bool? snapshot = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new CustomPrompt([text], snapshot);
    }

    /// <summary>A prompt of your own in blocks; see <see cref="DynamicBoundary"/>.</summary>
    /// <param name="blocks">The blocks in order.</param>
    /// <param name="snapshot">As for the other overload.</param>
    /// <returns>The prompt.</returns>
    public static SystemPrompt Custom(IEnumerable<string> blocks, bool? snapshot = null)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        return new CustomPrompt([.. blocks], snapshot);
    }

    /// <summary>A prompt of your own that the CLI reads from a file at start.</summary>
    /// <param name="path">The file; a relative path is taken from <see cref="ClaudeOptions.WorkingDirectory"/>.</param>
    /// <returns>The prompt.</returns>
    public static SystemPrompt File(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new PromptFile(path);
    }

    /// <summary>The same as <see cref="Custom(string, bool?)"/>.</summary>
    /// <param name="text">The prompt.</param>
    /// <returns>The prompt.</returns>
    public static SystemPrompt FromString(string text) => Custom(text);

    /// <summary>The same as <see cref="Custom(string, bool?)"/>.</summary>
    /// <param name="text">The prompt.</param>
    public static implicit operator SystemPrompt(string text) => Custom(text);

    internal sealed class ClaudeCodePrompt(string? append, bool excludeDynamicSections) : SystemPrompt
    {
        public string? Append { get; } = append;

        public bool ExcludeDynamicSections { get; } = excludeDynamicSections;
    }

    internal sealed class CustomPrompt(IReadOnlyList<string> blocks, bool? snapshot) : SystemPrompt
    {
        public IReadOnlyList<string> Blocks { get; } = blocks;

        public bool? Snapshot { get; } = snapshot;
    }

    internal sealed class PromptFile(string path) : SystemPrompt
    {
        public string Path { get; } = path;
    }
}
