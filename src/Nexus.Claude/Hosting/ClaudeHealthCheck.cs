using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Nexus.Claude.Cli;
using Nexus.Claude.Hosting;

namespace Nexus.Claude;

/// <summary>
/// Tells whether the CLI of a registered client is there and answers: <c>services.AddHealthChecks().Add(ClaudeHealthCheck.Registration())</c>.
/// </summary>
/// <remarks>
/// Healthy: the CLI answers. Degraded: it answers but is not the version that this package is made for, or there is none yet and the first
/// session will download it. Unhealthy (or the status of the registration): the options have mistakes, there is no CLI, it does not start, or,
/// when a session is connected, it has no credential.
/// </remarks>
public sealed class ClaudeHealthCheck : IHealthCheck
{
    private readonly IOptionsMonitor<ClaudeOptions> _clients;
    private readonly ClaudeHealthCheckOptions _options;

    /// <summary>Creates the check.</summary>
    /// <param name="clients">The registered clients.</param>
    /// <param name="options">How thorough it is; null for the defaults.</param>
    public ClaudeHealthCheck(IOptionsMonitor<ClaudeOptions> clients, ClaudeHealthCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(clients);
        _clients = clients;
        _options = options ?? new ClaudeHealthCheckOptions();
    }

    /// <summary>The check as <c>AddHealthChecks().Add</c> takes it.</summary>
    /// <param name="name">The name of the check.</param>
    /// <param name="configure">How thorough it is; null for the defaults.</param>
    /// <param name="failureStatus">What a failure is reported as; null for unhealthy.</param>
    /// <param name="tags">Tags by which checks are chosen; null for none.</param>
    /// <param name="timeout">The longest it may take; null for no limit.</param>
    /// <returns>The registration.</returns>
    public static HealthCheckRegistration Registration(
        string name = "claude",
        Action<ClaudeHealthCheckOptions>? configure = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
    {
        var options = new ClaudeHealthCheckOptions();
        configure?.Invoke(options);
        return new HealthCheckRegistration(
            name,
            provider => new ClaudeHealthCheck(provider.GetRequiredService<IOptionsMonitor<ClaudeOptions>>(), options),
            failureStatus,
            tags,
            timeout);
    }

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var data = new Dictionary<string, object> { ["pinned_version"] = ClaudeCli.PinnedVersion };
        try
        {
            return await CheckAsync(ContainerServices.Read(_clients, _options.ClientName), data, cancellationToken).ConfigureAwait(false);
        }
        catch (ClaudeException failure)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, failure.Message, failure, data);
        }

        async Task<HealthCheckResult> CheckAsync(ClaudeOptions options, Dictionary<string, object> data, CancellationToken cancellationToken)
        {
            var lookup = new CliLookup(options.Installation);
            if (await lookup.FindAsync(options.CliPath, cancellationToken).ConfigureAwait(false) is not { } cli)
            {
                return options.AutoDownload
                    ? HealthCheckResult.Degraded("There is no Claude Code CLI yet; the first session will download it. Call ClaudeCli.InstallAsync at deployment to have it ready.", data: data)
                    : new HealthCheckResult(context.Registration.FailureStatus, lookup.NotFound().Message, null, data);
            }

            data["path"] = cli.Path;
            var version = await CliVersion.AskAsync(cli.Path, options, _options.VersionTimeout, cancellationToken).ConfigureAwait(false);
            data["version"] = version;
            if (_options.ConnectSession && await FindCredentialTroubleAsync(options, cancellationToken).ConfigureAwait(false) is { } trouble)
                return new HealthCheckResult(context.Registration.FailureStatus, trouble, null, data);
            return version == ClaudeCli.PinnedVersion
                ? HealthCheckResult.Healthy($"Claude Code CLI {version} answers.", data)
                : HealthCheckResult.Degraded($"Claude Code CLI {version} answers; this package is made for {ClaudeCli.PinnedVersion}.", data: data);
        }
    }

    private static async Task<string?> FindCredentialTroubleAsync(ClaudeOptions options, CancellationToken cancellationToken)
    {
        options.PersistSession = false;
        options.Resume = null;
        options.Continue = false;
        options.ForkSession = false;
        options.ResumeSessionAt = null;
        options.ResumeDropsTurn = null;
        options.SessionId = null;
        var client = await ClaudeClient.ConnectAsync(options, cancellationToken).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            return client.Server.Account.HasCredential
                ? null
                : "The Claude Code CLI answers but has no credential: log in with `claude`, or set ANTHROPIC_API_KEY for it.";
        }
    }
}
