using System.Text.Json;

namespace Nexus.Claude;

/// <summary>
/// Keeps copies of transcripts in a place of your choice, so that a conversation can be resumed on another machine. The CLI writes its own
/// transcript all the same; the store gets what has been written there.
/// </summary>
/// <remarks>
/// <para>
/// An entry is a JSON object of the CLI's own making. Keep it as it is: the order of its members may change, nothing else.
/// Most entries have a <c>uuid</c>, which makes appending idempotent: an entry whose uuid the transcript holds already must not turn up
/// twice, for an append that failed is tried again. Entries without one are always added.
/// </para>
/// <para>
/// Members are called from several sessions at once. Within a session, appends to one key come one after the other. Appending and loading
/// are all that mirroring and resuming by id need; the rest is optional, and <see cref="Capabilities"/> says what there is.
/// <c>SessionStoreContract</c> in Nexus.Claude.Testing checks an implementation.
/// </para>
/// <para>Transcripts hold everything that was said, read and written. Protect the store accordingly.</para>
/// </remarks>
public interface ISessionStore
{
    /// <summary>What the store can do beyond appending and loading. Default nothing.</summary>
    SessionStoreCapabilities Capabilities => SessionStoreCapabilities.None;

    /// <summary>Adds entries to the end of a transcript; makes it if there is none.</summary>
    /// <param name="key">The transcript.</param>
    /// <param name="entries">The entries, in order. They stay valid after the call.</param>
    /// <param name="cancellationToken">Gives up; a part of the entries may have been added, and the call may come again.</param>
    /// <returns>A task that ends when they are stored.</returns>
    Task AppendAsync(SessionKey key, IReadOnlyList<JsonElement> entries, CancellationToken cancellationToken = default);

    /// <summary>Reads a whole transcript.</summary>
    /// <param name="key">The transcript.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The entries in the order in which they were added; null when nothing was ever added.</returns>
    Task<IReadOnlyList<JsonElement>?> LoadAsync(SessionKey key, CancellationToken cancellationToken = default);

    /// <summary>The sessions of a project, in any order. Needs <see cref="SessionStoreCapabilities.List"/>.</summary>
    /// <param name="projectKey">The project.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The sessions; those of which only a sub-agent's transcript is stored are left out.</returns>
    Task<IReadOnlyList<StoredSession>> ListAsync(string projectKey, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException($"{GetType().Name} cannot list sessions.");

    /// <summary>
    /// Summaries of the sessions of a project, in any order, so that a list needs no transcript. Needs
    /// <see cref="SessionStoreCapabilities.Summaries"/>. Keep them up to date with <see cref="SessionSummary.Fold"/> while appending.
    /// </summary>
    /// <param name="projectKey">The project.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The summaries.</returns>
    Task<IReadOnlyList<SessionSummary>> ListSummariesAsync(string projectKey, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException($"{GetType().Name} keeps no summaries.");

    /// <summary>
    /// Removes a transcript; without a <see cref="SessionKey.Subpath"/> the whole session with everything inside of it. Does nothing when
    /// there is none. Needs <see cref="SessionStoreCapabilities.Delete"/>.
    /// </summary>
    /// <param name="key">The transcript.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when it is gone.</returns>
    Task DeleteAsync(SessionKey key, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException($"{GetType().Name} cannot delete.");

    /// <summary>
    /// The <see cref="SessionKey.Subpath"/>s of the transcripts inside of a session, in any order. Needs
    /// <see cref="SessionStoreCapabilities.Subpaths"/>; without it sub-agents are not resumed with their session.
    /// </summary>
    /// <param name="projectKey">The project.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The subpaths.</returns>
    Task<IReadOnlyList<string>> ListSubpathsAsync(string projectKey, string sessionId, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException($"{GetType().Name} cannot list subpaths.");
}

/// <summary>What an <see cref="ISessionStore"/> can do beyond appending and loading.</summary>
[Flags]
public enum SessionStoreCapabilities
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary><see cref="ISessionStore.ListAsync"/>; <see cref="ClaudeOptions.Continue"/> needs it.</summary>
    List = 1,

    /// <summary><see cref="ISessionStore.ListSummariesAsync"/>.</summary>
    Summaries = 2,

    /// <summary><see cref="ISessionStore.DeleteAsync"/>.</summary>
    Delete = 4,

    /// <summary><see cref="ISessionStore.ListSubpathsAsync"/>.</summary>
    Subpaths = 8,

    /// <summary>Everything.</summary>
    All = List | Summaries | Delete | Subpaths,
}

/// <summary>A session in a store.</summary>
/// <param name="SessionId">Its id.</param>
/// <param name="LastModified">When the store was written to last for it, by the store's own clock.</param>
public sealed record StoredSession(string SessionId, DateTimeOffset LastModified);
