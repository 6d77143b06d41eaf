using Nexus.Claude.Permissions;
using Nexus.Claude.Protocol;

namespace Nexus.Claude;

/// <summary>The features that take part in one session, made from its options. A session without callbacks has none.</summary>
internal sealed class SessionFeatures
{
    private SessionFeatures(IReadOnlyList<ISessionFeature> all) => All = all;

    /// <summary>All of them, in the order in which they see messages.</summary>
    public IReadOnlyList<ISessionFeature> All { get; }

    /// <summary>Makes the features.</summary>
    /// <param name="options">The session's own copy of the options.</param>
    /// <returns>The features.</returns>
    public static SessionFeatures For(ClaudeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<ISessionFeature> all = [];
        if (options.CanUseTool is not null)
            all.Add(new PermissionFeature(options));
        return new SessionFeatures(all);
    }

    /// <summary>These and one more.</summary>
    /// <param name="more">A feature that comes from elsewhere than the options.</param>
    /// <returns>The features.</returns>
    public SessionFeatures With(ISessionFeature more) => new([.. All, more]);
}
