using Nexus.Claude.Server.Operations;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Nexus.Claude.Gateway;

/// <summary>Puts the application together.</summary>
internal static class GatewayApplication
{
    private const string OtlpVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Makes the builder.</summary>
    /// <returns>The builder.</returns>
    public static WebApplicationBuilder CreateBuilder() => WebApplication.CreateSlimBuilder(new WebApplicationOptions
    {
        ApplicationName = "nexus-claude",
        ContentRootPath = AppContext.BaseDirectory,
        EnvironmentName = Environments.Production,
    });

    /// <summary>Builds the application.</summary>
    /// <param name="builder">The builder, with the configuration.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="change">Changes the server's options after the settings; null for no change.</param>
    /// <param name="logs">Whether it logs to the console.</param>
    /// <returns>The application, with its routes.</returns>
    public static WebApplication Build(
        WebApplicationBuilder builder, GatewaySettings settings, Action<NexusClaudeServerOptions>? change = null, bool logs = true)
    {
        builder.WebHost.UseUrls(settings.Url);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        });
        builder.Logging.ClearProviders();
        if (logs)
        {
            builder.Logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
                console.UseUtcTimestamp = true;
            });
        }

        builder.Services.AddNexusClaudeServer(options =>
        {
            settings.ApplyTo(options);
            if (settings.UsesMemory)
                KeyMemory.AddTo(options, settings);
            change?.Invoke(options);
        });
        builder.Services.AddHttpClient();
        if (settings.MeilisearchUrl is { } meilisearch)
        {
            builder.Services.AddSingleton<IReadinessCheck>(provider => new MeilisearchCheck(
                meilisearch, settings.MeilisearchKey, provider.GetRequiredService<IHttpClientFactory>()));
        }

        AddTelemetry(builder, settings);
        var app = builder.Build();
        app.MapNexusClaude();
        return app;
    }

    private static void AddTelemetry(WebApplicationBuilder builder, GatewaySettings settings)
    {
        if (settings.OtlpEndpoint is null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable(OtlpVariable)))
            return;
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(static resource => resource.AddService("nexus-claude", serviceVersion: HealthRoutes.Version))
            .WithTracing(tracing => tracing
                .AddSource(ClaudeTelemetry.ActivitySourceName)
                .AddAspNetCoreInstrumentation(static http => http.Filter = static context => !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
                .AddOtlpExporter(exporter => exporter.Endpoint = settings.OtlpEndpoint ?? exporter.Endpoint))
            .WithMetrics(metrics => metrics
                .AddMeter(ClaudeTelemetry.MeterName, TurnStatistics.MeterName)
                .AddAspNetCoreInstrumentation()
                .AddOtlpExporter(exporter => exporter.Endpoint = settings.OtlpEndpoint ?? exporter.Endpoint));
    }
}
