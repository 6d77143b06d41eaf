using System.Collections;
using System.Runtime.InteropServices;

namespace Nexus.Claude.Cli;

internal enum HostSystem
{
    Linux,
    MacOS,
    Windows,
    Other,
}

/// <summary>What finding and installing the CLI depends on from the machine, so that a test can describe any machine.</summary>
/// <remarks>Of the real machine only what is asked for is fetched: a CLI that is named needs hardly any of it.</remarks>
internal sealed record HostEnvironment
{
    private readonly IReadOnlyDictionary<string, string>? _variables;

    public required HostSystem System { get; init; }

    public required Architecture Architecture { get; init; }

    public required string RuntimeIdentifier { get; init; }

    /// <summary>All environment variables.</summary>
    public IReadOnlyDictionary<string, string> Variables
    {
        get => _variables ?? Captured();
        init => _variables = value;
    }

    /// <summary>The user's home folder, or empty when the account has none.</summary>
    public required string HomeDirectory { get; init; }

    public string CurrentDirectory
    {
        get => field ?? Environment.CurrentDirectory;
        init;
    }

    /// <summary>The root under which the system's own folders lie: <c>/</c> on a real Unix machine.</summary>
    public string RootDirectory { get; init; } = "/";

    public bool IsWindows => System == HostSystem.Windows;

    /// <summary>One environment variable.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Its value; null when it is not set or empty.</returns>
    public string? Variable(string name)
    {
        var value = _variables is null ? Environment.GetEnvironmentVariable(name) : _variables.GetValueOrDefault(name);
        return string.IsNullOrEmpty(value) ? null : value;
    }

    public static HostEnvironment OfThisMachine() => new()
    {
        System = OperatingSystem.IsWindows() ? HostSystem.Windows
            : OperatingSystem.IsMacOS() ? HostSystem.MacOS
            : OperatingSystem.IsLinux() && !OperatingSystem.IsAndroid() ? HostSystem.Linux
            : HostSystem.Other,
        // The machine's architecture, not this process's: under emulation the native binary is the faster one.
        Architecture = RuntimeInformation.OSArchitecture,
        RuntimeIdentifier = RuntimeInformation.RuntimeIdentifier,
        HomeDirectory = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
    };

    private static Dictionary<string, string> Captured()
    {
        var variables = new Dictionary<string, string>(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        return variables;
    }
}
