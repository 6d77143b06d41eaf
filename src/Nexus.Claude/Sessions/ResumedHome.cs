using System.Text.Json;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Sessions;

/// <summary>
/// A temporary configuration folder for one CLI, with a session out of a store and what of the user's own folder a CLI needs to run.
/// </summary>
internal sealed class ResumedHome : IAsyncDisposable
{
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(800),
    ];

    private readonly string _directory;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private ResumedHome(TimeProvider time, ILogger logger)
    {
        // Made for this user's eyes only.
        _directory = Directory.CreateTempSubdirectory("nexus-claude-session-").FullName;
        _time = time;
        _logger = logger;
    }

    /// <summary>Fetches the session that the options ask for, and points the options to it.</summary>
    /// <param name="store">The store.</param>
    /// <param name="options">Validated options that resume or continue; they are changed.</param>
    /// <param name="logger">The log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The folder; null when there is nothing to continue, and a new session begins.</returns>
    /// <exception cref="SessionNotFoundException">The store has no session of the id to resume.</exception>
    /// <exception cref="ClaudeTimeoutException">The store took too long.</exception>
    public static async Task<ResumedHome?> CreateAsync(ISessionStore store, ClaudeOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        var loader = new StoreLoader(store, ProjectFolder.NameOf(options), options.SessionStoreLoadTimeout, options.TimeProvider);
        string sessionId;
        IReadOnlyList<JsonElement> entries;
        if (options.Resume is { } named)
        {
            sessionId = named;
            entries = await loader.LoadAsync(named, null, cancellationToken).ConfigureAwait(false) ?? throw new SessionNotFoundException(
                named,
                $"The session store ({store.GetType().Name}) has no session {named} for the project '{loader.ProjectKey}', which is made from the working "
                + "directory. Resume in the folder that the session was started in; for a session that only this machine has, call ClaudeSessions.CopyToAsync first.");
        }
        else if (await loader.LoadNewestAsync(cancellationToken).ConfigureAwait(false) is { } newest)
        {
            (sessionId, entries) = newest;
        }
        else
        {
            options.Continue = false;
            options.ForkSession = false;
            return null;
        }

        var subpaths = await loader.ListSubpathsAsync(sessionId, cancellationToken).ConfigureAwait(false);
        var home = new ResumedHome(options.TimeProvider, logger);
        try
        {
            await home.WriteAsync(loader, sessionId, entries, subpaths, cancellationToken).ConfigureAwait(false);
            await ConfigCopy.CopyAsync(options, home._directory, logger, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await home.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        if (OperatingSystem.IsWindows())
            options.Environment["CLAUDE_SECURESTORAGE_CONFIG_DIR"] = ConfigDirectory.Of(options);
        options.Environment[ConfigDirectory.VariableName] = home._directory;
        options.Resume = sessionId;
        options.Continue = false;
        return home;
    }

    /// <summary>Removes the folder. A process that still holds a file in it is waited for a little.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (Directory.Exists(_directory))
                    Directory.Delete(_directory, recursive: true);
                return;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                if (attempt == Pauses.Length)
                {
                    _logger.ResumedHomeLeft(_directory, failure);
                    return;
                }
            }

            await Task.Delay(Pauses[attempt], _time).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a subpath names a file inside of its session on every system.</summary>
    internal static bool IsSafe(string subpath) =>
        subpath.Split('/').All(segment => segment is not ("" or "." or "..") && segment.IndexOfAny(['\\', ':', '\0']) < 0);

    private async Task WriteAsync(
        StoreLoader loader, string sessionId, IReadOnlyList<JsonElement> entries, IReadOnlyList<string> subpaths, CancellationToken cancellationToken)
    {
        var project = Directory.CreateDirectory(Path.Combine(ConfigDirectory.ProjectsOf(_directory), loader.ProjectKey)).FullName;
        await TranscriptFile.CreateAsync(Path.Combine(project, sessionId + TranscriptFile.Extension), TranscriptLine.Write(entries), cancellationToken).ConfigureAwait(false);
        foreach (var subpath in subpaths)
        {
            if (!IsSafe(subpath))
            {
                _logger.SubpathRejected(subpath, sessionId);
                continue;
            }

            var inside = await loader.LoadAsync(sessionId, subpath, cancellationToken).ConfigureAwait(false) ?? [];
            var path = Path.Combine([project, sessionId, .. subpath.Split('/')]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var notes = inside.LastOrDefault(IsMetadata);
            if (notes.ValueKind == JsonValueKind.Object)
            {
                var file = TranscriptLine.Write([AgentMetadata.FromEntry(notes)]);
                await TranscriptFile.CreateAsync(path + AgentMetadata.FileExtension, file, cancellationToken).ConfigureAwait(false);
            }

            var lines = TranscriptLine.Write(inside.Where(entry => !IsMetadata(entry)));
            await TranscriptFile.CreateAsync(path + TranscriptFile.Extension, lines, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsMetadata(JsonElement entry) => TranscriptEntry.Text(entry, "type") == AgentMetadata.EntryType;
}
