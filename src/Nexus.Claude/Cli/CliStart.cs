namespace Nexus.Claude.Cli;

/// <summary>Everything the operating system must know to start a CLI.</summary>
internal sealed record CliStart
{
    /// <summary>The program of <see cref="Path"/>: itself, or the .NET host when it is a <c>.dll</c>.</summary>
    public required string FileName { get; init; }

    /// <summary>The CLI as the caller knows it.</summary>
    public required string Path { get; init; }

    /// <summary>The arguments, one each.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Changes to the parent's environment; null removes a variable.</summary>
    public required IReadOnlyDictionary<string, string?> Environment { get; init; }

    /// <summary>The folder to start in; null for the current one.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The account to run as; null for the current one.</summary>
    public string? User { get; init; }

    /// <summary>Receives each line of stderr.</summary>
    public Action<string>? StandardError { get; init; }

    /// <summary>Told once when <see cref="StandardError"/> threw; null when nobody is.</summary>
    public Action<Exception>? StandardErrorFailed { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Prepares the start of a CLI; a <c>.dll</c> is run by the .NET host.</summary>
    /// <param name="path">The CLI.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Changes to the parent's environment.</param>
    /// <returns>The start.</returns>
    public static CliStart For(string path, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?> environment)
    {
        if (!path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
            return new CliStart { FileName = path, Path = path, Arguments = arguments, Environment = environment };
        var host = System.Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } named ? named : "dotnet";
        return new CliStart { FileName = host, Path = path, Arguments = [path, .. arguments], Environment = environment };
    }
}
