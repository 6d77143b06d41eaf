using Nexus.Claude.Protocol;
using Nexus.Claude.Tools;

namespace Nexus.Claude;

/// <summary>The features that take part in one session, made from its options. A session without callbacks has none.</summary>
internal sealed class SessionFeatures
{
    private SessionFeatures(List<ISessionFeature> all, InProcessServers servers)
    {
        All = all;
        Servers = servers;
    }

    /// <summary>All of them, in the order in which they see messages.</summary>
    public IReadOnlyList<ISessionFeature> All { get; }

    /// <summary>The tool servers. They are there in any session, as a live client may be given the first of them.</summary>
    public InProcessServers Servers { get; }

    /// <summary>Makes the features.</summary>
    /// <param name="options">The session's own copy of the options.</param>
    /// <returns>The features.</returns>
    public static SessionFeatures For(ClaudeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var servers = new InProcessServers(options.ToolServers, options.LoggerFactory);
        List<ISessionFeature> all = [servers];
        if (options.OnElicitation is not null || options.OnUserDialog is not null)
            all.Add(new UserQuestions(options));
        return new SessionFeatures(all, servers);
    }
}
