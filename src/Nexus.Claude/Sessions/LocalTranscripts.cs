using System.Text.Json;

namespace Nexus.Claude.Sessions;

/// <summary>The transcripts that CLIs have written on this machine.</summary>
/// <param name="configDirectory">The CLI's folder.</param>
/// <param name="projectDirectory">The project; null for all.</param>
internal sealed class LocalTranscripts(string configDirectory, string? projectDirectory) : ITranscriptSource
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };

    private readonly string _projects = ConfigDirectory.ProjectsOf(configDirectory);

    public async Task<IReadOnlyList<SessionInfo>> ListAsync(SessionListOptions options, CancellationToken cancellationToken)
    {
        Dictionary<string, SessionInfo> newest = new(StringComparer.Ordinal);
        foreach (var (folder, belongs) in Folders(options.IncludeWorktrees))
        {
            foreach (var file in Directory.EnumerateFiles(folder, "*" + TranscriptFile.Extension))
            {
                var id = Path.GetFileNameWithoutExtension(file);
                if (!Guid.TryParseExact(id, "D", out _)
                    || await SummarizeAsync(id, file, belongs, options.IncludeProgrammatic, cancellationToken).ConfigureAwait(false) is not { } info)
                    continue;
                if (!newest.TryGetValue(id, out var other) || other.LastModified < info.LastModified)
                    newest[id] = info;
            }
        }

        return [.. newest.Values];
    }

    public async Task<SessionInfo?> FindAsync(string sessionId, CancellationToken cancellationToken) =>
        await PathOfAsync(sessionId, cancellationToken).ConfigureAwait(false) is { } path
            ? await SummarizeAsync(sessionId, path, null, includeProgrammatic: true, cancellationToken).ConfigureAwait(false)
            : null;

    public async Task<IReadOnlyList<TranscriptEntry>?> LoadAsync(string sessionId, string? subpath, CancellationToken cancellationToken)
    {
        if (await PathOfAsync(sessionId, cancellationToken).ConfigureAwait(false) is not { } path)
            return null;
        if (subpath is not null)
            path = InsideOf(path, subpath + TranscriptFile.Extension);
        return File.Exists(path) ? await TranscriptFile.ReadAllAsync(path, cancellationToken).ConfigureAwait(false) : null;
    }

    public async Task<IReadOnlyList<string>> SubpathsAsync(string sessionId, CancellationToken cancellationToken)
    {
        if (await PathOfAsync(sessionId, cancellationToken).ConfigureAwait(false) is not { } path || FolderOf(path) is var folder && !Directory.Exists(folder))
            return [];
        return [.. Directory.EnumerateFiles(folder, "*" + TranscriptFile.Extension, Everything)
            .Select(file => Path.GetRelativePath(folder, file)[..^TranscriptFile.Extension.Length].Replace(Path.DirectorySeparatorChar, '/'))
            .Order(StringComparer.Ordinal)];
    }

    public async Task<JsonElement> AgentMetadataAsync(string sessionId, string subpath, CancellationToken cancellationToken)
    {
        if (await PathOfAsync(sessionId, cancellationToken).ConfigureAwait(false) is not { } path)
            return default;
        var file = InsideOf(path, subpath + AgentMetadata.FileExtension);
        return File.Exists(file) && TranscriptEntry.TryRead(await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false), out var metadata)
            ? metadata.Json
            : default;
    }

    public async Task AppendAsync(string sessionId, JsonElement entry, CancellationToken cancellationToken)
    {
        var path = await PathOfAsync(sessionId, cancellationToken).ConfigureAwait(false) ?? throw NotFound(sessionId);
        try
        {
            AppendOnlyFile.AppendLines(path, TranscriptLine.Write([entry]).Span);
        }
        catch (FileNotFoundException)
        {
            throw NotFound(sessionId);
        }
    }

    public async Task CreateBesideAsync(
        string sessionId, string newSessionId, IReadOnlyList<JsonElement> entries, CancellationToken cancellationToken)
    {
        var path = await PathOfAsync(sessionId, cancellationToken).ConfigureAwait(false) ?? throw NotFound(sessionId);
        var copy = Path.Combine(Path.GetDirectoryName(path)!, newSessionId + TranscriptFile.Extension);
        await TranscriptFile.CreateAsync(copy, TranscriptLine.Write(entries), cancellationToken).ConfigureAwait(false);
    }

    public async Task DeleteAsync(string sessionId, CancellationToken cancellationToken)
    {
        var path = await PathOfAsync(sessionId, cancellationToken).ConfigureAwait(false) ?? throw NotFound(sessionId);
        File.Delete(path);
        if (FolderOf(path) is var folder && Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    public SessionNotFoundException NotFound(string sessionId) => new(
        sessionId,
        projectDirectory is null
            ? $"There is no session {sessionId} in any project under '{_projects}'."
            : $"There is no session {sessionId} for the project '{projectDirectory}' under '{_projects}'. A session belongs to the folder it was started in.");

    /// <summary>The folder of the transcripts of a project of which the session is part; sessions keep it for life.</summary>
    public async Task<string?> ProjectKeyOfAsync(string sessionId, CancellationToken cancellationToken) =>
        await PathOfAsync(sessionId, cancellationToken).ConfigureAwait(false) is { } path ? Path.GetFileName(Path.GetDirectoryName(path)) : null;

    private async Task<string?> PathOfAsync(string sessionId, CancellationToken cancellationToken)
    {
        foreach (var (folder, belongs) in Folders(includeWorktrees: true))
        {
            // A file without content is a stub: the session itself may lie in another project.
            var file = new FileInfo(Path.Combine(folder, sessionId + TranscriptFile.Extension));
            if (file is { Exists: true, Length: > 0 }
                && (belongs is null || belongs(await TranscriptFile.SummarizeAsync(file.FullName, cancellationToken).ConfigureAwait(false))))
                return file.FullName;
        }

        return null;
    }

    private static async Task<SessionInfo?> SummarizeAsync(
        string sessionId, string path, Predicate<SummaryState>? belongs, bool includeProgrammatic, CancellationToken cancellationToken)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Length == 0)
                return null;
            var summary = await TranscriptFile.SummarizeAsync(path, cancellationToken).ConfigureAwait(false);
            if (belongs?.Invoke(summary) == false || (!includeProgrammatic && IsProgrammatic(summary.EntryPoint)))
                return null;
            return summary.ToInfo(sessionId, new DateTimeOffset(file.LastWriteTimeUtc), file.Length);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            // Deleted meanwhile, or another account's: not a session of this user.
            return null;
        }
    }

    private static bool IsProgrammatic(string? entryPoint) =>
        entryPoint is "daemon" or "daemon-worker" || entryPoint?.StartsWith("sdk-", StringComparison.Ordinal) == true;

    /// <summary>The folders to look in, each with the test that a session in it must pass; null where all do.</summary>
    private IEnumerable<(string Folder, Predicate<SummaryState>? Belongs)> Folders(bool includeWorktrees)
    {
        if (!Directory.Exists(_projects))
            return [];
        if (projectDirectory is null)
            return Directory.EnumerateDirectories(_projects).Select(folder => (folder, (Predicate<SummaryState>?)null));
        IEnumerable<string> projects = [projectDirectory, .. includeWorktrees ? GitWorktrees.Of(projectDirectory) : []];
        return projects.Select(CanonicalPath.Resolve).Distinct(StringComparer.Ordinal).SelectMany(FoldersOf);
    }

    private IEnumerable<(string Folder, Predicate<SummaryState>? Belongs)> FoldersOf(string project)
    {
        var name = ProjectFolder.Encode(project);
        var exact = Path.Combine(_projects, name);
        if (Directory.Exists(exact))
            yield return (exact, null);
        if (name.Length <= ProjectFolder.LongestName)
            yield break;

        // Older CLIs cut the name at the same place and made another hash; only the session's own words say whose it is.
        foreach (var folder in Directory.EnumerateDirectories(_projects, name[..ProjectFolder.LongestName] + "-*").Where(folder => folder != exact))
        {
            yield return (folder, summary =>
                summary.WorkingDirectory is { } directory && CanonicalPath.Resolve(directory) == project);
        }
    }

    private static string FolderOf(string transcript) => transcript[..^TranscriptFile.Extension.Length];

    private static string InsideOf(string transcript, string subpath) =>
        Path.Combine(FolderOf(transcript), subpath.Replace('/', Path.DirectorySeparatorChar));
}
