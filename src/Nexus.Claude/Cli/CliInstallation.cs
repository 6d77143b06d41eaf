namespace Nexus.Claude;

/// <summary>Where a CLI executable was found.</summary>
public enum CliInstallationSource
{
    /// <summary>The path was given in the options.</summary>
    Explicit,

    /// <summary>The environment variable <c>NEXUS_CLAUDE_CLI</c> names it.</summary>
    EnvironmentVariable,

    /// <summary>It is the pinned version, downloaded earlier and still unchanged.</summary>
    Cache,

    /// <summary>It was found on <c>PATH</c>.</summary>
    Path,

    /// <summary>It was found in one of the folders that installers of the CLI use.</summary>
    KnownFolder,

    /// <summary>It is the pinned version and was downloaded by this call, or by another one that this call waited for.</summary>
    Downloaded,
}

/// <summary>A CLI executable that can be started.</summary>
/// <param name="Path">The full path of the executable.</param>
/// <param name="Version">
/// The version when it is known without asking the program, which is so for the pinned one in the cache; otherwise null. A running
/// CLI reports its version when a session begins.
/// </param>
/// <param name="Source">How it was found.</param>
public sealed record CliInstallation(string Path, string? Version, CliInstallationSource Source);
