using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Protocol;

/// <summary>What the caller says, and what it must keep to itself, is in no log, not even at Trace.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class LogHygieneTests
{
    private const string Secret = "sk-ant-SECRET";

    [Test]
    public async Task No_prompt_no_key_and_no_environment_value_is_logged()
    {
        using var log = new Everything();
        await using var cli = ScriptedCli.Create(new CliScript().WriteText($"noise {Secret}").WriteText($"{{broken {Secret}").AnswerInitialize()
            .RefuseControl("set_model", "no").InterruptibleTurn("one ").Turn().IgnoreEndOfInput().IgnoreInterrupt());
        var client = await ClaudeClient.ConnectAsync(Options(cli, log)).InTime();
        await client.SetModelAsync(Secret).FailureAsync<ProtocolException>();
        using var cancel = new CancellationTokenSource();
        var turn = client.SendAsync($"{Secret} 1", cancel.Token);
        await turn.Started.InTime();
        await cancel.CancelAsync();
        await turn.Ended.InTime();
        await client.AskAsync($"{Secret} 2").InTime();
        await client.DisposeAsync().InTime();

        await using var crashing = ScriptedCli.Create(new CliScript().WriteError("dying").AwaitUserMessage().Crash());
        await ClaudeCode.QueryAsync($"{Secret} 3", Options(crashing, log)).ReadToFailureAsync();
        var wrong = Options(cli, log);
        wrong.CliPath = typeof(LogHygieneTests).Assembly.Location + ".missing";
        await ClaudeClient.ConnectAsync(wrong).FailureAsync<CliNotFoundException>();

        Assert.That(log.Lines, Is.Not.Empty);
        Assert.That(log.Lines, Has.Some.Contains("started as process"), "the log is on");
        Assert.That(log.Lines, Has.None.Contains(Secret));
    }

    private static ClaudeOptions Options(ScriptedCli cli, Everything log)
    {
        var options = cli.Options();
        options.LoggerFactory = log;
        options.ShutdownTimeout = TimeSpan.FromMilliseconds(100);
        options.SystemPrompt = Secret;
        options.StandardError = _ => throw new InvalidOperationException("the callback's own");
        options.Environment["ANTHROPIC_API_KEY"] = Secret;
        return options;
    }

    private sealed class Everything : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            Lines.Enqueue($"{state}");
            return null;
        }

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(", ", pairs.Select(pair => $"{pair.Key}={pair.Value}")) : "";
            Lines.Enqueue($"{formatter(state, exception)} {values} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
