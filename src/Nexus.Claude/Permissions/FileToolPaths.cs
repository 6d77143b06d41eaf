using System.Buffers;

namespace Nexus.Claude.Permissions;

/// <summary>The paths in the input of a tool for files.</summary>
/// <param name="Paths">The paths as the model wrote them. Empty when it left the folder to the CLI.</param>
/// <param name="IsEdit">True when the tool changes the file.</param>
internal sealed record FileToolPaths(IReadOnlyList<string> Paths, bool IsEdit)
{
    private static readonly SearchValues<char> Wildcards = SearchValues.Create("*?[{(!");

    /// <summary>Reads them.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The paths; null for a tool that is none for files.</returns>
    public static FileToolPaths? Of(ToolPermissionRequest request) => request.ToolName switch
    {
        "Read" or "LS" => new FileToolPaths(Of(request, "file_path", "path"), false),
        "Grep" => new FileToolPaths(Of(request, "path"), false),
        "Glob" => new FileToolPaths([.. Of(request, "path"), .. OfPattern(request.InputText("pattern"))], false),
        "Write" or "Edit" or "MultiEdit" => new FileToolPaths(Of(request, "file_path"), true),
        "NotebookEdit" => new FileToolPaths(Of(request, "notebook_path"), true),
        _ => null,
    };

    private static List<string> Of(ToolPermissionRequest request, params ReadOnlySpan<string> members)
    {
        List<string> paths = [];
        foreach (var member in members)
        {
            if (request.InputText(member) is { Length: > 0 } path)
                paths.Add(path);
        }

        return paths;
    }

    /// <summary>A pattern can itself name a folder: an absolute one, or one above by <c>..</c>.</summary>
    private static string[] OfPattern(string? pattern)
    {
        if (string.IsNullOrEmpty(pattern))
            return [];
        var parts = pattern.Split('/', '\\');
        var isRooted = Path.IsPathRooted(pattern) || pattern[0] is '/' or '\\' or '~' || (pattern.Length > 1 && pattern[1] == ':');
        if (!isRooted && !parts.Contains(".."))
            return [];
        // What stands before the first wildcard; a ".." behind one could lead anywhere, and is reported as the relative path that it is.
        var count = parts.TakeWhile(static part => !part.AsSpan().ContainsAny(Wildcards)).Count();
        if (parts.Skip(count).Contains(".."))
            return [".."];
        var folder = string.Join('/', parts.Take(count));
        return [folder.Length == 0 ? "/" : folder];
    }
}
