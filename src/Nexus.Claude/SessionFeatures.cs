using Nexus.Claude.Protocol;
using Nexus.Claude.Usage;

namespace Nexus.Claude;

/// <summary>The features that take part in one session, made from its options. A session without callbacks only counts what it uses.</summary>
internal sealed class SessionFeatures
{
    private SessionFeatures(List<ISessionFeature> all, UsageMeter usage, ClaudeOptions options)
    {
        All = all;
        Usage = usage;
        Output = options.OutputSchema;
        Retry = options.Retry;
    }

    /// <summary>All of them, in the order in which they see messages.</summary>
    public IReadOnlyList<ISessionFeature> All { get; }

    /// <summary>What the session uses.</summary>
    public UsageMeter Usage { get; }

    /// <summary>The schema of the session's answers; null for free text.</summary>
    public OutputSchema? Output { get; }

    /// <summary>How failed questions are asked again; null for not at all.</summary>
    public RetryPolicy? Retry { get; }

    /// <summary>Makes the features.</summary>
    /// <param name="options">The session's own copy of the options.</param>
    /// <returns>The features.</returns>
    public static SessionFeatures For(ClaudeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var usage = new UsageMeter(options.Budget);
        List<ISessionFeature> all = [usage];
        return new SessionFeatures(all, usage, options);
    }
}
