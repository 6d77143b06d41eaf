using System.Diagnostics;

namespace Nexus.Claude.Protocol;

/// <summary>
/// Lets what this program does for the CLI run where the work was asked for: in the execution context of the call that sent the prompt, or
/// opened the session, with the span of the turn or of its tool call as the current activity. Without it callbacks would run in whatever
/// context the read loop happens to have.
/// </summary>
internal static class CallerContext
{
    /// <summary>Starts work in a context.</summary>
    /// <param name="context">The caller's context; null when its flow was suppressed.</param>
    /// <param name="activity">The activity to make current; null keeps the context's own.</param>
    /// <param name="work">Starts the work and returns at once.</param>
    public static void Run(ExecutionContext? context, Activity? activity, Action work)
    {
        if ((context ?? ExecutionContext.Capture()) is { } found)
        {
            ExecutionContext.Run(
                found,
                static state =>
                {
                    var (activity, work) = ((Activity?, Action))state!;
                    if (activity is not null)
                        Activity.Current = activity;
                    work();
                },
                (activity, work));
            return;
        }

        work();
    }
}
