using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Operations;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Gateway;

/// <summary>Looks at everything the server needs, one after the other, and goes on after what is broken.</summary>
/// <param name="builder">Makes the application, which is not started.</param>
/// <param name="settings">The settings.</param>
/// <param name="surroundings">Where it runs.</param>
internal sealed class Checkup(WebApplicationBuilder builder, GatewaySettings settings, Surroundings surroundings)
{
    private bool _isWell = true;

    /// <summary>Looks.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>0 when nothing is broken, else 1.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var app = GatewayApplication.Build(builder, settings, logs: false);
        await using (app.ConfigureAwait(false))
        {
            var options = app.Services.GetRequiredService<IOptions<NexusClaudeServerOptions>>().Value;
            await ShowAsync("settings", Readiness.Ready($"can be read; the server would listen on {settings.Url}.")).ConfigureAwait(false);
            await ShowAsync("keys", Keys(app.Services.GetRequiredService<ApiKeys>(), options)).ConfigureAwait(false);
            var probe = app.Services.GetRequiredService<CliProbe>();
            var cli = await probe.FindAsync(cancellationToken).ConfigureAwait(false);
            await ShowAsync("cli", await CliAsync(cli, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            if (cli.Path is not null && cli.IsUsable)
            {
                await ShowAsync("login", Login(await probe.ConnectAsync(cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);
                await ShowAsync("pool", await PoolAsync(options.Claude, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            }

            foreach (var check in app.Services.GetServices<IReadinessCheck>().Where(static check => check is not (CliProbe or WarmProcessCheck)))
            {
                if (await check.CheckAsync(cancellationToken).ConfigureAwait(false) is { } result)
                    await ShowAsync(check.Name, result).ConfigureAwait(false);
            }
        }

        await surroundings.Out.WriteLineAsync(_isWell ? "Everything is well." : "Something is broken; see above.").ConfigureAwait(false);
        return _isWell ? 0 : 1;
    }

    private async Task ShowAsync(string name, Readiness result)
    {
        _isWell &= result.IsReady;
        await surroundings.Out.WriteLineAsync($"{(result.IsReady ? "ok  " : "FAIL")}  {name,-12} {result.Detail}").ConfigureAwait(false);
        if (result.Fix is not null)
            await surroundings.Out.WriteLineAsync($"      fix: {result.Fix}").ConfigureAwait(false);
    }

    private Readiness Keys(ApiKeys keys, NexusClaudeServerOptions options)
    {
        if (ListenGuard.FindTrouble(settings.Url, keys.AreRequired, options.Security) is { } trouble)
            return Readiness.Trouble(trouble, "nexus-claude keys add --name me");
        return Readiness.Ready(keys.AreRequired ? "callers need a key." : "none; the server answers programs on this machine only.");
    }

    private static async Task<Readiness> CliAsync(CliFinding cli, CancellationToken cancellationToken)
    {
        const string Install = "nexus-claude doctor --install";
        if (cli.Path is null || !cli.IsUsable)
            return Readiness.Trouble(cli.Detail, Install);
        string hash;
        var file = File.OpenRead(cli.Path);
        await using (file.ConfigureAwait(false))
            hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
        var version = cli.Version == ClaudeCli.PinnedVersion ? cli.Version : $"{cli.Version} (made for {ClaudeCli.PinnedVersion}; `{Install}` fetches it)";
        return Readiness.Ready($"{version} at {cli.Path}, SHA-256 {hash}.");
    }

    private static Readiness Login(CliFinding session) => session.IsUsable
        ? Readiness.Ready("the CLI starts a session and has a credential.")
        : Readiness.Trouble(session.Detail, "Log in with `claude` as this user, or set ANTHROPIC_API_KEY. To try the server without: nexus-claude serve --offline");

    private static async Task<Readiness> PoolAsync(ClaudeOptions options, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        try
        {
            var pool = ClaudePool.Create(new ClaudePoolOptions { Options = options, MinIdle = 0, MaxProcesses = 1, MaxConcurrentStarts = 1 });
            await using (pool.ConfigureAwait(false))
            {
                var lease = await pool.LeaseAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
                await lease.DisposeAsync().ConfigureAwait(false);
            }

            return Readiness.Ready($"a process starts in {Stopwatch.GetElapsedTime(begun).TotalMilliseconds:0} ms.");
        }
        catch (ClaudeException failure)
        {
            return Readiness.Trouble($"no process starts: {failure.Message}", "See what the message says; memory may be short (a process takes about 200 MB).");
        }
    }
}
