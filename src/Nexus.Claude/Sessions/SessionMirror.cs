using System.Text.Json;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Diagnostics;
using Nexus.Claude.Protocol;

namespace Nexus.Claude.Sessions;

/// <summary>Copies what the CLI writes to its transcripts into a session store, and lets the CLI resume from there.</summary>
internal sealed class SessionMirror : ISessionFeature
{
    /// <summary>The longest that a result, or the end of the session, is held back for the store.</summary>
    internal static readonly TimeSpan LongestHold = MirrorWriter.AppendTimeout;

    private readonly ISessionStore _store;
    private readonly bool _isEager;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly MirrorWriter _writer;
    private readonly HashSet<string> _strangers = new(StringComparer.Ordinal);
    private string[] _projects = [];
    private ResumedHome? _home;
    private Session? _session;

    /// <summary>Makes the feature for a session.</summary>
    /// <param name="store">The store.</param>
    /// <param name="options">The session's options.</param>
    public SessionMirror(ISessionStore store, ClaudeOptions options)
    {
        _store = store;
        _isEager = options.SessionStoreFlush == SessionStoreFlush.Eager;
        _time = options.TimeProvider;
        _logger = SilentLogger.Or(options.LoggerFactory);
        _writer = new MirrorWriter(store, _time, _logger);
        SetConfigDirectory(ConfigDirectory.Of(options));
    }

    /// <inheritdoc/>
    public async ValueTask PrepareAsync(ClaudeOptions options, CancellationToken cancellationToken)
    {
        if (options.Resume is not null || options.Continue)
        {
            ClaudeOptionsValidator.Validate(options);
            _home = await ResumedHome.CreateAsync(_store, options, _logger, cancellationToken).ConfigureAwait(false);
        }

        SetConfigDirectory(ConfigDirectory.Of(options));
    }

    /// <inheritdoc/>
    public void Attach(Session session) => _session = session;

    /// <inheritdoc/>
    public bool Takes(ClaudeMessage message)
    {
        if (message is not TranscriptMirrorMessage mirror)
            return false;
        if (mirror.Entries.ValueKind != JsonValueKind.Array)
            return true;
        if (KeyOf(mirror.FilePath) is not { } key)
            ReportStranger(mirror.FilePath);
        else if (_writer.Add(key, mirror.Entries) || _isEager)
            _ = _writer.FlushAsync();
        return true;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ClaudeMessage>> BeforeResultAsync(ResultMessage result)
    {
        var flush = _writer.FlushAsync();
        return flush.IsCompleted && !_writer.HasErrors ? ISessionFeature.NothingBefore : WaitAsync(flush);
    }

    /// <inheritdoc/>
    public async ValueTask EndAsync()
    {
        foreach (var error in await WaitAsync(_writer.FlushAsync()).ConfigureAwait(false))
            _session?.Say(error);
        if (_home is not null)
            await _home.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The transcript that a file is.</summary>
    /// <param name="path">The file, as the CLI names it.</param>
    /// <returns>The key; null for a file that is not under the folder of transcripts.</returns>
    internal SessionKey? KeyOf(string path)
    {
        if (!path.EndsWith(TranscriptFile.Extension, StringComparison.Ordinal))
            return null;
        var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        foreach (var root in _projects)
        {
            if (!path.StartsWith(root, comparison) || path.Length == root.Length || path[root.Length] is not ('/' or '\\'))
                continue;
            var segments = path[(root.Length + 1)..^TranscriptFile.Extension.Length].Split('/', '\\');
            if (segments.Length < 2 || Array.Exists(segments, segment => segment is "" or "." or ".."))
                return null;
            return new SessionKey
            {
                ProjectKey = segments[0],
                SessionId = segments[1],
                Subpath = segments.Length == 2 ? null : string.Join('/', segments[2..]),
            };
        }

        return null;
    }

    private void SetConfigDirectory(string directory)
    {
        // The CLI names files by the folder as it was given to it, or by where that really is.
        var projects = ConfigDirectory.ProjectsOf(directory);
        _projects = [.. new[] { projects, CanonicalPath.Resolve(projects) }.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Says once that a file is not under the folder that we look in, for example because a wrapper script moves the CLI's home.</summary>
    private void ReportStranger(string path)
    {
        if (!_strangers.Add(path))
            return;
        _logger.MirrorPathUnknown(path, _projects[0]);
        _writer.Report(
            new SessionKey { SessionId = Path.GetFileNameWithoutExtension(path) },
            $"The CLI writes to '{path}', which is not under '{_projects[0]}', so it is not copied to the session store. "
            + "Set CLAUDE_CONFIG_DIR in ClaudeOptions.Environment to the folder that the CLI uses.");
    }

    private async Task<IReadOnlyList<ClaudeMessage>> WaitAsync(Task flush)
    {
        try
        {
            await flush.WaitAsync(LongestHold, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The store is told on; what comes of it is reported with a later result.
            _logger.MirrorHoldEnded(LongestHold.TotalSeconds);
        }

        return _writer.TakeErrors();
    }
}
