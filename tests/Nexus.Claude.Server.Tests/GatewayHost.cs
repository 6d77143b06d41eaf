using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Nexus.Claude.Server.Models;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Sessions;

namespace Nexus.Claude.Server.Tests;

/// <summary>The gateway on a port of loopback, with scripted sessions behind it.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GatewayHost(WebApplication app, ScriptedTurns turns)
    {
        _app = app;
        Turns = turns;
        Address = new Uri(app.Urls.First());
        Client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(2) };
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>A client without a key.</summary>
    public HttpClient Client { get; }

    /// <summary>The sessions.</summary>
    public ScriptedTurns Turns { get; }

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Everything that was logged.</summary>
    public FakeLogCollector Log => _app.Services.GetRequiredService<FakeLogCollector>();

    /// <summary>Starts a gateway.</summary>
    /// <param name="turns">What the sessions play; null for one that says <c>Hello.</c></param>
    /// <param name="configure">Changes the options.</param>
    /// <param name="services">Changes the services, after all others.</param>
    /// <param name="map">Adds routes of the test.</param>
    public static async Task<GatewayHost> StartAsync(
        ScriptedTurns? turns = null,
        Action<NexusClaudeServerOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null)
    {
        var sessions = turns ?? new ScriptedTurns();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddFakeLogging().SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddNexusClaudeServer(configure);
        builder.Services.Replace(ServiceDescriptor.Singleton<ISessionTurns>(sessions));
        builder.Services.Replace(ServiceDescriptor.Singleton<IModelCatalog>(new FixedModels()));
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.Use(next => context =>
        {
            context.SetCaller(Caller.Anonymous);
            return next(context);
        });
        app.MapNexusClaude();
        map?.Invoke(app);
        await app.StartAsync();
        return new GatewayHost(app, sessions);
    }

    /// <summary>Posts JSON.</summary>
    public async Task<HttpResponseMessage> PostAsync(
        string path, string json, Action<HttpRequestMessage>? change = null, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead,
        CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        change?.Invoke(request);
        return await Client.SendAsync(request, completion, cancellationToken);
    }

    /// <summary>Posts JSON and reads a JSON answer, whatever its status.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body, HttpResponseMessage Response)> PostJsonAsync(
        string path, string json, Action<HttpRequestMessage>? change = null)
    {
        var response = await PostAsync(path, json, change);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (response.StatusCode, document.RootElement.Clone(), response);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
