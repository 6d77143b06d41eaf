using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Cli;
using Nexus.Claude.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace Nexus.Claude.Tests.Protocol;

/// <summary>Time limits, with a clock that the test turns; where no limit is meant, the clock stands still.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class TimeLimitTests
{
    [Test]
    public async Task A_control_request_without_an_answer_fails_and_is_withdrawn()
    {
        var (cli, time, session) = await StartAsync();
        var asking = session.Control.RequestAsync("set_model", null, TimeSpan.FromSeconds(60), CancellationToken.None);
        var id = await cli.TakeControlAsync("set_model");

        time.Advance(TimeSpan.FromSeconds(59));
        Assert.That(asking.IsCompleted, Is.False);
        await TurnUntilAsync(time, asking);

        var failure = await asking.FailureAsync<ClaudeTimeoutException>();
        Assert.That(failure.Message, Does.Contain("'set_model' within 60 s"));
        var withdrawal = await cli.TakeAsync(line => FakeCli.Text(line, "type") == "control_cancel_request");
        Assert.That(FakeCli.Text(withdrawal, "request_id"), Is.EqualTo(id));
        await cli.AnswerAsync(id);
        await AssertUsableAsync(cli, session);
    }

    [Test]
    public async Task A_control_request_that_is_given_up_is_withdrawn()
    {
        var (cli, _, session) = await StartAsync();
        using var cancel = new CancellationTokenSource();
        var asking = session.Control.RequestAsync("set_model", null, TimeSpan.FromSeconds(60), cancel.Token);
        var id = await cli.TakeControlAsync("set_model");

        await cancel.CancelAsync();

        await asking.FailureAsync<OperationCanceledException>();
        var withdrawal = await cli.TakeAsync(line => FakeCli.Text(line, "type") == "control_cancel_request");
        Assert.That(FakeCli.Text(withdrawal, "request_id"), Is.EqualTo(id));
        await session.Control.RequestAsync("set_model", null, TimeSpan.FromSeconds(60), cancel.Token).FailureAsync<OperationCanceledException>();
        await AssertUsableAsync(cli, session);
    }

    [Test]
    public async Task The_end_of_the_CLI_fails_everybody_who_waits_at_once()
    {
        var (cli, _, session) = await StartAsync();
        cli.StandardErrorTail = "out of memory";
        var turns = new[] { session.Send("1", CancellationToken.None), session.Send("2", CancellationToken.None) };
        var calls = Enumerable.Range(0, 3).Select(_ => session.Control.RequestAsync("mcp_status", null, TimeSpan.FromSeconds(60), CancellationToken.None)).ToList();
        await cli.TakeControlAsync("mcp_status");

        cli.Exit(137);

        foreach (var waiter in calls.Cast<Task>().Concat(turns.Select(turn => turn.ResultAsync())))
            Assert.That((await waiter.FailureAsync<CliExitedException>()).Message, Does.Contain("exit code 137").And.Contain("out of memory"));
        Assert.That((await turns[0].ReadToFailureAsync()).Failure, Is.InstanceOf<CliExitedException>());
        Assert.That((await session.Completion.InTime()).ExitCode, Is.EqualTo(137));
        Assert.That(cli.IsDisposed);
        await session.Control.RequestAsync("mcp_status", null, TimeSpan.FromSeconds(60), CancellationToken.None).FailureAsync<CliExitedException>();
    }

    [Test]
    public async Task An_initialize_that_is_never_answered_says_what_the_CLI_said()
    {
        var time = new FakeTimeProvider();
        var cli = new FakeCli { StandardErrorTail = "waiting for the network" };
        var settings = new SessionSettings { Logger = NullLogger.Instance, TimeProvider = time };
        var start = SessionStart.Begin(cli, CliCommand.Create(new ClaudeOptions()), settings);
        var waiting = start.InitializeAsync(CancellationToken.None);

        await TurnUntilAsync(time, waiting);

        var failure = await waiting.FailureAsync<ClaudeTimeoutException>();
        Assert.That(failure.Message, Does.Contain("within 60 s").And.Contain("waiting for the network"));
    }

    [Test]
    public async Task A_silent_turn_is_interrupted_and_the_session_goes_on()
    {
        var (cli, time, session) = await StartAsync(settings => settings with { IdleTimeout = TimeSpan.FromSeconds(30) });
        var turn = session.Send("1", CancellationToken.None);
        await cli.SayAsync(CliLines.Lifecycle(turn.PromptId, "started"));
        await turn.Started.InTime();

        var result = turn.ResultAsync();
        await TurnUntilAsync(time, result);

        var failure = await result.FailureAsync<ClaudeTimeoutException>();
        Assert.That(failure.Message, Does.Contain("silent for 30 s").And.Contain("IdleTimeout"));
        Assert.That((await turn.ReadToFailureAsync()).Failure, Is.SameAs(failure));
        await cli.AnswerAsync(await cli.TakeControlAsync("interrupt"));
        await cli.SayAsync(CliLines.Result(turn.PromptId));
        await turn.Ended.InTime();
        await AssertUsableAsync(cli, session);
    }

    [Test]
    public async Task Every_line_starts_the_silence_anew()
    {
        var (cli, time, session) = await StartAsync(settings => settings with { IdleTimeout = TimeSpan.FromSeconds(30) });
        var turn = session.Send("1", CancellationToken.None);
        await cli.SayAsync(CliLines.Lifecycle(turn.PromptId, "started"));
        var messages = turn.GetAsyncEnumerator();
        for (var i = 0; i < 10; i++)
        {
            await messages.MoveNextAsync().AsTask().InTime();
            time.Advance(TimeSpan.FromSeconds(20));
            await cli.SayAsync(CliLines.Delta("."));
        }

        await cli.SayAsync(CliLines.Result(turn.PromptId));
        Assert.That((await turn.ResultAsync().InTime()).IsSuccess);
        await messages.DisposeAsync().InTime();
    }

    [Test]
    public async Task A_turn_over_its_deadline_is_interrupted_however_much_it_says()
    {
        var (cli, time, session) = await StartAsync(settings => settings with { TurnTimeout = TimeSpan.FromSeconds(30) });
        var turn = session.Send("1", CancellationToken.None);
        await cli.SayAsync(CliLines.Lifecycle(turn.PromptId, "started"));
        await turn.Started.InTime();

        var result = turn.ResultAsync();
        while (!result.IsCompleted)
        {
            await cli.SayAsync(CliLines.Delta("."));
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }

        Assert.That((await result.FailureAsync<ClaudeTimeoutException>()).Message, Does.Contain("TurnTimeout"));
        await cli.AnswerAsync(await cli.TakeControlAsync("interrupt"));
        await cli.SayAsync(CliLines.Result(turn.PromptId));
        await turn.Ended.InTime();
        await AssertUsableAsync(cli, session);
    }

    [Test]
    public async Task A_CLI_that_does_not_even_answer_the_interrupt_is_killed()
    {
        var (cli, time, session) = await StartAsync(settings => settings with { IdleTimeout = TimeSpan.FromSeconds(30) });
        var turn = session.Send("1", CancellationToken.None);
        await cli.SayAsync(CliLines.Lifecycle(turn.PromptId, "started"));

        await TurnUntilAsync(time, session.Completion);

        Assert.That(cli.IsKilled);
        Assert.That((await session.Completion.InTime()).Cause, Is.InstanceOf<ClaudeTimeoutException>());
        await turn.ResultAsync().FailureAsync<ClaudeTimeoutException>();
    }

    [Test]
    public async Task Closing_goes_from_the_end_of_input_to_the_interrupt_to_the_kill()
    {
        var (cli, time, session) = await StartAsync();

        var closing = session.DisposeAsync().AsTask();
        Assert.That(await cli.TakeRestAsync(), Is.Empty, "the input is closed");
        Assert.That(cli.IsInterrupted, Is.False);
        while (!cli.IsInterrupted)
            await StepAsync(time);
        Assert.That(cli.IsKilled, Is.False);
        await TurnUntilAsync(time, closing);

        Assert.That(cli.IsKilled);
        Assert.That(cli.IsDisposed);
        Assert.That((await session.Completion.InTime()).Cause, Is.Null);
    }

    [Test]
    public async Task Output_that_only_a_grandchild_holds_is_not_waited_for_and_what_is_in_it_is_read()
    {
        var (cli, time, session) = await StartAsync();
        var turn = session.Send("1", CancellationToken.None);
        await cli.SayAsync(CliLines.Lifecycle(turn.PromptId, "started"), CliLines.Assistant("last words"));

        cli.ExitWithOpenOutput(0);
        await TurnUntilAsync(time, session.Completion);

        var (messages, failure) = await turn.ReadToFailureAsync();
        Assert.That(messages.OfType<AssistantMessage>().Single().Text, Is.EqualTo("last words"));
        Assert.That(failure, Is.InstanceOf<CliExitedException>());
    }

    private static async Task<(FakeCli Cli, FakeTimeProvider Time, Session Session)> StartAsync(Func<SessionSettings, SessionSettings>? change = null)
    {
        var cli = new FakeCli();
        var time = new FakeTimeProvider();
        var session = await cli.StartAsync(settings => (change?.Invoke(settings) ?? settings) with { TimeProvider = time });
        return (cli, time, session);
    }

    private static async Task AssertUsableAsync(FakeCli cli, Session session)
    {
        var turn = session.Send("still there?", CancellationToken.None);
        await cli.SayAsync(CliLines.Turn(turn.PromptId));
        Assert.That((await turn.ResultAsync().InTime()).IsSuccess);
    }

    private static async Task TurnUntilAsync(FakeTimeProvider time, Task task)
    {
        for (var left = 20_000; !task.IsCompleted && left > 0; left--)
            await StepAsync(time);
        await Task.WhenAny(task).InTime();
    }

    private static async Task StepAsync(FakeTimeProvider time)
    {
        time.Advance(TimeSpan.FromMilliseconds(500));
        await Task.Delay(1);
    }
}
