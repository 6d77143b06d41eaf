using System.Collections;

namespace Nexus.Claude.Gateway;

/// <summary>Where this user's files lie when nothing else is said.</summary>
/// <param name="environment">The environment.</param>
internal sealed class UserFolders(IDictionary environment)
{
    /// <summary>The file with the keys that were made by command.</summary>
    public string KeysFile => Path.Combine(Config, "keys.json");

    /// <summary>The file with what keys have spent.</summary>
    public string SpendFile => Path.Combine(State, "spend.json");

    private string Config =>
        Variable("XDG_CONFIG_HOME") is { } configured && !OperatingSystem.IsWindows()
            ? Path.Combine(configured, "nexus-claude")
            : Path.Combine(
                OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData) : Path.Combine(Home, ".config"),
                "nexus-claude");

    private string State =>
        OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "nexus-claude")
            : Path.Combine(Variable("XDG_STATE_HOME") ?? Path.Combine(Home, ".local", "state"), "nexus-claude");

    private string Home => Variable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private string? Variable(string name) => environment[name] is string { Length: > 0 } value ? value : null;
}
