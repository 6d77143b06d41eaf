using Nexus.Claude.Testing;

namespace Nexus.Claude.Gateway;

/// <summary>The scripted model that answers when there is no account.</summary>
internal static class OfflineServing
{
    /// <summary>Starts it when it is wanted, or needed.</summary>
    /// <param name="claude">What sessions are started with.</param>
    /// <param name="offline">The user wants it.</param>
    /// <param name="mayFallBack">
    /// Whether it may stand in for a missing credential: for somebody who tries the server out on their own machine, never for clients that
    /// would take its answers for a model's.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The model; null when a real one answers.</returns>
    /// <exception cref="ClaudeException">There is no credential, and it must not stand in.</exception>
    public static async Task<OfflineModel?> StartAsync(ClaudeOptions claude, bool offline, bool mayFallBack, CancellationToken cancellationToken)
    {
        if (offline)
            return await OfflineModel.StartAsync(cancellationToken).ConfigureAwait(false);
        var model = await OfflineModel.WhenNoCredentialAsync(claude.Clone(), notice: null, cancellationToken).ConfigureAwait(false);
        if (model is null || mayFallBack)
            return model;
        await model.DisposeAsync().ConfigureAwait(false);
        throw new OptionsValidationException(
            ["The Claude Code CLI has no credential. Set ANTHROPIC_API_KEY, or log in with `claude` as this user, or serve answers of a scripted model with --offline."]);
    }
}
