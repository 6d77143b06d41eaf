using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Protocol;

/// <summary>Nobody waits for anybody: not the CLI for the consumer, not a control call for the messages, not one pipe for the other.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class FlowTests
{
    private const string ResultLine = """{"type":"result","subtype":"success","is_error":false,"result":"done","user_message_uuid":"{{uuid}}","session_id":"s","uuid":"{{new_uuid}}"}""";

    [Test]
    public async Task A_burst_before_the_first_read_and_a_long_prompt_do_not_block_each_other()
    {
        await using var cli = ScriptedCli.Create(new CliScript().Burst(750).AnswerInitialize().Turn("ok"));

        var messages = await ClaudeCode.QueryAsync(new string('p', 128 * 1024), cli.Options()).ReadAsync();

        Assert.That(messages.OfType<StreamEventMessage>().Count(), Is.EqualTo(750));
        Assert.That(messages.OfType<ResultMessage>().Single().Text, Is.EqualTo("ok"));
    }

    [Test]
    public async Task A_flood_of_stderr_does_not_block_the_CLI()
    {
        await using var cli = ScriptedCli.Create(new CliScript().FloodError(1_000_000).AnswerInitialize().FloodError(1_000_000).Turn("ok"));

        Assert.That(await ClaudeCode.AskAsync("Hi", cli.Options()).InTime(), Is.EqualTo("ok"));
    }

    [Test]
    public async Task A_consumer_that_does_not_read_holds_up_no_control_call_and_loses_nothing()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().AlwaysAnswer("set_model", """{"model":"m"}""")
            .AwaitUserMessage().Burst(100_000).WriteLine(ResultLine).Turns());
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        var turn = client.SendAsync("Hi");
        for (var i = 0; i < 1_000; i++)
            Assert.That(await client.SetModelAsync("x").InTime(), Is.EqualTo("m"));
        await turn.ResultAsync().InTime();

        var messages = await turn.ReadAsync();
        Assert.That(messages.OfType<StreamEventMessage>().Count(), Is.EqualTo(100_000));
        Assert.That(messages[^1], Is.InstanceOf<ResultMessage>());
        Assert.That(await client.AskAsync("still there?").InTime(), Is.EqualTo("You said: still there?"));
    }

    [Test]
    public async Task A_consumer_that_blocks_its_thread_holds_up_neither_its_own_session_nor_another()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().AlwaysAnswer("set_model", """{"model":"m"}""")
            .AwaitUserMessage().Burst(100).WriteLine(ResultLine).Turns());
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();
        await using var other = await ClaudeClient.ConnectAsync(cli.Options()).InTime();
        var blocked = 0;

        await foreach (var message in client.SendAsync("Hi"))
        {
            if (message is not StreamEventMessage || blocked++ >= 20)
                continue;
            Assert.That(client.SetModelAsync("x").Wait(TimeSpan.FromSeconds(30)), "its own session");
            Assert.That(other.SetModelAsync("x").Wait(TimeSpan.FromSeconds(30)), "another session");
        }

        Assert.That(blocked, Is.EqualTo(100));
    }

    [Test]
    public async Task A_slow_consumer_receives_everything()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().AwaitUserMessage().Burst(20_000).WriteLine(ResultLine));
        List<string> texts = [];

        await foreach (var message in ClaudeCode.QueryAsync("Hi", cli.Options()))
        {
            if (message is StreamEventMessage { TextDelta: { } text })
                texts.Add(text.Split(' ')[0]);
            if (texts.Count % 1_000 == 999)
                await Task.Yield();
        }

        Assert.That(texts, Is.EqualTo(Enumerable.Range(0, 20_000).Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture))));
    }

    [Test]
    public async Task Over_the_budget_partial_messages_go_and_a_warning_says_how_many()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().AwaitUserMessage()
            .Burst(5_000).WriteLine(CliLines.Assistant("whole")).Burst(5_000).WriteLine(ResultLine).Turns());
        var options = cli.Options();
        options.Buffering = MessageBuffering.DropPartialMessages(64 * 1024);
        await using var client = await ClaudeClient.ConnectAsync(options).InTime();

        var turn = client.SendAsync("Hi");
        await turn.ResultAsync().InTime();
        var messages = await turn.ReadAsync();

        var warning = messages.OfType<StreamWarningMessage>().Last();
        Assert.That(warning.Kind, Is.EqualTo(StreamWarning.PartialMessagesDropped));
        Assert.That(messages.OfType<StreamEventMessage>().Count() + warning.Count, Is.EqualTo(10_000));
        Assert.That(messages.OfType<AssistantMessage>().Single().Text, Is.EqualTo("whole"));
        Assert.That(messages[^1], Is.InstanceOf<ResultMessage>());
        Assert.That(messages.Sum(message => message is StreamEventMessage ? message.Raw.Utf8.Length : 0), Is.LessThanOrEqualTo(64 * 1024));
        Assert.That(await client.AskAsync("again").InTime(), Is.EqualTo("You said: again"));
    }

    [Test]
    public async Task Over_the_budget_the_session_fails_when_the_caller_wants_that()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().AwaitUserMessage().Burst(10_000).Hang());
        var options = cli.Options();
        options.Buffering = MessageBuffering.Fail(64 * 1024);
        await using var client = await ClaudeClient.ConnectAsync(options).InTime();

        var turn = client.SendAsync("Hi");
        var exit = await client.Completion.InTime();

        Assert.That(exit.Cause, Is.InstanceOf<ClaudeException>().With.Message.Contains("budget of 65536 bytes"));
        var (messages, failure) = await turn.ReadToFailureAsync();
        Assert.That(messages, Is.Not.Empty, "what fits the budget is still there");
        Assert.That(failure, Is.SameAs(exit.Cause));
        Assert.That(await turn.ResultAsync().FailureAsync<ClaudeException>(), Is.SameAs(exit.Cause));
    }

    [Test]
    public async Task Without_a_budget_everything_is_kept()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().AwaitUserMessage().Burst(10_000).WriteLine(ResultLine));
        var options = cli.Options();
        options.Buffering = MessageBuffering.Unbounded;
        await using var client = await ClaudeClient.ConnectAsync(options).InTime();

        var turn = client.SendAsync("Hi");
        await turn.ResultAsync().InTime();

        Assert.That((await turn.ReadAsync()).OfType<StreamEventMessage>().Count(), Is.EqualTo(10_000));
    }

    [Test]
    public async Task Messages_that_nobody_asked_for_and_nobody_reads_are_bounded()
    {
        var cli = new FakeCli();
        var session = await cli.StartAsync();
        var line = $$"""{"type":"brand_new","filling":"{{new string('x', 1 << 20)}}"}""";
        for (var i = 0; i < 20; i++)
            await cli.SayAsync(line);
        await cli.SayAsync("""{"type":"newest"}""");
        cli.Exit(0);
        await session.Completion.InTime();

        Queue<ClaudeMessage> batch = new();
        Assert.That(session.Unprompted.TryTake(ref batch));
        Assert.That(batch.First(), Is.InstanceOf<StreamWarningMessage>().With.Property(nameof(StreamWarningMessage.Kind)).EqualTo(StreamWarning.UnreadMessagesDropped));
        Assert.That(batch.Sum(message => (long)message.Raw.Utf8.Length), Is.LessThanOrEqualTo(16L << 20));
        Assert.That(batch.Last().Type, Is.EqualTo("newest"));
    }
}
