namespace Nexus.Claude;

/// <summary>Why the CLI process could not be started.</summary>
public enum CliStartFailure
{
    /// <summary>The operating system refused for a reason that is none of the others; see the inner exception.</summary>
    Other,

    /// <summary>The executable does not exist.</summary>
    ExecutableMissing,

    /// <summary>The file exists but may not be executed (no execute bit, or no permission).</summary>
    NotExecutable,

    /// <summary>The file is not a program for this machine: another architecture, another C library, or no program at all.</summary>
    WrongArchitecture,

    /// <summary>The working folder does not exist.</summary>
    WorkingDirectoryMissing,

    /// <summary>The command line or the environment is larger than the operating system allows.</summary>
    CommandLineTooLong,

    /// <summary>The account named in <see cref="ClaudeOptions.User"/> does not exist or may not be used.</summary>
    UserNotAllowed,
}

/// <summary>The CLI process could not be started.</summary>
/// <param name="failure">The reason.</param>
/// <param name="path">The executable.</param>
/// <param name="message">What happened, on what, and what to do.</param>
/// <param name="innerException">The operating system's error.</param>
public sealed class CliStartException(CliStartFailure failure, string path, string message, Exception? innerException = null)
    : ClaudeException(message, innerException)
{
    /// <summary>The reason.</summary>
    public CliStartFailure Failure { get; } = failure;

    /// <summary>The executable that was to be started.</summary>
    public string Path { get; } = path;
}
