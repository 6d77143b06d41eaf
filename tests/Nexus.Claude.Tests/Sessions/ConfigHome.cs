using System.Text;
using Nexus.Claude.Sessions;

namespace Nexus.Claude.Tests.Sessions;

/// <summary>A scratch configuration folder with transcripts that a test wrote.</summary>
internal sealed class ConfigHome : IDisposable
{
    public ConfigHome()
    {
        Root = Directory.CreateTempSubdirectory("nexus-claude-sessions-").FullName;
        Directory.CreateDirectory(Projects);
    }

    public string Root { get; }

    public string Projects => Path.Combine(Root, "projects");

    public ClaudeSessions Sessions(string? project = null) => new(Root, project);

    /// <summary>Where the transcripts of a project are.</summary>
    public string FolderOf(string project) => Directory.CreateDirectory(Path.Combine(Projects, ProjectFolder.NameOf(project))).FullName;

    public string PathOf(string id, string project = "/w/demo") => Path.Combine(FolderOf(project), id + ".jsonl");

    /// <summary>Writes a transcript.</summary>
    /// <returns>The id of the session.</returns>
    public string Write(string[] lines, string? id = null, string project = "/w/demo", DateTime? modified = null)
    {
        id ??= Guid.NewGuid().ToString();
        var path = PathOf(id, project);
        File.WriteAllText(path, string.Concat(lines.Select(line => line + "\n")));
        if (modified is { } at)
            File.SetLastWriteTimeUtc(path, at);
        return id;
    }

    public string Write(Transcript transcript, string? id = null, string project = "/w/demo", DateTime? modified = null) =>
        Write([.. transcript.Lines], id, project, modified);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

/// <summary>A transcript that grows line by line; unless told otherwise each entry follows the last one.</summary>
internal sealed class Transcript
{
    private int _seconds;
    private string? _last;

    public List<string> Lines { get; } = [];

    public string Directory { get; init; } = "/w/demo";

    public string EntryPoint { get; init; } = "cli";

    public Transcript User(string uuid, string text, string? parent = "", string more = "") =>
        Link("user", uuid, parent, $$"""
            "message":{"role":"user","content":[{"type":"text","text":{{Quoted(text)}}}]}
            """, more);

    public Transcript Assistant(string uuid, string text, string? parent = "", string? messageId = null, string more = "") =>
        Link("assistant", uuid, parent, $$"""
            "message":{"id":"{{messageId ?? "m-" + uuid}}","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":{{Quoted(text)}}}]}
            """, more);

    public Transcript Call(string uuid, string toolUse, string messageId, string? parent = "") =>
        Link("assistant", uuid, parent, $$"""
            "message":{"id":"{{messageId}}","type":"message","role":"assistant","model":"m","content":[{"type":"tool_use","id":"{{toolUse}}","name":"Bash","input":{ } } ] }
            """, "");

    public Transcript ToolResult(string uuid, string toolUse, string text, string parent) =>
        Link("user", uuid, parent, $$"""
            "message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"{{toolUse}}","content":{{Quoted(text)}}}]},"toolUseResult":{"stdout":{{Quoted(text)}}},"sourceToolAssistantUUID":"{{parent}}"
            """, "");

    public Transcript Link(string type, string uuid, string? parent, string members, string more = "")
    {
        var above = parent?.Length == 0 ? _last : parent;
        _last = uuid;
        return Line($$"""
            {"parentUuid":{{(above is null ? "null" : $"\"{above}\"")}},"isSidechain":false,"type":"{{type}}",{{members}},"uuid":"{{uuid}}","timestamp":"2026-11-22T10:00:{{_seconds++ % 60:00}}.000Z","cwd":{{Quoted(Directory)}},"sessionId":"s","version":"2.1.330","gitBranch":"main","entrypoint":"{{EntryPoint}}"{{more}}}
            """);
    }

    public Transcript Attachment(string uuid) => Link("attachment", uuid, "", """
        "attachment":{"type":"date"}
        """);

    public Transcript Line(string line)
    {
        Lines.Add(line);
        return this;
    }

    private static string Quoted(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    /// <summary>The bytes of the transcript.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(string.Concat(Lines.Select(line => line + "\n")));
}
