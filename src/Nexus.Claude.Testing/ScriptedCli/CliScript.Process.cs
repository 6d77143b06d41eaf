namespace Nexus.Claude.Testing;

public sealed partial class CliScript
{
    /// <summary>Exits at once.</summary>
    /// <param name="code">The exit code.</param>
    /// <returns>The script.</returns>
    public CliScript Exit(int code = 0) => Step(StepNames.Exit, new() { ["code"] = code });

    /// <summary>Dies at once as by an outside kill (SIGKILL, on Windows TerminateProcess).</summary>
    /// <returns>The script.</returns>
    public CliScript Crash() => Step(StepNames.Crash);

    /// <summary>Does nothing more, and does not end by itself.</summary>
    /// <returns>The script.</returns>
    /// <remarks>However a script hangs, the program ends after five minutes with exit code 70: no test leaves it behind for ever.</remarks>
    public CliScript Hang() => Step(StepNames.Hang);

    /// <summary>Closes stdout and lives on. Linux and Windows only: elsewhere the runtime's own duplicates of it cannot be found.</summary>
    /// <returns>The script.</returns>
    public CliScript CloseOutput() => Step(StepNames.CloseOutput);

    /// <summary>From now on ignores SIGINT (Ctrl+C on Windows). Without this step it ends a running turn and exits 0.</summary>
    /// <returns>The script.</returns>
    public CliScript IgnoreInterrupt() => Step(StepNames.IgnoreInterrupt);

    /// <summary>From now on ignores SIGTERM. Without this step it exits 143.</summary>
    /// <returns>The script.</returns>
    public CliScript IgnoreTerminate() => Step(StepNames.IgnoreTerminate);

    /// <summary>Lives on when the input ends. Holds for the whole script, wherever it stands.</summary>
    /// <returns>The script.</returns>
    public CliScript IgnoreEndOfInput() => Step(StepNames.IgnoreEndOfInput);

    /// <summary>Never reads stdin. Holds for the whole script, wherever it stands; when the steps are over the program hangs.</summary>
    /// <returns>The script.</returns>
    public CliScript NeverReadInput() => Step(StepNames.NeverReadInput);

    /// <summary>Starts a child of its own; its pid is in the record (<see cref="ScriptedCli.WaitForGrandchildAsync"/>).</summary>
    /// <param name="holdsOutput">Whether it inherits stdout and stderr, and so holds the pipes open after the program has gone.</param>
    /// <param name="ignoresSignals">Whether it ignores SIGINT, SIGTERM and SIGHUP.</param>
    /// <param name="lifetime">When it ends by itself; null is one minute.</param>
    /// <returns>The script.</returns>
    public CliScript Grandchild(bool holdsOutput = false, bool ignoresSignals = false, TimeSpan? lifetime = null) =>
        Step(StepNames.Grandchild, new()
        {
            ["holds_output"] = holdsOutput,
            ["ignores_signals"] = ignoresSignals,
            ["lifetime_ms"] = (long)(lifetime ?? TimeSpan.FromMinutes(1)).TotalMilliseconds,
        });
}
