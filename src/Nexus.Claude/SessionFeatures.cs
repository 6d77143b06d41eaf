using Microsoft.Extensions.Logging.Abstractions;
using Nexus.Claude.Hooks;
using Nexus.Claude.Protocol;

namespace Nexus.Claude;

/// <summary>The features that take part in one session, made from its options. A session without callbacks has none.</summary>
internal sealed class SessionFeatures
{
    /// <summary>Takes the features.</summary>
    /// <param name="all">All of them.</param>
    public SessionFeatures(IReadOnlyList<ISessionFeature> all) => All = all;

    /// <summary>All of them, in the order in which they see messages.</summary>
    public IReadOnlyList<ISessionFeature> All { get; }

    /// <summary>Makes the features.</summary>
    /// <param name="options">The session's own copy of the options.</param>
    /// <returns>The features.</returns>
    public static SessionFeatures For(ClaudeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<ISessionFeature> all = [];
        var logger = options.LoggerFactory?.CreateLogger("Nexus.Claude") ?? NullLogger.Instance;
        if (options.Hooks.Count > 0)
            all.Add(new HookCallbacks(options.Hooks, options.TimeProvider, logger));
        return new SessionFeatures(all);
    }
}
