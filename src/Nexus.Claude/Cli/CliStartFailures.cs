using System.ComponentModel;

namespace Nexus.Claude.Cli;

/// <summary>Turns the operating system's refusal to start the CLI into a message that says what to do.</summary>
internal static class CliStartFailures
{
    private const int NotPermitted = 1;
    private const int NoSuchFile = 2;
    private const int ArgumentListTooLong = 7;
    private const int ExecFormat = 8;
    private const int PermissionDenied = 13;
    private const int WindowsAccessDenied = 5;
    private const int WindowsNotAnExecutable = 193;
    private const int WindowsFileNameTooLong = 206;
    private const int WindowsExeMachineTypeMismatch = 216;
    private const int MacBadCpuType = 86;

    /// <summary>Explains a failed start.</summary>
    /// <param name="start">What was to be started.</param>
    /// <param name="failure">What CliWrap or the framework threw.</param>
    /// <returns>The exception for the caller.</returns>
    public static CliStartException Explain(CliStart start, Exception failure)
    {
        if (start.WorkingDirectory is { } folder && !Directory.Exists(folder))
        {
            return Create(CliStartFailure.WorkingDirectoryMissing,
                $"The working folder '{folder}' does not exist. Create it, or set ClaudeOptions.WorkingDirectory to one that does.");
        }

        var code = (failure as Win32Exception ?? failure.InnerException as Win32Exception) is { } native
            ? (native.InnerException as Win32Exception ?? native).NativeErrorCode
            : 0;
        // The framework reports an unknown account with whatever error code happened to be there, so it is asked for here.
        if (start.User is { } user && !OperatingSystem.IsWindows() && !UnixAccount.Exists(user))
        {
            return Create(CliStartFailure.UserNotAllowed,
                $"The Claude Code CLI cannot be run as '{user}': there is no such account on this machine. Change ClaudeOptions.User.");
        }

        if (IsTooLong(code))
        {
            return Create(CliStartFailure.CommandLineTooLong,
                "The command line or the environment of the Claude Code CLI is larger than the operating system allows (128 KiB for one argument on Linux, "
                + "32,767 characters in all on Windows). Look for a very long value in ClaudeOptions.ExtraArguments, AllowedTools or Environment.");
        }

        if (!File.Exists(start.Path))
        {
            return Create(CliStartFailure.ExecutableMissing,
                $"There is no file '{start.Path}'. Point ClaudeOptions.CliPath to the Claude Code CLI, or leave it unset and let it be downloaded.");
        }

        if (start.User is not null && code is (NotPermitted or PermissionDenied) && IsExecutable(start.Path))
        {
            return Create(CliStartFailure.UserNotAllowed,
                $"The Claude Code CLI cannot be run as '{start.User}': this process may not switch to that account (root may), or that account may not "
                + $"execute '{start.Path}'. Change ClaudeOptions.User.");
        }

        return ExplainFile(start, code, Create);

        CliStartException Create(CliStartFailure reason, string message) => new(reason, start.Path, message, failure);
    }

    private static bool IsTooLong(int code) => OperatingSystem.IsWindows() ? code == WindowsFileNameTooLong : code == ArgumentListTooLong;

    private static CliStartException ExplainFile(CliStart start, int code, Func<CliStartFailure, string, CliStartException> create) => code switch
    {
        PermissionDenied or WindowsAccessDenied => create(CliStartFailure.NotExecutable,
            $"'{start.Path}' may not be executed. "
            + (OperatingSystem.IsWindows() ? "Check its permissions." : $"Give it the execute bit: chmod +x '{start.Path}'.")),
        ExecFormat or MacBadCpuType or WindowsNotAnExecutable or WindowsExeMachineTypeMismatch => create(CliStartFailure.WrongArchitecture,
            $"'{start.Path}' is not a program for this machine ({System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}). "
            + "Remove it and let the right one be downloaded, or point ClaudeOptions.CliPath to one built for this machine."),
        NoSuchFile => create(CliStartFailure.WrongArchitecture,
            $"'{start.Path}' exists, but what it needs to run does not: most likely it was built for another C library (glibc or musl), "
            + "or it is a script whose interpreter is missing. Use the build for this machine "
            + $"({System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier})."),
        _ => create(CliStartFailure.Other, $"'{start.Path}' could not be started: the operating system reports error {code}. See the inner exception."),
    };

    private static bool IsExecutable(string path) =>
        OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}
