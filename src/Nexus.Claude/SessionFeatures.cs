using Nexus.Claude.Diagnostics;
using Nexus.Claude.Hooks;
using Nexus.Claude.Permissions;
using Nexus.Claude.Protocol;
using Nexus.Claude.Sessions;
using Nexus.Claude.Tools;
using Nexus.Claude.Usage;

namespace Nexus.Claude;

/// <summary>The features that take part in one session, made from its options.</summary>
internal sealed class SessionFeatures
{
    private SessionFeatures(List<ISessionFeature> all, UsageMeter usage, InProcessServers servers, ClaudeOptions options)
    {
        All = all;
        Usage = usage;
        Servers = servers;
        Output = options.OutputSchema;
        Retry = options.Retry;
    }

    private SessionFeatures(SessionFeatures others, ISessionFeature more)
    {
        All = [.. others.All, more];
        Usage = others.Usage;
        Servers = others.Servers;
        Output = others.Output;
        Retry = others.Retry;
    }

    /// <summary>All of them, in the order in which they see messages.</summary>
    public IReadOnlyList<ISessionFeature> All { get; }

    /// <summary>What the session uses.</summary>
    public UsageMeter Usage { get; }

    /// <summary>The tool servers. They are there in any session, as a live client may be given the first of them.</summary>
    public InProcessServers Servers { get; }

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
        var servers = new InProcessServers(options.ToolServers, options.LoggerFactory);
        List<ISessionFeature> all = [usage, servers];
        if (options.CanUseTool is not null)
            all.Add(new PermissionFeature(options));
        if (options.Hooks.Count > 0)
        {
            var logger = SilentLogger.Or(options.LoggerFactory);
            all.Add(new HookCallbacks(options.Hooks, options.TimeProvider, logger));
        }

        if (options.OnElicitation is not null || options.OnUserDialog is not null)
            all.Add(new UserQuestions(options));
        if (options.SessionStore is { } store)
            all.Add(new SessionMirror(store, options));
        return new SessionFeatures(all, usage, servers, options);
    }

    /// <summary>These and one more.</summary>
    /// <param name="more">A feature that comes from elsewhere than the options.</param>
    /// <returns>The features.</returns>
    public SessionFeatures With(ISessionFeature more) => new(this, more);
}
