using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>A turn is stopped, by whatever means, and the client goes on.</summary>
internal sealed class InterruptionTests
{
    [Test]
    public async Task An_interrupt_in_mid_stream_ends_the_turn_and_the_next_one_works()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options => options.IncludePartialMessages = true);
        var gate = StandStill(cli);
        var turn = client.SendAsync("Talk.", cli.Deadline);
        await gate.Reached.WaitAsync(cli.Deadline);

        var receipt = await client.InterruptAsync(cancellationToken: cli.Deadline);
        var messages = await RealCli.ReadAsync(turn);

        Assert.Multiple(() =>
        {
            Assert.That(receipt.StillQueued, Is.Empty);
            Assert.That(messages.Result().IsInterrupted);
            Assert.That(messages.Result().IsSuccess, Is.False);
            Assert.That(messages.OfType<UserMessage>().Any(user => user.Text.Contains("interrupted by user", StringComparison.Ordinal)));
        });
        Assert.That(await cli.Api.ConversationRequests[0].Outcome.WaitAsync(cli.Deadline), Is.EqualTo(ReplyOutcome.ClientGone));
        await AssertUsableAsync(cli, client);
    }

    [Test]
    public async Task Interrupting_the_running_turn_itself_waits_for_its_end()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        var gate = StandStill(cli);
        var turn = client.SendAsync("Talk.", cli.Deadline);
        await gate.Reached.WaitAsync(cli.Deadline);

        await turn.InterruptAsync(cli.Deadline);

        Assert.That(turn.State, Is.EqualTo(TurnState.Ended));
        Assert.That((await turn.ResultAsync()).IsInterrupted);
        await AssertUsableAsync(cli, client);
    }

    [Test]
    public async Task A_cancelled_token_of_a_turn_throws_with_that_token_and_leaves_the_client_usable()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        var gate = StandStill(cli);
        using var cancel = new CancellationTokenSource();
        var turn = client.SendAsync("Talk.", cancel.Token);
        var reading = RealCli.ReadAsync(turn);
        await gate.Reached.WaitAsync(cli.Deadline);

        await cancel.CancelAsync();

        Assert.That((await CancellationOfAsync(reading)).CancellationToken, Is.EqualTo(cancel.Token));
        await AssertUsableAsync(cli, client);
        Assert.That(turn.State, Is.EqualTo(TurnState.Ended));
    }

    [Test]
    public async Task A_cancelled_token_of_the_loop_does_the_same()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        var gate = StandStill(cli);
        using var cancel = new CancellationTokenSource();
        var reading = ReadAsync(client.SendAsync("Talk."), cancel.Token);
        await gate.Reached.WaitAsync(cli.Deadline);

        await cancel.CancelAsync();

        Assert.That((await CancellationOfAsync(reading)).CancellationToken, Is.EqualTo(cancel.Token));
        await AssertUsableAsync(cli, client);

        static async Task ReadAsync(Turn turn, CancellationToken cancellationToken)
        {
            await foreach (var message in turn.WithCancellation(cancellationToken))
                Assert.That(message, Is.Not.InstanceOf<ResultMessage>());
        }
    }

    [Test]
    public async Task A_cancelled_question_throws_with_its_token_and_leaves_the_client_usable()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        var gate = StandStill(cli);
        using var cancel = new CancellationTokenSource();
        var asking = client.AskAsync("Talk.", cancel.Token);
        await gate.Reached.WaitAsync(cli.Deadline);

        await cancel.CancelAsync();

        Assert.That((await CancellationOfAsync(asking)).CancellationToken, Is.EqualTo(cancel.Token));
        await AssertUsableAsync(cli, client);
    }

    [Test]
    public async Task A_turn_cancelled_before_it_began_does_not_run_and_the_client_stays_usable()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        using var cancel = new CancellationTokenSource();

        var asking = client.AskAsync("Talk.", cancel.Token);
        await cancel.CancelAsync();

        Assert.That((await CancellationOfAsync(asking)).CancellationToken, Is.EqualTo(cancel.Token));
        await AssertUsableAsync(cli, client);
    }

    [Test]
    public async Task Leaving_the_loop_early_interrupts_the_turn_and_leaves_the_client_usable()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options => options.IncludePartialMessages = true);
        StandStill(cli);
        var turn = client.SendAsync("Talk.", cli.Deadline);

        await foreach (var message in turn)
        {
            if (message is StreamEventMessage { TextDelta: not null })
                break;
        }

        Assert.That(turn.State, Is.EqualTo(TurnState.Ended));
        Assert.That((await turn.ResultAsync()).IsInterrupted);
        await AssertUsableAsync(cli, client);
    }

    [Test]
    public async Task Leaving_a_query_early_ends_its_process()
    {
        await using var cli = await RealCli.StartAsync();
        StandStill(cli);

        await foreach (var message in ClaudeCode.QueryAsync("Talk.", cli.NewOptions(options => options.IncludePartialMessages = true), cli.Deadline))
        {
            if (message is StreamEventMessage { TextDelta: not null })
                break;
        }

        Assert.That(await cli.Api.ConversationRequests[0].Outcome.WaitAsync(cli.Deadline), Is.EqualTo(ReplyOutcome.ClientGone));
    }

    [Test]
    public async Task A_cancelled_query_throws_with_the_callers_token()
    {
        await using var cli = await RealCli.StartAsync();
        var gate = StandStill(cli);
        using var cancel = new CancellationTokenSource();
        var reading = RealCli.ReadAsync(ClaudeCode.QueryAsync("Talk.", cli.NewOptions(), cancel.Token));
        await gate.Reached.WaitAsync(cli.Deadline);

        await cancel.CancelAsync();

        Assert.That((await CancellationOfAsync(reading)).CancellationToken, Is.EqualTo(cancel.Token));
        Assert.That(await cli.Api.ConversationRequests[0].Outcome.WaitAsync(cli.Deadline), Is.EqualTo(ReplyOutcome.ClientGone));
    }

    [Test]
    public async Task An_interrupted_queued_turn_never_reaches_the_model_and_the_running_one_goes_on()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        var gate = StandStill(cli);
        var running = client.SendAsync("Talk.", cli.Deadline);
        await gate.Reached.WaitAsync(cli.Deadline);
        var queued = client.SendAsync("never to be seen", cli.Deadline);

        await queued.InterruptAsync(cli.Deadline);
        bool runningWentOn = running.State == TurnState.Running;
        gate.Open();

        Assert.That(queued.State, Is.EqualTo(TurnState.Ended));
        Assert.That(runningWentOn);
        Assert.That((await running.ResultAsync()).IsSuccess);
        await AssertUsableAsync(cli, client);
        Assert.That(cli.Api.ConversationRequests.Select(each => each.Body.GetRawText()), Has.None.Contains("never to be seen"));
    }

    [Test]
    public async Task An_interrupt_that_drops_the_queue_ends_the_queued_turns_too()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();
        var gate = StandStill(cli);
        var running = client.SendAsync("Talk.", cli.Deadline);
        await gate.Reached.WaitAsync(cli.Deadline);
        var queued = client.SendAsync("never to be seen", cli.Deadline);

        var receipt = await client.InterruptAsync(cancelQueued: true, cli.Deadline);

        Assert.That((await running.ResultAsync()).IsInterrupted);
        Assert.That(receipt.Cancelled, Is.EqualTo([queued.PromptId]));
        await Assert.ThatAsync(async () => await queued.ResultAsync(cli.Deadline), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(cli.Deadline.IsCancellationRequested, Is.False);
        await AssertUsableAsync(cli, client);
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "The Bash tool needs a Unix shell.")]
    public async Task An_interrupt_ends_a_running_tool()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options => options.AllowedTools = ["Bash"]);
        var running = cli.PathOf("running");
        // Not "sleep": the CLI does not even start that.
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", """{"command":"touch running && tail -f /dev/null"}"""));
        var turn = client.SendAsync("Wait.", cli.Deadline);
        var interrupting = InterruptOnceRunningAsync();

        var result = await turn.ResultAsync(cli.Deadline);

        await interrupting;
        Assert.That(result.IsInterrupted);
        await AssertUsableAsync(cli, client);

        async Task InterruptOnceRunningAsync()
        {
            while (!File.Exists(running))
                await Task.Delay(10, cli.Deadline);
            await client.InterruptAsync(cancellationToken: cli.Deadline);
        }
    }

    /// <summary>Makes the next answer stand still in its middle.</summary>
    private static ScriptedGate StandStill(RealCli cli)
    {
        var gate = new ScriptedGate();
        cli.Api.Enqueue(ScriptedReply.Text("one two three four").WaitFor(gate, afterEvents: 4));
        return gate;
    }

    private static async Task AssertUsableAsync(RealCli cli, ClaudeClient client)
    {
        cli.Api.Default = _ => ScriptedReply.Text("still here");
        Assert.That(await client.AskAsync("Still there?", cli.Deadline), Is.EqualTo("still here"));
        Assert.That(client.Completion.IsCompleted, Is.False);
    }

    private static async Task<OperationCanceledException> CancellationOfAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException cancelled)
        {
            return cancelled;
        }

        throw new AssertionException("It was not cancelled.");
    }
}
