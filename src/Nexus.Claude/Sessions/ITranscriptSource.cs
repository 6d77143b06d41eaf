using System.Text.Json;

namespace Nexus.Claude.Sessions;

/// <summary>Where transcripts are: on this machine's disk, or in a store.</summary>
internal interface ITranscriptSource
{
    /// <summary>All sessions, in no order.</summary>
    Task<IReadOnlyList<SessionInfo>> ListAsync(SessionListOptions options, CancellationToken cancellationToken);

    /// <summary>One session; null when there is none, or nothing was said in it.</summary>
    Task<SessionInfo?> FindAsync(string sessionId, CancellationToken cancellationToken);

    /// <summary>A whole transcript; null when there is none.</summary>
    Task<IReadOnlyList<TranscriptEntry>?> LoadAsync(string sessionId, string? subpath, CancellationToken cancellationToken);

    /// <summary>The transcripts inside of a session, by their subpaths.</summary>
    Task<IReadOnlyList<string>> SubpathsAsync(string sessionId, CancellationToken cancellationToken);

    /// <summary>What is known of a sub-agent; an undefined value when nothing is.</summary>
    Task<JsonElement> AgentMetadataAsync(string sessionId, string subpath, CancellationToken cancellationToken);

    /// <summary>Adds an entry to a session that exists.</summary>
    /// <exception cref="SessionNotFoundException">It does not.</exception>
    Task AppendAsync(string sessionId, JsonElement entry, CancellationToken cancellationToken);

    /// <summary>Makes a session beside another one.</summary>
    Task CreateBesideAsync(string sessionId, string newSessionId, IReadOnlyList<JsonElement> entries, CancellationToken cancellationToken);

    /// <summary>Removes a session with everything inside of it.</summary>
    /// <exception cref="SessionNotFoundException">There is none.</exception>
    Task DeleteAsync(string sessionId, CancellationToken cancellationToken);

    /// <summary>Says that a session is not there.</summary>
    SessionNotFoundException NotFound(string sessionId);
}
