using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Server.Tests.Clients;

/// <summary>A whole gateway on a port of its own: the real CLI, a model that does what the prompt says.</summary>
internal sealed class GatewayUnderTest : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GatewayUnderTest(WebApplication app, ScriptedMessagesApi api, HermeticCliEnvironment environment)
    {
        _app = app;
        Api = api;
        Environment = environment;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>The model.</summary>
    public ScriptedMessagesApi Api { get; }

    /// <summary>What the CLI has around it.</summary>
    public HermeticCliEnvironment Environment { get; }

    /// <summary>The services of the gateway.</summary>
    public IServiceProvider Services => _app.Services;

    public static async Task<GatewayUnderTest> StartAsync(Action<NexusClaudeServerOptions>? change = null, Action<IServiceCollection>? services = null)
    {
        var api = await ScriptedMessagesApi.StartAsync();
        api.Default = ScriptedAnswers.Answer;
        var environment = api.CreateEnvironment();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddNexusClaudeServer(options =>
        {
            options.Claude.CliPath = PinnedCli.ExecutablePath;
            options.Claude.InheritEnvironment = false;
            foreach (var (name, value) in environment.Variables)
                options.Claude.Environment[name] = value;
            change?.Invoke(options);
        });
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapNexusClaude();
        await app.StartAsync();
        return new GatewayUnderTest(app, api, environment);
    }

    /// <summary>Ends the gateway alone, in order.</summary>
    public async Task EndAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Api.DisposeAsync();
        await Environment.DisposeAsync();
    }
}
