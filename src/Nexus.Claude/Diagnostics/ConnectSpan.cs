using System.Diagnostics;
using System.Runtime.CompilerServices;
using Nexus.Claude.Protocol;

namespace Nexus.Claude.Diagnostics;

/// <summary>
/// The span of the start of a CLI. A class of its own, because to name an activity in a method is to load its library when the method is first
/// run, and a program without tracing starts the CLI without (<see cref="Listeners"/>).
/// </summary>
internal sealed class ConnectSpan
{
    private readonly Activity _activity;

    private ConnectSpan(Activity activity) => _activity = activity;

    /// <summary>Begins, below the current activity, and is the current one then.</summary>
    /// <returns>The span; null when nobody wants it.</returns>
    public static ConnectSpan? Begin() => Listeners.ArePossible ? BeginListened() : null;

    /// <summary>Notes the process.</summary>
    /// <param name="processId">Its id.</param>
    public void Started(int processId) => _activity.SetTag(GenAi.ProcessId, processId);

    /// <summary>Ends because nothing could be started.</summary>
    /// <param name="failure">Why.</param>
    public void Fail(Exception failure)
    {
        _activity.Fail(failure.GetType().FullName!, null);
        _activity.Stop();
    }

    /// <summary>Ends with the CLI's answer, whoever waits for it.</summary>
    /// <param name="initialize">The answer.</param>
    /// <param name="telemetry">The session's.</param>
    /// <returns>A task that ends when the span has. It never fails.</returns>
    public async Task EndWithAsync(Task<ControlReply> initialize, SessionTelemetry telemetry)
    {
        string? error = null;
        try
        {
            var answer = await initialize.ConfigureAwait(false);
            _activity.SetTag(GenAi.CliVersion, answer.Text("claude_code_version"u8));
        }
        catch (Exception failure)
        {
            // It reaches the caller where the answer is awaited.
            error = failure.GetType().FullName;
        }

        telemetry.Guarded(() =>
        {
            if (error is not null)
                _activity.Fail(error, null);
            _activity.StopAside();
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ConnectSpan? BeginListened() => Spans.Source.StartActivity(GenAi.Connect) is { } activity ? new ConnectSpan(activity) : null;
}
