using System.Text.Json;
using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory.Record;

/// <summary>What a tool call touched.</summary>
/// <param name="Files">The files, as they were named; relative ones made absolute when the directory is known.</param>
/// <param name="Directory">Where it worked, when it says so.</param>
internal sealed record ToolFootprint(IReadOnlyList<string> Files, string? Directory)
{
    private const int MostFiles = 50;

    /// <summary>Reads the arguments of a tool call. Looks at nothing but them: the file system may be another machine's.</summary>
    public static ToolFootprint Of(string tool, JsonElement input, string? workingDirectory)
    {
        if (input.ValueKind != JsonValueKind.Object)
            return new ToolFootprint([], workingDirectory);

        var files = new List<string>();
        string? directory = workingDirectory;
        switch (tool)
        {
            case "Bash" or "PowerShell" or "Shell":
                if (Text(input, "command") is { } command)
                    directory = ShellFootprint.Read(command, workingDirectory, files);
                break;
            case "Glob" or "Grep" or "LS" or "Search":
                if (Text(input, "path") is { } place && LooksLikeFile(place))
                    files.Add(place);
                break;
            default:
                foreach (string name in (string[])["file_path", "notebook_path", "path", "filePath"])
                {
                    if (Text(input, name) is { Length: > 0 } file && (name != "path" || LooksLikeFile(file)))
                        files.Add(file);
                }

                if ((Text(input, "patch") ?? Text(input, "input")) is { } patch)
                    ReadPatch(patch, files);
                break;
        }

        return new ToolFootprint([.. files.Select(file => Resolve(file, directory)).Distinct(StringComparer.Ordinal).Take(MostFiles)], directory);
    }

    /// <summary>An absolute path where the directory allows it.</summary>
    public static string Resolve(string path, string? directory)
    {
        if (directory is null || IsAbsolute(path))
            return path;
        return MemoryPath.Normalize($"{directory}/{path}");
    }

    /// <summary>True for POSIX and Windows paths from the top, and for those from a home.</summary>
    public static bool IsAbsolute(string path) =>
        path.StartsWith('/') || path.StartsWith('~') || path.StartsWith(@"\\", StringComparison.Ordinal)
        || (path.Length >= 3 && char.IsAsciiLetter(path[0]) && path[1] == ':' && path[2] is '/' or '\\');

    /// <summary>True when the last part has an extension.</summary>
    public static bool LooksLikeFile(string path)
    {
        string name = path[(path.LastIndexOfAny(['/', '\\']) + 1)..];
        int dot = name.LastIndexOf('.');
        return dot > 0 && dot < name.Length - 1 && name.Length - dot <= 12 && name.AsSpan(dot + 1).IndexOfAnyExcept(Alphanumeric) < 0;
    }

    private static readonly System.Buffers.SearchValues<char> Alphanumeric =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    private static void ReadPatch(string patch, List<string> files)
    {
        foreach (var line in patch.AsSpan().EnumerateLines())
        {
            foreach (string head in (string[])["*** Update File: ", "*** Add File: ", "*** Delete File: ", "*** Move to: "])
            {
                if (line.StartsWith(head))
                    files.Add(line[head.Length..].Trim().ToString());
            }

            if (line.StartsWith("+++ ") && !line.StartsWith("+++ /dev/null"))
                files.Add(line[(line.StartsWith("+++ b/") ? 6 : 4)..].Trim().ToString());
        }
    }

    private static string? Text(JsonElement input, string name) =>
        input.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
