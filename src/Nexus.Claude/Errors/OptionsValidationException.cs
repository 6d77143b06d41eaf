namespace Nexus.Claude;

/// <summary>One or more options cannot be used as they are. All mistakes are reported together.</summary>
/// <param name="failures">One sentence for each mistake; each names the property.</param>
public sealed class OptionsValidationException(IReadOnlyList<string> failures)
    : ClaudeException(failures.Count == 1 ? failures[0] : "The options have " + failures.Count + " mistakes:\n- " + string.Join("\n- ", failures))
{
    /// <summary>One sentence for each mistake; each names the property.</summary>
    public IReadOnlyList<string> Failures { get; } = failures;
}
