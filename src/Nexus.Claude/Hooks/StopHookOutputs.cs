namespace Nexus.Claude;

/// <summary>The answer to <see cref="HookEvent.Stop"/>.</summary>
public sealed record StopHookOutput : ContextHookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.Stop;

    /// <summary>Makes the model go on. Look at <see cref="StopHookInput.StopHookActive"/> before, or it goes on for ever.</summary>
    /// <param name="reason">What is still to do; the model reads it.</param>
    /// <returns>The answer.</returns>
    public static StopHookOutput Block(string reason) => new() { Decision = HookDecision.Block, Reason = reason };
}

/// <summary>The answer to <see cref="HookEvent.StopFailure"/>.</summary>
public sealed record StopFailureHookOutput : HookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.StopFailure;
}

/// <summary>The answer to <see cref="HookEvent.SubagentStart"/>.</summary>
public sealed record SubagentStartHookOutput : ContextHookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.SubagentStart;
}

/// <summary>The answer to <see cref="HookEvent.SubagentStop"/>.</summary>
public sealed record SubagentStopHookOutput : ContextHookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.SubagentStop;

    /// <summary>Makes the subagent go on. Look at <see cref="SubagentStopHookInput.StopHookActive"/> before, or it goes on for ever.</summary>
    /// <param name="reason">What is still to do; the subagent reads it.</param>
    /// <returns>The answer.</returns>
    public static SubagentStopHookOutput Block(string reason) => new() { Decision = HookDecision.Block, Reason = reason };
}

/// <summary>The answer to <see cref="HookEvent.TeammateIdle"/>.</summary>
public sealed record TeammateIdleHookOutput : HookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.TeammateIdle;
}

/// <summary>The answer to <see cref="HookEvent.TaskCreated"/>.</summary>
public sealed record TaskCreatedHookOutput : HookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.TaskCreated;

    /// <summary>Keeps the task off the list.</summary>
    /// <param name="reason">Why; the model reads it.</param>
    /// <returns>The answer.</returns>
    public static TaskCreatedHookOutput Block(string reason) => new() { Decision = HookDecision.Block, Reason = reason };
}

/// <summary>The answer to <see cref="HookEvent.TaskCompleted"/>.</summary>
public sealed record TaskCompletedHookOutput : HookOutput
{
    internal override HookEvent? AnsweredEvent => HookEvent.TaskCompleted;
}
