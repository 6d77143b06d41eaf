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
internal sealed record HostEnvironment
{
    public required HostSystem System { get; init; }

    public required Architecture Architecture { get; init; }

    public required string RuntimeIdentifier { get; init; }

    public required IReadOnlyDictionary<string, string> Variables { get; init; }

    /// <summary>The user's home folder, or empty when the account has none.</summary>
    public required string HomeDirectory { get; init; }

    public required string CurrentDirectory { get; init; }

    /// <summary>The root under which the system's own folders lie: <c>/</c> on a real Unix machine.</summary>
    public string RootDirectory { get; init; } = "/";

    public bool IsWindows => System == HostSystem.Windows;

    public string? Variable(string name) => Variables.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    public static HostEnvironment Capture()
    {
        var variables = new Dictionary<string, string>(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string?)entry.Value ?? "";

        return new HostEnvironment
        {
            System = OperatingSystem.IsWindows() ? HostSystem.Windows
                : OperatingSystem.IsMacOS() ? HostSystem.MacOS
                : OperatingSystem.IsLinux() && !OperatingSystem.IsAndroid() ? HostSystem.Linux
                : HostSystem.Other,
            // The machine's architecture, not this process's: under emulation the native binary is the faster one.
            Architecture = RuntimeInformation.OSArchitecture,
            RuntimeIdentifier = RuntimeInformation.RuntimeIdentifier,
            Variables = variables,
            HomeDirectory = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
            CurrentDirectory = Environment.CurrentDirectory,
        };
    }
}
