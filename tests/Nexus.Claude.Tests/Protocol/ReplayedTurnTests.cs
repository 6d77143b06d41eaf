using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Protocol;

/// <summary>Recorded exchanges of the real CLI, 2.1.330 and 2.1.197, in lock step with a client.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ReplayedTurnTests
{
    [Test]
    public async Task Two_turns_of_2_1_197_which_names_no_prompts()
    {
        await using var cli = Recorded("hello_197");
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        foreach (var _ in Enumerable.Range(0, 2))
        {
            var messages = await client.SendAsync("x").ReadAsync();
            Assert.That(messages.Select(message => message.Type), Is.EqualTo(new[] { "system", "assistant", "result" }));
        }

        await client.DisposeAsync().InTime();
        Assert.That((await client.Completion.InTime()).ExitCode, Is.Zero);
    }

    [Test]
    public async Task Interrupts_with_a_queue()
    {
        await using var cli = Recorded("interrupt_with_queue");
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        var first = client.SendAsync("1");
        var second = client.SendAsync("2");
        var receipt = await client.InterruptAsync().InTime();
        Assert.That((await first.ResultAsync().InTime()).IsInterrupted);
        Assert.That((await second.ResultAsync().InTime()).IsSuccess);
        Assert.That(receipt.StillQueued, Has.Count.EqualTo(1));

        var third = client.SendAsync("3");
        var fourth = client.SendAsync("4");
        await client.InterruptAsync(cancelQueued: true).InTime();
        Assert.That((await third.ResultAsync().InTime()).IsInterrupted);
        await fourth.ResultAsync().FailureAsync<OperationCanceledException>();

        await client.DisposeAsync().InTime();
        Assert.That((await client.Completion.InTime()).ExitCode, Is.EqualTo(1));
        Assert.That((await client.Completion.InTime()).Cause, Is.Null);
    }

    [Test]
    public async Task An_interrupt_in_mid_stream_and_another_turn()
    {
        await using var cli = Recorded("interrupt_midstream");
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        var first = client.SendAsync("1");
        await client.InterruptAsync().InTime();
        var messages = await first.ReadAsync();
        Assert.That(messages.OfType<ResultMessage>().Single().IsInterrupted);
        Assert.That(messages.OfType<StreamEventMessage>(), Is.Not.Empty);

        Assert.That((await client.SendAsync("2").ReadAsync())[^1], Is.InstanceOf<ResultMessage>().With.Property(nameof(ResultMessage.IsSuccess)).True);
    }

    [Test]
    public async Task A_turn_that_the_CLI_starts_when_a_background_task_has_ended()
    {
        await using var cli = Recorded("background_bash_task");
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        var ours = await client.SendAsync("x").ReadAsync();
        await client.DisposeAsync().InTime();
        var theirs = await client.Unprompted.ReadAsync();

        Assert.That(ours.OfType<ResultMessage>().Single().Origin, Is.Null);
        Assert.That(ours[^1], Is.InstanceOf<ResultMessage>());
        Assert.That(theirs.OfType<TaskNotificationMessage>().Count(), Is.EqualTo(1));
        Assert.That(theirs.OfType<ResultMessage>().Single().Origin?.Kind.Value, Is.EqualTo("task-notification"));
    }

    [Test]
    public async Task A_session_to_resume_that_does_not_exist()
    {
        await using var cli = Recorded("session_resume_missing");
        var options = cli.Options();
        options.Resume = "99999999-9999-4999-8999-999999999999";

        var failure = await ClaudeClient.ConnectAsync(options).FailureAsync<CliExitedException>();
        Assert.That(failure.ExitCode, Is.EqualTo(1));
        Assert.That(failure.Message, Does.Contain("No conversation found"));

        var messages = await ClaudeCode.QueryAsync("x", options).ReadAsync();
        Assert.That(messages.OfType<ResultMessage>().Single().IsSuccess, Is.False);
    }

    [Test]
    public async Task A_limit_of_turns_that_is_reached()
    {
        await using var cli = Recorded("max_turns");

        var messages = await ClaudeCode.QueryAsync("x", cli.Options()).ReadAsync();
        var failure = await ClaudeCode.AskAsync("x", cli.Options()).FailureAsync<MaxTurnsExceededException>();

        Assert.That(messages[^1], Is.InstanceOf<ResultMessage>().With.Property(nameof(ResultMessage.Subtype)).EqualTo(ResultSubtype.ErrorMaxTurns));
        Assert.That(failure.Message, Does.Contain("maximum number of turns"));
    }

    [Test]
    public async Task Five_turns_on_one_process()
    {
        await using var cli = ScriptedCli.Create();
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        for (var i = 1; i <= 5; i++)
            Assert.That(await client.AskAsync($"{i}").InTime(), Is.EqualTo($"You said: {i}"));

        Assert.That((await cli.ReadRecordAsync()).Count(record => record.Kind == "start"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_cancelled_turn_and_another_on_the_same_process()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().InterruptibleTurn("one ", "two ").Turns());
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();
        using var cancel = new CancellationTokenSource();
        var turn = client.SendAsync("1", cancel.Token);
        var reading = Task.Run(async () =>
        {
            await foreach (var message in turn)
            {
                if (message is StreamEventMessage { TextDelta: "two " })
                    await cancel.CancelAsync();
            }
        });

        await reading.FailureAsync<OperationCanceledException>();

        Assert.That(await client.AskAsync("2").InTime(), Is.EqualTo("You said: 2"));
    }

    private static ScriptedCli Recorded(string name) => ScriptedCli.Create(new CliScript().Replay(
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Fixtures", "cli-transcripts", name + ".jsonl")));
}
