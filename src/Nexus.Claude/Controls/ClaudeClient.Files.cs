using Nexus.Claude.Controls;

namespace Nexus.Claude;

/// <summary>Files as the CLI sees them: on its machine, under its permission rules.</summary>
public sealed partial class ClaudeClient
{
    /// <summary>Reads a file on the CLI's machine under the permission rules of the <c>Read</c> tool. The model learns nothing of it.</summary>
    /// <param name="path">The file; a relative path is taken from the session's working folder.</param>
    /// <param name="maxBytes">The most bytes to read; null for the CLI's limit of 1 MB.</param>
    /// <param name="binary">True transports the bytes exactly, for images and the like; see <see cref="FileContents.ToBytes"/>.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The contents.</returns>
    /// <exception cref="ProtocolException">The file does not exist or may not be read. The CLI does not say which.</exception>
    public Task<FileContents> ReadFileAsync(string path, int? maxBytes = null, bool binary = false, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (maxBytes is { } limit)
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit, nameof(maxBytes));
        return RequestAsync(
            "read_file",
            json =>
            {
                json.WriteString("path"u8, path);
                if (maxBytes is { } most)
                    json.WriteNumber("max_bytes"u8, most);
                if (binary)
                    json.WriteString("encoding"u8, "base64"u8);
            },
            ControlJson.Default.FileContents,
            cancellationToken);
    }

    /// <summary>Asks which files could be meant by the beginning of a name, as the terminal does after an <c>@</c>.</summary>
    /// <param name="query">What has been typed; empty lists the working folder.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>
    /// The files, the likeliest first. The CLI builds its index on the first question, so that one may find nothing yet.
    /// </returns>
    public Task<FileSuggestions> SuggestFilesAsync(string query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return RequestAsync("file_suggestions", json => json.WriteString("query"u8, query), ControlJson.Default.FileSuggestions, cancellationToken);
    }

    /// <summary>
    /// Tells the CLI that the model has read a file which the conversation no longer shows, so that it may be edited without being read again.
    /// CLI 2.1.330 lets its newest models edit unread files too.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="modifiedAt">
    /// When the file had last been changed when it was read. If it has been changed since, the CLI ignores the call, and the model must read it
    /// again.
    /// </param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>A task that ends when the CLI has taken note.</returns>
    public Task SeedReadStateAsync(string path, DateTimeOffset modifiedAt, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return RequestAsync(
            "seed_read_state",
            json =>
            {
                json.WriteString("path"u8, path);
                json.WriteNumber("mtime"u8, modifiedAt.ToUnixTimeMilliseconds());
            },
            cancellationToken);
    }

    /// <summary>
    /// Makes a folder inside of the working folder (or of one of <see cref="ClaudeOptions.AdditionalDirectories"/>) a root of its own, for example
    /// a repository that was cloned there, and loads what it holds for Claude.
    /// </summary>
    /// <param name="directory">The folder; the working folder itself or a folder that is a root already is refused.</param>
    /// <param name="reloadMemory">True reads its <c>CLAUDE.md</c>.</param>
    /// <param name="reloadPlugins">True loads its plugins.</param>
    /// <param name="reloadSkills">True loads its skills.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The folder as the CLI knows it, symbolic links resolved.</returns>
    /// <exception cref="ProtocolException">The folder is not inside of those, or is a root already.</exception>
    public async Task<string> RegisterRepositoryRootAsync(
        string directory,
        bool reloadMemory = false,
        bool reloadPlugins = false,
        bool reloadSkills = false,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var reply = await RequestAsync(
            "register_repo_root",
            json =>
            {
                json.WriteString("directory"u8, directory);
                json.WriteBoolean("reload_claude_md"u8, reloadMemory);
                json.WriteBoolean("reload_plugins"u8, reloadPlugins);
                json.WriteBoolean("reload_skills"u8, reloadSkills);
            },
            cancellationToken).ConfigureAwait(false);
        return reply.Text("directory"u8) ?? directory;
    }
}
