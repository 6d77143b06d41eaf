namespace Nexus.Claude.Server.Operations;

/// <summary>Whether there is a process that a request could use at once.</summary>
/// <param name="services">Has the statistics of sessions, when there are any.</param>
internal sealed class WarmProcessCheck(IServiceProvider services) : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "process";

    /// <inheritdoc/>
    public ValueTask<Readiness?> CheckAsync(CancellationToken cancellationToken)
    {
        if (services.GetService(typeof(ISessionStatistics)) is not ISessionStatistics sessions)
            return ValueTask.FromResult<Readiness?>(null);
        var now = sessions.Capture();

        // A busy server has all its processes in use and none in reserve; it is ready all the same.
        return ValueTask.FromResult<Readiness?>(now.Warm + now.Idle + now.Running + now.AwaitingTools > 0
            ? Readiness.Ready($"{now.Warm} processes are warm, {now.Running} answer, {now.Idle + now.AwaitingTools} wait for their next turn.")
            : Readiness.Trouble(
                $"No process of the Claude Code CLI is running yet; {now.Starting} are being started.",
                "Wait some seconds. If it stays so, run `nexus-claude doctor` on the server."));
    }
}
