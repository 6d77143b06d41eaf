using System.Text.Json;
using Nexus.Claude.Sessions;

namespace Nexus.Claude;

/// <summary>
/// Keeps transcripts as files in a folder: one line an entry, one file a transcript. Several processes, and several machines on a shared
/// file system that honours locks, may use the same folder at once.
/// </summary>
/// <remarks>
/// The files are made for this user's eyes only. An append is one write at the end of the file under the session's lock, so entries of two
/// writers never mix; what a crash cuts off is passed over when the file is read. Nothing is ever deleted unless it is asked for.
/// </remarks>
public sealed class FileSessionStore : ISessionStore
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true };

    private readonly string _directory;
    private readonly TimeProvider _time;

    /// <summary>Uses a folder.</summary>
    /// <param name="directory">The folder; it is made when something is stored.</param>
    /// <param name="timeProvider">The clock by which locks are waited for; null for the system's.</param>
    public FileSessionStore(string directory, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        _directory = Path.GetFullPath(directory);
        _time = timeProvider ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public SessionStoreCapabilities Capabilities => SessionStoreCapabilities.All;

    /// <inheritdoc/>
    public async Task AppendAsync(SessionKey key, IReadOnlyList<JsonElement> entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var path = PathOf(key);
        using var held = await LockAsync(key, cancellationToken).ConfigureAwait(false);
        CreatePrivateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
            await TranscriptFile.CreateAsync(path, default, cancellationToken).ConfigureAwait(false);
        var before = new FileInfo(path) is { Length: > 0 } ? ModifiedAt(path) : (DateTimeOffset?)null;
        AppendOnlyFile.AppendLines(path, TranscriptLine.Write(entries).Span);
        if (key.Subpath is null)
            await FoldAsync(key, path, before, entries, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<JsonElement>?> LoadAsync(SessionKey key, CancellationToken cancellationToken = default)
    {
        var path = PathOf(key);
        List<TranscriptEntry> entries;
        try
        {
            entries = await TranscriptFile.ReadAllAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        // Appends are written as they come; an entry that was appended twice is one entry.
        HashSet<string> uuids = new(StringComparer.Ordinal);
        return [.. entries.Where(entry => entry.Uuid is not { } uuid || uuids.Add(uuid)).Select(entry => entry.Json)];
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredSession>> ListAsync(string projectKey, CancellationToken cancellationToken = default)
    {
        List<StoredSession> sessions = [];
        foreach (var file in FilesOf(projectKey, TranscriptFile.Extension))
        {
            if (StoreName.TryDecode(Path.GetFileNameWithoutExtension(file), out var id))
                sessions.Add(new StoredSession(id, ModifiedAt(file)));
        }

        return Task.FromResult<IReadOnlyList<StoredSession>>(sessions);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SessionSummary>> ListSummariesAsync(string projectKey, CancellationToken cancellationToken = default)
    {
        List<SessionSummary> summaries = [];
        foreach (var file in FilesOf(projectKey, SummaryFile.Extension))
        {
            if (StoreName.TryDecode(Path.GetFileName(file)[..^SummaryFile.Extension.Length], out var id)
                && await SummaryFile.ReadAsync(file, id, cancellationToken).ConfigureAwait(false) is { } summary)
                summaries.Add(summary);
        }

        return summaries;
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(SessionKey key, CancellationToken cancellationToken = default)
    {
        var path = PathOf(key);
        if (!Directory.Exists(ProjectPathOf(key.ProjectKey)))
            return;
        using var held = await LockAsync(key, cancellationToken).ConfigureAwait(false);
        if (Directory.Exists(Path.GetDirectoryName(path)))
            File.Delete(path);
        if (key.Subpath is not null)
            return;
        File.Delete(SessionPathOf(key) + SummaryFile.Extension);
        if (Directory.Exists(SessionPathOf(key)))
            Directory.Delete(SessionPathOf(key), recursive: true);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListSubpathsAsync(string projectKey, string sessionId, CancellationToken cancellationToken = default)
    {
        var folder = SessionPathOf(new SessionKey { ProjectKey = projectKey, SessionId = sessionId });
        List<string> subpaths = [];
        foreach (var file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*" + TranscriptFile.Extension, Everything) : [])
        {
            var segments = Path.GetRelativePath(folder, file)[..^TranscriptFile.Extension.Length].Split(Path.DirectorySeparatorChar);
            var names = segments.Select(segment => StoreName.TryDecode(segment, out var name) ? name : null).ToList();
            if (!names.Contains(null))
                subpaths.Add(string.Join('/', names));
        }

        return Task.FromResult<IReadOnlyList<string>>(subpaths);
    }

    private async Task FoldAsync(
        SessionKey key, string path, DateTimeOffset? before, IReadOnlyList<JsonElement> entries, CancellationToken cancellationToken)
    {
        var file = SessionPathOf(key) + SummaryFile.Extension;
        var previous = await SummaryFile.ReadAsync(file, key.SessionId, cancellationToken).ConfigureAwait(false);
        if (before is not null && (previous is null || previous.LastModified < before))
        {
            // An earlier writer died between its append and its summary: what it added is not in there.
            previous = null;
            entries = await LoadAsync(key, cancellationToken).ConfigureAwait(false) ?? entries;
        }

        await SummaryFile.WriteAsync(file, SessionSummary.Fold(previous, key, entries, ModifiedAt(path)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps other writers of the session away. The lock file outlives the session: deleting it would let two in at once.</summary>
    private async Task<FileStream> LockAsync(SessionKey key, CancellationToken cancellationToken)
    {
        var project = ProjectPathOf(key.ProjectKey);
        CreatePrivateDirectory(project);
        var path = Path.Combine(project, StoreName.Encode(key.SessionId, nameof(SessionKey.SessionId)) + ".lock");
        return await FileLock.AcquireAsync(path, _time, cancellationToken).ConfigureAwait(false);
    }

    private string PathOf(SessionKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var path = SessionPathOf(key);
        if (key.Subpath is { } subpath)
            path = Path.Combine([path, .. subpath.Split('/').Select(segment => StoreName.Encode(segment, nameof(SessionKey.Subpath)))]);
        return path + TranscriptFile.Extension;
    }

    private string SessionPathOf(SessionKey key) =>
        Path.Combine(ProjectPathOf(key.ProjectKey), StoreName.Encode(key.SessionId, nameof(SessionKey.SessionId)));

    private string ProjectPathOf(string projectKey) => Path.Combine(_directory, StoreName.Encode(projectKey, nameof(SessionKey.ProjectKey)));

    private string[] FilesOf(string projectKey, string extension) =>
        ProjectPathOf(projectKey) is var folder && Directory.Exists(folder) ? Directory.GetFiles(folder, "*" + extension) : [];

    private static DateTimeOffset ModifiedAt(string file) => new(File.GetLastWriteTimeUtc(file));

    private static void CreatePrivateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
