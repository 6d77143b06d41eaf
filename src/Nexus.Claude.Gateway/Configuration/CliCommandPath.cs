namespace Nexus.Claude.Gateway;

/// <summary>Turns the command of <c>claude.command</c> into a path.</summary>
internal static class CliCommandPath
{
    /// <summary>Finds it.</summary>
    /// <param name="command">A path, or the name of a program on <c>PATH</c>.</param>
    /// <returns>The path; null for the name <c>claude</c>, which is looked for everywhere.</returns>
    /// <exception cref="OptionsValidationException">There is no such program.</exception>
    public static string? Find(string command)
    {
        if (command == "claude")
            return null;
        if (command.Contains(Path.DirectorySeparatorChar) || command.Contains(Path.AltDirectorySeparatorChar))
            return Path.GetFullPath(command);
        string[] names = OperatingSystem.IsWindows() ? [command, command + ".exe"] : [command];
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            foreach (var name in names)
            {
                if (File.Exists(Path.Combine(folder, name)))
                    return Path.Combine(folder, name);
            }
        }

        throw new OptionsValidationException([$"claude.command is '{command}', and there is no such program on PATH."]);
    }
}
