using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Nexus.Claude.Server.Operations;

/// <summary>
/// Finds the CLI and asks it for its version. Whoever asks <c>/health</c> needs no key, so an answer is kept for a while: asking often
/// must not start processes.
/// </summary>
/// <param name="options">Where the CLI is looked for.</param>
/// <param name="time">The clock.</param>
internal sealed class CliProbe(IOptions<NexusClaudeServerOptions> options, TimeProvider time) : IReadinessCheck, IDisposable
{
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private (long At, CliFinding Finding)? _last;

    /// <inheritdoc/>
    public string Name => "cli";

    /// <summary>Looks.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found, at most some seconds ago.</returns>
    public async Task<CliFinding> FindAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_last is { } last && time.GetElapsedTime(last.At) < KeptFor)
                return last.Finding;
            var finding = await AskAsync(connect: false, cancellationToken).ConfigureAwait(false);
            _last = (time.GetTimestamp(), finding);
            return finding;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Starts a session as well and looks for a credential. Takes half a second of a core, and no tokens.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What was found.</returns>
    public Task<CliFinding> ConnectAsync(CancellationToken cancellationToken) => AskAsync(connect: true, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<Readiness?> CheckAsync(CancellationToken cancellationToken)
    {
        var found = await FindAsync(cancellationToken).ConfigureAwait(false);
        return found.IsUsable
            ? Readiness.Ready(found.Version is null ? "The Claude Code CLI will be downloaded by the first session." : $"Claude Code CLI {found.Version} answers.")
            : Readiness.Trouble("The Claude Code CLI cannot be used.", "Run `nexus-claude doctor` on the server; `nexus-claude doctor --install` downloads the CLI.");
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<CliFinding> AskAsync(bool connect, CancellationToken cancellationToken)
    {
        var check = new ClaudeHealthCheck(new OneClient(options.Value.Claude), new ClaudeHealthCheckOptions { ConnectSession = connect });
        var context = new HealthCheckContext { Registration = new HealthCheckRegistration(Name, check, HealthStatus.Unhealthy, tags: null) };
        var result = await check.CheckHealthAsync(context, cancellationToken).ConfigureAwait(false);
        return new CliFinding(
            result.Data.GetValueOrDefault("path") as string,
            result.Data.GetValueOrDefault("version") as string,
            result.Status != HealthStatus.Unhealthy,
            result.Description ?? "");
    }

    private sealed class OneClient(ClaudeOptions options) : IOptionsMonitor<ClaudeOptions>
    {
        public ClaudeOptions CurrentValue => options;

        public ClaudeOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<ClaudeOptions, string?> listener) => null;
    }
}

/// <summary>What was found of the CLI.</summary>
/// <param name="Path">Its path; for the operator, not for clients.</param>
/// <param name="Version">Its version; null when it does not tell, or is not there yet.</param>
/// <param name="IsUsable">Whether sessions can be started, after a download where that is allowed.</param>
/// <param name="Detail">What was seen, for the operator.</param>
internal sealed record CliFinding(string? Path, string? Version, bool IsUsable, string Detail);
