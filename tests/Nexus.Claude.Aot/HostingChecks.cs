using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Aot;

/// <summary>The container, configuration, the chat client, health and telemetry, without reflection.</summary>
internal static class HostingChecks
{
    public static async Task RunAsync(Report report)
    {
        await report.CheckAsync("a container gives a factory, options from configuration and a health check", HostAsync);
        await report.CheckAsync("a chat client answers, streams, goes on and takes a history with tool calls", ChatAsync);
        await report.CheckAsync("turns are spans and metrics", ObserveAsync);
    }

    private static async Task HostAsync(CancellationToken cancellationToken)
    {
        await using var cli = ScriptedCli.Create();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Claude:MaxTurns", "7"), new("Claude:Tools", "Read,Grep"), new("Claude:CliPath", ScriptedCli.ExecutablePath),
            .. cli.Environment.Select(variable => KeyValuePair.Create("Claude:Environment:" + variable.Key, (string?)variable.Value)),
        ]).Build();
        var services = new ServiceCollection();
        services.AddNexusClaude(configuration.GetSection("Claude"));
        await using var provider = services.BuildServiceProvider();

        await using var client = await provider.GetRequiredService<IClaudeClientFactory>().CreateAsync(cancellationToken: cancellationToken);
        Report.Equal("You said: Hello", await client.AskAsync("Hello", cancellationToken), "the answer");

        var registration = ClaudeHealthCheck.Registration();
        var check = registration.Factory(provider);
        var health = await check.CheckHealthAsync(new HealthCheckContext { Registration = registration }, cancellationToken);
        Report.Equal(HealthStatus.Healthy, health.Status, "the health");
    }

    private static async Task ChatAsync(CancellationToken cancellationToken)
    {
        await using var cli = ScriptedCli.Create();
        await using var chat = new ClaudeChatClient(ConversationChecks.OptionsFor(cli));
        var first = await chat.GetResponseAsync("Hello", cancellationToken: cancellationToken);
        Report.Equal("You said: Hello", first.Text, "the answer");
        var second = new List<ChatResponseUpdate>();
        await foreach (var update in chat.GetStreamingResponseAsync("Again", new ChatOptions { ConversationId = first.ConversationId }, cancellationToken))
            second.Add(update);
        Report.Equal("You said: Again", second.ToChatResponse().Text, "the second answer");

        var schema = JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"}},"$schema":"https://json-schema.org/draft/2020-12/schema"}""");
        var typed = new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema), Temperature = 0.5f, StopSequences = ["END"] };
        List<ChatMessage> history =
        [
            new(ChatRole.User, "Weather?"),
            new(ChatRole.Assistant, [new FunctionCallContent("toolu_1", "get_weather", new Dictionary<string, object?> { ["city"] = "Bern", ["days"] = 2 })]),
            new(ChatRole.Tool, [new FunctionResultContent("toolu_1", true)]),
        ];
        Report.True((await chat.GetResponseAsync(history, typed, cancellationToken)).Messages.Count > 0, "a history with a tool call is answered");
    }

    private static async Task ObserveAsync(CancellationToken cancellationToken)
    {
        var spans = new List<string>();
        var durations = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ClaudeTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                lock (spans)
                    spans.Add(span.DisplayName);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var meters = new MeterListener();
        meters.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Name == "gen_ai.client.operation.duration")
                own.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref durations));
        meters.Start();
        await using var cli = ScriptedCli.Create();
        var options = ConversationChecks.OptionsFor(cli);
        options.IncludeContentInTelemetry = true;

        await ClaudeCode.AskAsync("Hello", options, cancellationToken);

        lock (spans)
            Report.True(spans.Contains("nexus.claude.connect") && spans.Contains("invoke_agent claude-code"), "there are spans of the start and of the turn");
        Report.True(durations > 0, "the turn was timed");
    }
}
