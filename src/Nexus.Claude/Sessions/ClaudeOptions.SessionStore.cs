namespace Nexus.Claude;

/// <content>Where transcripts are copied to.</content>
public sealed partial class ClaudeOptions
{
    /// <summary>
    /// Receives a copy of everything that the CLI writes to its transcripts, and is what <see cref="Resume"/> and <see cref="Continue"/>
    /// take sessions from; null for none. A result is handed out once its turn is stored, or after a minute of trying; what could not be
    /// stored is reported by a <see cref="MirrorErrorMessage"/> before it.
    /// </summary>
    /// <remarks>
    /// To resume, the CLI gets a temporary configuration folder with the session, your settings and your credentials without what renews
    /// them. <c>CLAUDE.md</c>, agents, commands and skills of your own folder are not in it, nor is a login in the macOS keychain.
    /// Not together with <see cref="EnableFileCheckpointing"/>, whose copies of files are not transcripts, or without <see cref="PersistSession"/>.
    /// </remarks>
    public ISessionStore? SessionStore { get; set; }

    /// <summary>How soon entries go to <see cref="SessionStore"/>. Default <see cref="SessionStoreFlush.Batched"/>.</summary>
    public SessionStoreFlush SessionStoreFlush { get; set; }

    /// <summary>The longest that each call may take by which <see cref="SessionStore"/> hands out a session to resume. Default 60 seconds.</summary>
    public TimeSpan SessionStoreLoadTimeout { get; set; } = TimeSpan.FromSeconds(60);
}

/// <summary>How soon entries go to a session store.</summary>
public enum SessionStoreFlush
{
    /// <summary>At the end of each turn, and when more than 500 entries or 1 MiB are waiting.</summary>
    Batched,

    /// <summary>As soon as the CLI reports them.</summary>
    Eager,
}
