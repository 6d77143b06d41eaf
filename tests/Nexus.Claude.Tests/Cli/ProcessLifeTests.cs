using System.Diagnostics;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Cli;

/// <summary>However a session ends, no process of it is left: no orphan, no zombie, no grandchild.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ProcessLifeTests
{
    [Test]
    public async Task Closing_twice_and_from_many_sides_ends_it_once()
    {
        await using var cli = ScriptedCli.Create();
        var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => client.DisposeAsync().AsTask()))).InTime();
        await client.DisposeAsync().InTime();

        await Bounded.GoneAsync(client.ProcessId);
        var exit = await client.Completion.InTime();
        Assert.That(exit.ExitCode, Is.Zero);
        Assert.That(exit.Cause, Is.Null);
        Assert.That(exit.ExitedAt, Is.GreaterThanOrEqualTo(exit.StartedAt));
        Assert.Throws<ObjectDisposedException>(() => client.SendAsync("Hi"));
        await client.SetModelAsync("x").FailureAsync<ObjectDisposedException>();
        await client.InterruptAsync().FailureAsync<ObjectDisposedException>();
    }

    [Test]
    public async Task A_kill_ends_it_now_and_closing_afterwards_is_harmless()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().AwaitUserMessage().Hang());
        var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();
        var turn = client.SendAsync("Hi");

        client.Kill();
        client.Kill();

        await turn.ResultAsync().FailureAsync<CliExitedException>();
        Assert.That((await client.Completion.InTime()).Cause, Is.InstanceOf<CliExitedException>());
        await client.DisposeAsync().InTime();
        client.Kill();
        await Bounded.GoneAsync(client.ProcessId);
    }

    [Test]
    public async Task Closing_while_a_turn_is_read_ends_the_reading()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().NeverAnswer("interrupt").AwaitUserMessage()
            .WriteLine(CliLines.Assistant("first")).IgnoreInterrupt().Hang());
        var options = cli.Options();
        options.ShutdownTimeout = TimeSpan.FromMilliseconds(100);
        var client = await ClaudeClient.ConnectAsync(options).InTime();
        var first = new TaskCompletionSource();
        var reading = Task.Run(async () =>
        {
            await foreach (var message in client.SendAsync("Hi"))
            {
                if (message is AssistantMessage)
                    first.TrySetResult();
            }
        });
        await first.Task.InTime();

        await client.DisposeAsync().InTime();

        var failure = await reading.FailureAsync<ClaudeException>();
        Assert.That(failure.Message, Does.Contain("closed before the turn ended"));
        await Bounded.GoneAsync(client.ProcessId);
    }

    [Test]
    public async Task Cancelling_a_connect_leaves_nothing()
    {
        await using var cli = ScriptedCli.Create(new CliScript().NeverAnswer("initialize").Mark("up").Hang());
        using var cancel = new CancellationTokenSource();
        var connecting = ClaudeClient.ConnectAsync(cli.Options(), cancel.Token);
        var mark = await cli.WaitForMarkAsync("up").InTime();

        await cancel.CancelAsync();

        await connecting.FailureAsync<OperationCanceledException>();
        await Bounded.GoneAsync(mark.ProcessId);
        await ClaudeClient.ConnectAsync(cli.Options(), cancel.Token).FailureAsync<OperationCanceledException>();
    }

    [Test]
    public async Task Cancelling_a_query_that_starts_leaves_nothing()
    {
        await using var cli = ScriptedCli.Create(new CliScript().NeverAnswer("initialize").IgnoreInterrupt().Mark("up").IgnoreEndOfInput().Hang());
        var options = cli.Options();
        options.ShutdownTimeout = TimeSpan.FromMilliseconds(100);
        using var cancel = new CancellationTokenSource();
        var reading = ClaudeCode.QueryAsync("Hi", options, cancel.Token).ReadToFailureAsync();
        var mark = await cli.WaitForMarkAsync("up").InTime();

        await cancel.CancelAsync();

        var (messages, failure) = await reading;
        Assert.That(messages, Is.Empty);
        Assert.That(failure, Is.InstanceOf<OperationCanceledException>());
        await Bounded.GoneAsync(mark.ProcessId);
    }

    [Test]
    public async Task Cancelling_a_query_interrupts_it_and_lets_the_CLI_end_in_order()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().InterruptibleTurn("one ", "two "));
        using var cancel = new CancellationTokenSource();
        var reading = Task.Run(async () =>
        {
            await foreach (var message in ClaudeCode.QueryAsync("Hi", cli.Options(), cancel.Token))
            {
                if (message is StreamEventMessage { TextDelta: "two " })
                    await cancel.CancelAsync();
            }
        });

        await reading.FailureAsync<OperationCanceledException>();

        var records = await cli.ReadRecordAsync();
        await Bounded.GoneAsync(records[0].ProcessId);
        Assert.That(records.Select(record => record.LineJson).Any(line => line.ValueKind == System.Text.Json.JsonValueKind.Object
            && line.TryGetProperty("request", out var request) && FakeCli.Text(request, "subtype") == "interrupt"));
        Assert.That(records.Any(record => record.Kind == "end_of_input"));
        Assert.That(records.Where(record => record.Kind == "signal"), Is.Empty);
    }

    [Test]
    public async Task An_exception_of_the_consumer_ends_the_CLI()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().InterruptibleTurn("one "));
        var consuming = Task.Run(async () =>
        {
            await foreach (var message in ClaudeCode.QueryAsync("Hi", cli.Options()))
            {
                if (message is StreamEventMessage)
                    throw new InvalidDataException("the consumer's own");
            }
        });

        await consuming.FailureAsync<InvalidDataException>();

        await Bounded.GoneAsync((await cli.ReadRecordAsync())[0].ProcessId);
    }

    [Test]
    public async Task An_exception_of_the_prompts_ends_the_CLI_and_reaches_the_reader()
    {
        await using var cli = ScriptedCli.Create();

        var (_, failure) = await ClaudeCode.QueryAsync(OneAndThenThrow(), cli.Options()).ReadToFailureAsync();

        Assert.That(failure, Is.InstanceOf<InvalidDataException>());
        foreach (var record in await cli.ReadRecordAsync())
            await Bounded.GoneAsync(record.ProcessId);
    }

    [Test]
    public async Task Prompts_that_never_come_and_heed_no_token_do_not_hold_up_the_end()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().Turn("One.").Turns());
        var never = new TaskCompletionSource();
        var disposed = new TaskCompletionSource();
        var reading = Task.Run(async () =>
        {
            await foreach (var message in ClaudeCode.QueryAsync(OneAndThenWait(never.Task, disposed), cli.Options()))
            {
                if (message is ResultMessage)
                    break;
            }
        });

        await reading.InTime();

        await Bounded.GoneAsync((await cli.ReadRecordAsync())[0].ProcessId);
        Assert.That(disposed.Task.IsCompleted, Is.False);
        never.SetResult();
        await disposed.Task.InTime();
    }

    [Test]
    public async Task Prompts_that_are_none_end_the_query_at_once()
    {
        await using var cli = ScriptedCli.Create();

        Assert.That(await ClaudeCode.QueryAsync(None(), cli.Options()).ReadAsync(), Is.Empty);
    }

    [Test]
    public async Task A_callback_that_throws_is_called_no_more_and_harms_nothing()
    {
        await using var cli = ScriptedCli.Create(new CliScript().WriteError("one").WriteError("two").AnswerInitialize().WriteError("three").Turn("ok"));
        var options = cli.Options();
        var calls = 0;
        options.StandardError = _ =>
        {
            calls++;
            throw new InvalidDataException("the callback's own");
        };

        Assert.That(await ClaudeCode.AskAsync("Hi", options).InTime(), Is.EqualTo("ok"));

        Assert.That(calls, Is.EqualTo(1));
        foreach (var record in await cli.ReadRecordAsync())
            await Bounded.GoneAsync(record.ProcessId);
    }

    [Test]
    public async Task A_callback_that_never_returns_does_not_hold_up_the_end()
    {
        await using var cli = ScriptedCli.Create(new CliScript().WriteError("one").AnswerInitialize().Turns());
        var options = cli.Options();
        using var release = new ManualResetEventSlim();
        options.StandardError = _ => release.Wait();

        Assert.That(await ClaudeCode.AskAsync("Hi", options).InTime(), Is.EqualTo("You said: Hi"));

        release.Set();
    }

    [Test]
    public async Task Grandchildren_that_hold_the_output_and_want_no_signal_die_without_being_waited_for()
    {
        await using var cli = ScriptedCli.Create(new CliScript().Grandchild(holdsOutput: true, ignoresSignals: true).AnswerInitialize().Turns());
        var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();
        var grandchild = await cli.WaitForGrandchildAsync().InTime();
        Assert.That(Bounded.Exists(grandchild));
        Assert.That(await client.AskAsync("Hi").InTime(), Is.EqualTo("You said: Hi"));
        var watch = Stopwatch.StartNew();

        await client.DisposeAsync().InTime();

        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(15)), "it would hold the output for a minute");
        Assert.That((await client.Completion.InTime()).Cause, Is.Null);
        await Bounded.GoneAsync(client.ProcessId);
        await Bounded.GoneAsync(grandchild);
    }

    [Test, Platform("Linux,Win")]
    public async Task Grandchildren_that_a_crash_left_behind_die_too()
    {
        await using var cli = ScriptedCli.Create(new CliScript().Grandchild(holdsOutput: true).Grandchild().AnswerInitialize().AwaitUserMessage()
            .WriteLine(CliLines.Assistant("last words")).Crash());
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        var (messages, failure) = await client.SendAsync("Hi").ReadToFailureAsync();

        Assert.That(messages.OfType<AssistantMessage>().Single().Text, Is.EqualTo("last words"));
        Assert.That(failure, Is.InstanceOf<CliExitedException>());
        await client.Completion.InTime();
        var grandchildren = (await cli.ReadRecordAsync()).Select(record => record.GrandchildProcessId).OfType<int>().ToList();
        Assert.That(grandchildren, Has.Count.EqualTo(2));
        foreach (var grandchild in grandchildren)
            await Bounded.GoneAsync(grandchild);
    }

    [Test]
    public async Task Nobody_sees_an_unobserved_failure_of_the_SDK()
    {
        List<string> unobserved = [];
        EventHandler<UnobservedTaskExceptionEventArgs> note = (_, e) =>
        {
            if (e.Exception.ToString().Contains("Nexus.Claude.Protocol", StringComparison.Ordinal) || e.Exception.ToString().Contains("Nexus.Claude.Cli", StringComparison.Ordinal))
                unobserved.Add(e.Exception.ToString());
        };
        TaskScheduler.UnobservedTaskException += note;
        try
        {
            for (var i = 0; i < 3; i++)
            {
                await using var cli = ScriptedCli.Create(new CliScript().AwaitUserMessage().WriteError("dying").Crash());
                await ClaudeCode.QueryAsync("Hi", cli.Options()).ReadToFailureAsync();
                await ClaudeClient.ConnectAsync(cli.Options(), new CancellationTokenSource(TimeSpan.FromMilliseconds(50)).Token).FailureAsync<Exception>();
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= note;
        }

        Assert.That(unobserved, Is.Empty);
    }

    private static async IAsyncEnumerable<UserPrompt> OneAndThenThrow()
    {
        yield return "One";
        await Task.Yield();
        throw new InvalidDataException("the prompts' own");
    }

    private static async IAsyncEnumerable<UserPrompt> OneAndThenWait(Task more, TaskCompletionSource disposed)
    {
        try
        {
            yield return "One";
            await more;
        }
        finally
        {
            disposed.SetResult();
        }
    }

    private static async IAsyncEnumerable<UserPrompt> None()
    {
        await Task.Yield();
        yield break;
    }
}
