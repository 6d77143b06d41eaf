namespace Nexus.Claude.Cli;

/// <summary>Paths of the options in full, so that they mean the same here, where they are checked, and in the CLI.</summary>
internal static class OptionPaths
{
    /// <summary>The working directory in full; null when the caller named none.</summary>
    public static string? WorkingDirectory(ClaudeOptions options) =>
        string.IsNullOrEmpty(options.WorkingDirectory) ? null : Path.GetFullPath(options.WorkingDirectory);

    /// <summary>A path in full; a relative one starts at the working directory of the options.</summary>
    // The current folder is asked for only where it counts: that is slow the first time.
    public static string Full(ClaudeOptions options, string path) =>
        Path.IsPathFullyQualified(path)
            ? Path.GetFullPath(path)
            : Path.GetFullPath(path, WorkingDirectory(options) ?? Directory.GetCurrentDirectory());
}
