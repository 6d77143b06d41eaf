using System.Text.Json.Nodes;

namespace Nexus.Claude;

/// <summary>Settings of Claude Code (what <c>settings.json</c> holds), given in place or as a file.</summary>
/// <example><code>options.Settings = ClaudeSettings.Json("""{ "permissions": { "deny": ["WebFetch"] } }""");</code></example>
public sealed class ClaudeSettings
{
    private ClaudeSettings(JsonText? content, string? path)
    {
        Content = content;
        Path = path;
    }

    /// <summary>The file; null for settings given in place.</summary>
    public string? Path { get; }

    internal JsonText? Content { get; }

    /// <summary>Settings in a JSON file.</summary>
    /// <param name="path">The file; a relative path is taken from <see cref="ClaudeOptions.WorkingDirectory"/>.</param>
    /// <returns>The settings.</returns>
    public static ClaudeSettings File(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return new ClaudeSettings(null, path);
    }

    /// <summary>Settings as a JSON object, which is copied.</summary>
    /// <param name="settings">The object.</param>
    /// <returns>The settings.</returns>
    public static ClaudeSettings Inline(JsonObject settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new ClaudeSettings(JsonText.Of(settings), null);
    }

    /// <summary>Settings as JSON text. What is not a JSON object is reported when the options are validated.</summary>
    /// <param name="json">The text of one JSON object.</param>
    /// <returns>The settings.</returns>
    public static ClaudeSettings Json(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new ClaudeSettings(JsonText.Parse(json), null);
    }
}
