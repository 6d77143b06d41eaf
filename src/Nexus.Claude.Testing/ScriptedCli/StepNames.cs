namespace Nexus.Claude.Testing;

/// <summary>The script's vocabulary, shared by the class that writes a script and the program that plays it.</summary>
internal static class StepNames
{
    /// <summary>The environment variable that carries the path of the script file.</summary>
    public const string ScriptVariable = "NEXUS_SCRIPTED_CLI";

    public const string AwaitControl = "await_control";
    public const string OnControl = "on_control";
    public const string AwaitUser = "await_user";
    public const string AwaitResponse = "await_response";
    public const string AwaitEndOfInput = "await_end_of_input";
    public const string AwaitGate = "await_gate";
    public const string Pause = "pause";
    public const string Mark = "mark";

    public const string Write = "write";
    public const string WriteBytes = "write_bytes";
    public const string Burst = "burst";
    public const string GiantLine = "giant_line";
    public const string StandardError = "standard_error";
    public const string StandardErrorFlood = "standard_error_flood";

    public const string Turn = "turn";
    public const string Turns = "turns";
    public const string InterruptibleTurn = "interruptible_turn";

    public const string SendControl = "send_control";
    public const string CancelControl = "cancel_control";
    public const string Respond = "respond";

    public const string Exit = "exit";
    public const string Crash = "crash";
    public const string Hang = "hang";
    public const string CloseOutput = "close_output";
    public const string IgnoreInterrupt = "ignore_interrupt";
    public const string IgnoreTerminate = "ignore_terminate";
    public const string IgnoreEndOfInput = "ignore_end_of_input";
    public const string NeverReadInput = "never_read_input";
    public const string Grandchild = "grandchild";

    public const string Replay = "replay";

    /// <summary>Every step name; anything else in a script is refused before the first step runs.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        AwaitControl, OnControl, AwaitUser, AwaitResponse, AwaitEndOfInput, AwaitGate, Pause, Mark,
        Write, WriteBytes, Burst, GiantLine, StandardError, StandardErrorFlood,
        Turn, Turns, InterruptibleTurn,
        SendControl, CancelControl, Respond,
        Exit, Crash, Hang, CloseOutput, IgnoreInterrupt, IgnoreTerminate, IgnoreEndOfInput, NeverReadInput, Grandchild,
        Replay,
    ];
}
