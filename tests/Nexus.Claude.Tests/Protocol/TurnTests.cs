using Nexus.Claude.Protocol;

namespace Nexus.Claude.Tests.Protocol;

/// <summary>Whose message is it, and when is a turn over: against a CLI that says exactly what the test wants.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class TurnTests
{
    [Test]
    public async Task Queued_turns_each_get_their_own_messages_and_result()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var turns = Enumerable.Range(0, 5).Select(i => session.Send($"{i}", CancellationToken.None)).ToList();
        foreach (var turn in turns)
            Assert.That(await cli.TakePromptAsync(), Is.EqualTo(turn.PromptId));
        await cli.SayAsync([.. turns.Select(turn => CliLines.Lifecycle(turn.PromptId, "queued"))]);
        foreach (var turn in turns)
            await cli.SayAsync(CliLines.Turn(turn.PromptId, turn.PromptId)[1..]);

        foreach (var turn in turns)
        {
            var messages = await turn.ReadAsync();
            Assert.That(messages.OfType<AssistantMessage>().Single().Text, Is.EqualTo(turn.PromptId));
            Assert.That(messages[^1], Is.SameAs(await turn.ResultAsync().InTime()));
            Assert.That(turn.State, Is.EqualTo(TurnState.Ended));
        }
    }

    [Test]
    public async Task A_CLI_that_names_no_prompts_is_followed_by_order()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var first = session.Send("1", CancellationToken.None);
        var second = session.Send("2", CancellationToken.None);
        await cli.SayAsync(CliLines.Init(), CliLines.Assistant("one"), CliLines.Result(), CliLines.Init(), CliLines.Assistant("two"), CliLines.Result());

        Assert.That((await first.ReadAsync()).OfType<AssistantMessage>().Single().Text, Is.EqualTo("one"));
        Assert.That((await second.ReadAsync()).OfType<AssistantMessage>().Single().Text, Is.EqualTo("two"));
    }

    [Test]
    public async Task A_turn_that_the_CLI_starts_goes_to_Unprompted_while_ours_waits()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        await FinishAsync(cli, session.Send("0", CancellationToken.None));
        var ours = session.Send("1", CancellationToken.None);
        await cli.SayAsync(
            CliLines.Lifecycle(ours.PromptId, "queued"), CliLines.State("running"), CliLines.Init(), CliLines.Assistant("background"),
            CliLines.Result(members: ",\"origin\":{\"kind\":\"task-notification\"}"), CliLines.State("idle"));
        await cli.SayAsync(CliLines.Turn(ours.PromptId, "ours")[1..]);

        Assert.That((await ours.ReadAsync()).OfType<AssistantMessage>().Single().Text, Is.EqualTo("ours"));
        Assert.That((await ours.ResultAsync().InTime()).Origin, Is.Null);
        Assert.That(Unprompted(session).OfType<AssistantMessage>().Single().Text, Is.EqualTo("background"));
    }

    [Test]
    public async Task A_prompt_that_the_CLI_takes_into_the_running_turn_shares_its_result()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var running = session.Send("1", CancellationToken.None);
        var taken = session.Send("2", CancellationToken.None);
        await cli.SayAsync(
            CliLines.Lifecycle(running.PromptId, "started"), CliLines.Init(), CliLines.Lifecycle(taken.PromptId, "queued"),
            CliLines.Lifecycle(taken.PromptId, "started"), CliLines.Lifecycle(taken.PromptId, "completed"), CliLines.Assistant("both"));

        await taken.Started.InTime();
        await cli.SayAsync(CliLines.Result(running.PromptId));

        Assert.That((await running.ReadAsync()).OfType<AssistantMessage>().Single().Text, Is.EqualTo("both"));
        Assert.That(await taken.ResultAsync().InTime(), Is.SameAs(await running.ResultAsync().InTime()));
        Assert.That((await taken.ReadAsync())[^1], Is.InstanceOf<ResultMessage>());
    }

    [Test]
    public async Task A_prompt_in_a_running_turn_that_is_lost_is_told_why()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var running = session.Send("1", CancellationToken.None);
        var taken = session.Send("2", CancellationToken.None);
        await cli.SayAsync(
            CliLines.Lifecycle(running.PromptId, "started"), CliLines.Lifecycle(taken.PromptId, "queued"),
            CliLines.Lifecycle(taken.PromptId, "completed"), CliLines.State("idle"));

        var lost = await running.ResultAsync().FailureAsync<ProtocolException>();
        Assert.That(await taken.ResultAsync().FailureAsync<ProtocolException>(), Is.SameAs(lost));
    }

    [Test]
    public async Task A_guess_by_order_gives_way_to_what_the_CLI_says()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var later = session.Send("later", CancellationToken.None);
        var sooner = session.Send("sooner", CancellationToken.None);
        await cli.SayAsync("""{"type":"system","subtype":"informational","content":"before anything is named","session_id":"s"}""", CliLines.State("idle"));
        await cli.SayAsync(CliLines.Turn(sooner.PromptId, "sooner"));
        await cli.SayAsync(CliLines.Turn(later.PromptId, "later"));

        Assert.That((await sooner.ReadAsync()).OfType<AssistantMessage>().Single().Text, Is.EqualTo("sooner"));
        Assert.That((await later.ReadAsync()).OfType<AssistantMessage>().Single().Text, Is.EqualTo("later"));
    }

    [Test]
    public async Task A_result_that_names_two_prompts_ends_both_and_the_first_has_the_messages()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var first = session.Send("1", CancellationToken.None);
        var second = session.Send("2", CancellationToken.None);
        await cli.SayAsync(
            CliLines.Lifecycle(first.PromptId, "started"), CliLines.Lifecycle(second.PromptId, "started"), CliLines.Init(first.PromptId, second.PromptId),
            CliLines.Assistant("both"), CliLines.Result(members: $",\"user_message_uuids\":[\"{first.PromptId}\",\"{second.PromptId}\"]"));

        Assert.That((await first.ReadAsync()).OfType<AssistantMessage>().Count(), Is.EqualTo(1));
        var messages = await second.ReadAsync();
        Assert.That(messages.OfType<AssistantMessage>(), Is.Empty);
        Assert.That(messages[^1], Is.InstanceOf<ResultMessage>());
        Assert.That(await first.ResultAsync().InTime(), Is.SameAs(await second.ResultAsync().InTime()));
    }

    [Test]
    public async Task In_one_stream_a_result_that_names_two_prompts_comes_once()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync(settings => settings with { SingleStream = true });
        var first = session.Send("1", CancellationToken.None);
        var second = session.Send("2", CancellationToken.None);
        await cli.SayAsync(CliLines.Result(members: $",\"user_message_uuids\":[\"{first.PromptId}\",\"{second.PromptId}\"]"));
        await Task.WhenAll(first.ResultAsync(), second.ResultAsync()).InTime();

        Assert.That(Unprompted(session).OfType<ResultMessage>().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_result_for_a_prompt_that_is_not_ours_ends_no_turn()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var turn = session.Send("1", CancellationToken.None);
        await cli.SayAsync(CliLines.Lifecycle(turn.PromptId, "started"), CliLines.Result("somebody-else"));
        await cli.SayAsync(CliLines.Result(turn.PromptId, ",\"num_turns\":7"));

        Assert.That((await turn.ResultAsync().InTime()).NumTurns, Is.EqualTo(7));
        Assert.That(Unprompted(session).OfType<ResultMessage>().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task An_idle_CLI_that_gave_no_result_ends_the_turn_with_an_explanation()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var turn = session.Send("1", CancellationToken.None);
        await cli.SayAsync(CliLines.Lifecycle(turn.PromptId, "started"), CliLines.State("running"), "{\"type\":\"result\",,}", CliLines.State("idle"));

        var (messages, failure) = await turn.ReadToFailureAsync();

        Assert.That(messages.OfType<StreamWarningMessage>().Single().Kind, Is.EqualTo(StreamWarning.LineNotJson));
        Assert.That(failure, Is.InstanceOf<ProtocolException>().With.Message.Contains("idle"));
        await FinishAsync(cli, session.Send("2", CancellationToken.None));
    }

    [Test]
    public async Task A_token_that_is_cancelled_before_the_prompt_is_sent_sends_nothing()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();

        Assert.Throws<OperationCanceledException>(() => session.Send("1", new CancellationToken(canceled: true)));

        await FinishAsync(cli, session.Send("2", CancellationToken.None));
        Assert.That(await RestAsync(cli, session), Is.Empty);
    }

    [Test]
    public async Task Cancelling_a_turn_that_waits_takes_it_out_of_the_queue_and_spares_the_running_one()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        using var cancel = new CancellationTokenSource();
        var running = session.Send("1", CancellationToken.None);
        var waiting = session.Send("2", cancel.Token);
        await cli.SayAsync(CliLines.Lifecycle(running.PromptId, "started"), CliLines.Lifecycle(waiting.PromptId, "queued"));

        await cancel.CancelAsync();
        var id = await cli.TakeControlAsync("cancel_async_message");
        await cli.SayAsync(CliLines.Lifecycle(waiting.PromptId, "cancelled"));
        await cli.AnswerAsync(id, """{"cancelled":true}""");

        await waiting.ResultAsync().FailureAsync<OperationCanceledException>();
        Assert.That((await waiting.ReadToFailureAsync()).Failure, Is.InstanceOf<OperationCanceledException>());
        await cli.SayAsync(CliLines.Turn(running.PromptId)[3..]);
        await running.ResultAsync().InTime();
        Assert.That(Subtypes(await RestAsync(cli, session)), Is.Empty, "no interrupt, which would have hit the other turn");
    }

    [Test]
    public async Task Interrupting_a_turn_that_waits_ends_it_as_cancelled_whatever_comes_first([Values] bool stateFirst)
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var running = session.Send("1", CancellationToken.None);
        var waiting = session.Send("2", CancellationToken.None);
        await cli.SayAsync(CliLines.Lifecycle(running.PromptId, "started"), CliLines.Lifecycle(waiting.PromptId, "queued"));

        var interrupting = waiting.InterruptAsync();
        var id = await cli.TakeControlAsync("cancel_async_message");
        if (stateFirst)
            await cli.SayAsync(CliLines.Lifecycle(waiting.PromptId, "cancelled"));
        await cli.AnswerAsync(id, """{"cancelled":true}""");
        if (!stateFirst)
            await cli.SayAsync(CliLines.Lifecycle(waiting.PromptId, "cancelled"));

        await interrupting.InTime();
        await waiting.ResultAsync().FailureAsync<OperationCanceledException>();
    }

    [Test]
    public async Task Interrupting_a_running_turn_waits_for_its_aborted_result()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var turn = session.Send("1", CancellationToken.None);
        await cli.SayAsync(CliLines.Lifecycle(turn.PromptId, "started"), CliLines.Assistant("so far"));
        await WhenAsync(() => turn.State == TurnState.Running);

        var interrupting = turn.InterruptAsync();
        await cli.AnswerAsync(await cli.TakeControlAsync("interrupt"), """{"still_queued":[]}""");
        Assert.That(interrupting.IsCompleted, Is.False);
        await cli.SayAsync(Aborted(turn.PromptId), CliLines.Lifecycle(turn.PromptId, "cancelled"));

        await interrupting.InTime();
        Assert.That((await turn.ResultAsync().InTime()).IsInterrupted);
        Assert.That((await turn.ReadAsync()).OfType<AssistantMessage>().Single().Text, Is.EqualTo("so far"));
    }

    [Test]
    public async Task Cancelling_a_running_turn_interrupts_it_once_and_leaves_the_session_usable()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        using var cancel = new CancellationTokenSource();
        var turn = session.Send("1", cancel.Token);
        await cli.SayAsync(CliLines.Lifecycle(turn.PromptId, "started"));
        await WhenAsync(() => turn.State == TurnState.Running);

        await cancel.CancelAsync();
        await turn.ResultAsync().FailureAsync<OperationCanceledException>();
        await cli.AnswerAsync(await cli.TakeControlAsync("interrupt"));
        await cli.SayAsync(Aborted(turn.PromptId), CliLines.Lifecycle(turn.PromptId, "cancelled"));

        Assert.That((await turn.ReadToFailureAsync()).Failure, Is.InstanceOf<OperationCanceledException>());
        await FinishAsync(cli, session.Send("2", CancellationToken.None));
        Assert.That(Subtypes(await RestAsync(cli, session)), Is.Empty);
    }

    [Test]
    public async Task A_prompt_that_follows_a_cancelled_one_waits_until_the_interrupt_has_been_answered_and_is_not_hit([Values] bool endsByItself)
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        using var cancel = new CancellationTokenSource();
        var turn = session.Send("1", cancel.Token);
        await cli.SayAsync(CliLines.Lifecycle(turn.PromptId, "started"));
        await WhenAsync(() => turn.State == TurnState.Running);
        await cli.TakePromptAsync();

        await cancel.CancelAsync();
        var interrupt = await cli.TakeControlAsync("interrupt");
        var next = session.Send("2", CancellationToken.None);
        if (endsByItself)
            await cli.SayAsync(CliLines.Turn(turn.PromptId)[3..]);
        var mode = session.Control.RequestAsync("set_permission_mode", null, TimeSpan.FromMinutes(1), CancellationToken.None);
        await cli.AnswerAsync(await cli.TakeControlAsync("set_permission_mode"));
        await mode.InTime();
        Assert.That(cli.HasPassedPrompt, Is.False, "the CLI has not said yet what the interrupt has hit");
        await cli.AnswerAsync(interrupt);
        if (!endsByItself)
            await cli.SayAsync(Aborted(turn.PromptId), CliLines.Lifecycle(turn.PromptId, "cancelled"));

        await FinishAsync(cli, next);
        Assert.That(Subtypes(await RestAsync(cli, session)), Is.Empty);
    }

    [Test]
    public async Task A_prompt_that_is_cancelled_while_it_waits_for_an_interrupt_is_never_sent_and_the_one_behind_it_is()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var turn = session.Send("1", CancellationToken.None);
        await cli.SayAsync(CliLines.Lifecycle(turn.PromptId, "started"));
        await WhenAsync(() => turn.State == TurnState.Running);
        await cli.TakePromptAsync();
        var interrupting = turn.InterruptAsync();
        var interrupt = await cli.TakeControlAsync("interrupt");
        using var cancel = new CancellationTokenSource();
        var second = session.Send("2", cancel.Token);
        var third = session.Send("3", CancellationToken.None);

        await cancel.CancelAsync();
        await second.ResultAsync().FailureAsync<OperationCanceledException>();
        await cli.AnswerAsync(interrupt);
        await cli.SayAsync(Aborted(turn.PromptId), CliLines.Lifecycle(turn.PromptId, "cancelled"));
        await interrupting.InTime();

        await FinishAsync(cli, third);
        Assert.That(cli.HasPassedPrompt, Is.False);
        Assert.That(Subtypes(await RestAsync(cli, session)), Is.Empty);
    }

    [Test]
    public async Task Cancelling_after_the_end_does_nothing()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        using var cancel = new CancellationTokenSource();
        var turn = session.Send("1", cancel.Token);
        await FinishAsync(cli, turn);

        await cancel.CancelAsync();

        Assert.That((await turn.ResultAsync().InTime()).IsSuccess);
        Assert.That((await turn.ReadAsync())[^1], Is.InstanceOf<ResultMessage>());
        Assert.That(Subtypes(await RestAsync(cli, session)), Is.Empty);
    }

    [Test]
    public async Task The_readers_own_token_ends_the_reading_of_a_turn_that_is_over()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var turn = session.Send("1", CancellationToken.None);
        await FinishAsync(cli, turn);
        using var cancel = new CancellationTokenSource();
        var read = 0;

        var reading = Task.Run(async () =>
        {
            await foreach (var message in turn.WithCancellation(cancel.Token))
            {
                read++;
                await cancel.CancelAsync();
            }
        });

        await reading.FailureAsync<OperationCanceledException>();
        Assert.That(read, Is.EqualTo(1));
    }

    [Test]
    public async Task Leaving_at_the_result_never_interrupts_what_comes_next()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        for (var i = 0; i < 500; i++)
        {
            var turn = session.Send("1", CancellationToken.None);
            var reading = Task.Run(async () =>
            {
                await foreach (var message in turn)
                {
                    if (message is ResultMessage)
                        break;
                }
            });
            await cli.SayAsync(CliLines.Turn(await cli.TakePromptAsync()));
            await reading.InTime();
        }

        Assert.That(Subtypes(await RestAsync(cli, session)), Is.Empty);
    }

    [Test]
    public async Task Leaving_early_interrupts_the_turn()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var turn = session.Send("1", CancellationToken.None);
        await cli.SayAsync(CliLines.Lifecycle(turn.PromptId, "started"), CliLines.Assistant("so far"));
        var reading = Task.Run(async () =>
        {
            await foreach (var message in turn)
                break;
        });
        await cli.AnswerAsync(await cli.TakeControlAsync("interrupt"));
        await cli.SayAsync(Aborted(turn.PromptId));

        await reading.InTime();
        await FinishAsync(cli, session.Send("2", CancellationToken.None));
    }

    [Test]
    public async Task A_turn_is_read_once()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var turn = session.Send("1", CancellationToken.None);
        await FinishAsync(cli, turn);
        await turn.ReadAsync();

        Assert.Throws<InvalidOperationException>(() => turn.GetAsyncEnumerator());
        Assert.That((await turn.ResultAsync().InTime()).IsSuccess, "the result stays");
    }

    [Test]
    public async Task Giving_up_the_wait_for_a_result_leaves_the_turn_alone()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var turn = session.Send("1", CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        var waiting = turn.ResultAsync(cancel.Token);

        await cancel.CancelAsync();

        await waiting.FailureAsync<OperationCanceledException>();
        await FinishAsync(cli, turn);
        Assert.That((await turn.ResultAsync().InTime()).IsSuccess);
        Assert.That(Subtypes(await RestAsync(cli, session)), Is.Empty);
    }

    [Test]
    public async Task Two_prompts_with_one_id_are_refused()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var turn = session.Send(new UserPrompt("1") { Id = "same" }, CancellationToken.None);

        var mistake = Assert.Throws<ArgumentException>(() => session.Send(new UserPrompt("2") { Id = "same" }, CancellationToken.None))!;

        Assert.That(mistake.Message, Does.Contain("same").And.Contain("UserPrompt.Id"));
        await FinishAsync(cli, turn);
    }

    [Test]
    public async Task An_id_that_an_earlier_prompt_had_is_refused_because_the_CLI_would_not_answer()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        await FinishAsync(cli, session.Send(new UserPrompt("1") { Id = "same" }, CancellationToken.None));

        var mistake = Assert.Throws<ArgumentException>(() => session.Send(new UserPrompt("2") { Id = "same" }, CancellationToken.None))!;

        Assert.That(mistake.Message, Does.Contain("same").And.Contain("UserPrompt.Id"));
        await FinishAsync(cli, session.Send(new UserPrompt("3") { Id = "another" }, CancellationToken.None));
        await FinishAsync(cli, session.Send("4", CancellationToken.None));
        Assert.That(await RestAsync(cli, session), Has.None.Matches<System.Text.Json.JsonElement>(static line => FakeCli.Text(line, "type") == "user"));
    }

    [Test]
    public async Task A_prompt_that_the_conversation_has_already_is_told_so_and_gets_no_other_prompts_result([Values] bool whileAnotherRuns)
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var other = session.Send("1", CancellationToken.None);
        var known = session.Send(new UserPrompt("2") { Id = "known" }, CancellationToken.None);
        string[] running = [CliLines.Lifecycle(other.PromptId, "queued"), CliLines.Lifecycle(other.PromptId, "started"), CliLines.Init()];
        var refusal = CliLines.Lifecycle("known", "completed");
        await cli.SayAsync(whileAnotherRuns ? [.. running, refusal] : [refusal, .. running]);

        var told = await known.ResultAsync().FailureAsync<ClaudeException>();
        Assert.That(told.Message, Does.Contain("known").And.Contain("UserPrompt.Id"));
        Assert.That(await known.ReadAsync().FailureAsync<ClaudeException>(), Is.SameAs(told));
        await cli.SayAsync(CliLines.Assistant("one"), CliLines.Result(other.PromptId));
        Assert.That((await other.ReadAsync()).OfType<AssistantMessage>().Single().Text, Is.EqualTo("one"));
    }

    [Test]
    public Task A_reader_learns_of_the_end_however_soon_a_result_that_was_held_back_may_be_seen() => Task.WhenAll(Enumerable.Range(0, 16).Select(static async _ =>
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync(static settings => settings with { Features = [new HoldingBack()] });
        for (var i = 0; i < 300; i++)
        {
            var turn = session.Send("1", CancellationToken.None);
            var reading = turn.ReadAsync();
            await cli.SayAsync(CliLines.Lifecycle(turn.PromptId, "started"));
            await turn.Started.InTime();
            await cli.SayAsync(CliLines.Result(turn.PromptId));
            Assert.That((await reading.InTime())[^1], Is.InstanceOf<ResultMessage>());
        }
    }));

    [Test]
    public async Task A_token_that_outlives_the_turns_keeps_none_of_them()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        using var life = new CancellationTokenSource();
        List<WeakReference> turns = [];
        for (var i = 0; i < 1_000; i++)
            turns.Add(await OneAsync(cli, session, life.Token));

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.That(turns.Count(turn => turn.IsAlive), Is.LessThan(5));
        Assert.That(life.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task Turns_that_end_while_their_token_is_cancelled_end_one_way_or_the_other()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        for (var i = 0; i < 200; i++)
        {
            using var cancel = new CancellationTokenSource();
            var turn = session.Send("1", cancel.Token);
            var id = await TakePromptAndAnswerAsync(cli);
            var cancelling = Task.Run(cancel.Cancel);
            await cli.SayAsync(CliLines.Turn(id));
            await cancelling.InTime();
            await turn.Ended.InTime();
        }

        cli.Exit(0);
        await session.DisposeAsync().InTime();
    }

    private static async Task<WeakReference> OneAsync(FakeCli cli, Session session, CancellationToken cancellationToken)
    {
        var turn = session.Send("1", cancellationToken);
        await cli.SayAsync(CliLines.Turn(await cli.TakePromptAsync()));
        await foreach (var message in turn.WithCancellation(cancellationToken))
            Assert.That(message, Is.Not.Null);
        return new WeakReference(turn);
    }

    /// <summary>Takes the next prompt; answers what control requests come before it, as the CLI does.</summary>
    private static async Task<string> TakePromptAndAnswerAsync(FakeCli cli)
    {
        while (true)
        {
            var line = await cli.TakeAsync(static _ => true);
            if (FakeCli.Text(line, "type") == "user")
                return FakeCli.Text(line, "uuid")!;
            await cli.AnswerAsync(FakeCli.Text(line, "request_id")!);
        }
    }

    /// <summary>Holds each result back for no time at all.</summary>
    private sealed class HoldingBack : ISessionFeature
    {
        public Task<IReadOnlyList<ClaudeMessage>> BeforeResultAsync(ResultMessage result) => Task.FromResult<IReadOnlyList<ClaudeMessage>>([]);
    }

    private static async Task FinishAsync(FakeCli cli, Turn turn)
    {
        await cli.TakeAsync(line => FakeCli.Text(line, "uuid") == turn.PromptId);
        await cli.SayAsync(CliLines.Turn(turn.PromptId));
        await turn.ResultAsync().InTime();
    }

    private static async Task<IReadOnlyList<System.Text.Json.JsonElement>> RestAsync(FakeCli cli, Session session)
    {
        var closing = session.DisposeAsync();
        var rest = await cli.TakeRestAsync();
        cli.Exit(0);
        await closing.InTime();
        return [.. rest.Where(line => FakeCli.Text(line, "type") != "user")];
    }

    private static IEnumerable<string?> Subtypes(IEnumerable<System.Text.Json.JsonElement> lines) =>
        lines.Where(line => FakeCli.Text(line, "type") == "control_request").Select(line => FakeCli.Text(line.GetProperty("request"), "subtype"));

    private static Queue<ClaudeMessage> Unprompted(Session session)
    {
        Queue<ClaudeMessage> batch = new();
        session.Unprompted.TryTake(ref batch);
        return batch;
    }

    private static string Aborted(string prompt) =>
        $$"""{"type":"result","subtype":"error_during_execution","is_error":true,"terminal_reason":"aborted_streaming","user_message_uuid":"{{prompt}}","session_id":"s","uuid":"r"}""";

    private static async Task WhenAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(1);
    }
}
