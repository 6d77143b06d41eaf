using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Diagnostics;

/// <summary>Content reaches the log only when it is asked for, at Trace, and marked.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ContentLogTests
{
    private const string Said = "what the user says";
    private const string Key = "sk-ant-KEY";

    [Test]
    public async Task Content_that_is_asked_for_is_logged_at_trace_and_marked_and_no_key_is()
    {
        var records = await RunAsync(includeContent: true, LogLevel.Trace);
        var content = records.Where(record => record.Message.Contains(Said, StringComparison.Ordinal)).ToList();
        Assert.That(content, Has.Count.GreaterThanOrEqualTo(2), "the prompt, and the answer that repeats it");
        Assert.That(content.Select(record => record.Level), Is.All.EqualTo(LogLevel.Trace));
        Assert.That(content.Select(record => record.Message), Is.All.StartsWith("Sensitive:"));
        Assert.That(records.Select(record => record.Message), Has.None.Contains(Key));
    }

    [Test]
    public async Task Without_trace_or_without_asking_there_is_none()
    {
        Assert.That((await RunAsync(includeContent: true, LogLevel.Debug)).Select(record => record.Message), Has.None.Contains(Said));
        var unasked = await RunAsync(includeContent: false, LogLevel.Trace);
        Assert.That(unasked.Select(record => record.Message), Has.None.Contains(Said));
        Assert.That(unasked.Select(record => record.Message), Has.Some.Contains("reports the result success"));
    }

    private static async Task<IReadOnlyList<FakeLogRecord>> RunAsync(bool includeContent, LogLevel level)
    {
        var collector = FakeLogCollector.Create(new FakeLogCollectorOptions());
        using var log = LoggerFactory.Create(builder => builder.SetMinimumLevel(level).AddProvider(new FakeLoggerProvider(collector)));
        await using var cli = ScriptedCli.Create();
        var options = cli.Options();
        options.LoggerFactory = log;
        options.IncludeContentInTelemetry = includeContent;
        options.Environment["ANTHROPIC_API_KEY"] = Key;
        await using (var client = await ClaudeClient.ConnectAsync(options).InTime())
            await client.AskAsync(Said).InTime();
        return collector.GetSnapshot();
    }
}
