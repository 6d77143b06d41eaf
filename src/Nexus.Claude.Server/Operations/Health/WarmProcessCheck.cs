using Microsoft.Extensions.DependencyInjection;
using Nexus.Claude.Server.Sessions;

namespace Nexus.Claude.Server.Operations;

/// <summary>Whether there is a process that a request could use at once.</summary>
/// <param name="services">Has the sessions, unless something else runs the turns.</param>
internal sealed class WarmProcessCheck(IServiceProvider services) : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "process";

    /// <inheritdoc/>
    public ValueTask<Readiness?> CheckAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<ISessionStatus>()?.Statistics.Processes is not { } now)
            return ValueTask.FromResult<Readiness?>(null);

        // A busy server has all its processes in use and none in reserve; it is ready all the same.
        return ValueTask.FromResult<Readiness?>(now.Idle + now.Leased + now.Kept > 0
            ? Readiness.Ready($"{now.Idle} processes are warm, {now.Leased} answer, {now.Kept} wait for the next turn of their conversation.")
            : Readiness.Trouble(
                $"No process of the Claude Code CLI is running; {now.Starting} are being started, {now.FailedStarts} starts have failed.",
                "Wait some seconds. If it stays so, run `nexus-claude doctor` on the server."));
    }
}
