using System.Diagnostics;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Protocol;

/// <summary>A CLI that does not do its part, at each stage. The table in docs/how-it-works.md says the same.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class MisbehavingCliTests
{
    [Test]
    public async Task One_that_never_answers_initialize_is_ended_when_the_time_is_up()
    {
        await using var cli = ScriptedCli.Create(new CliScript().NeverAnswer("initialize").Hang());
        var options = cli.Options();
        options.InitializeTimeout = TimeSpan.FromSeconds(1);

        var failure = await ClaudeClient.ConnectAsync(options).FailureAsync<ClaudeTimeoutException>();

        Assert.That(failure.Message, Does.Contain("did not answer 'initialize' within 1 s").And.Contain("InitializeTimeout"));
        foreach (var start in await cli.ReadRecordAsync())
            await Bounded.GoneAsync(start.ProcessId);
    }

    [Test]
    public async Task One_that_exits_before_initialize_fails_the_connect_at_once_and_says_why()
    {
        await using var cli = ScriptedCli.Create(new CliScript().WriteError("Error: no such session").Exit(3));
        var watch = Stopwatch.StartNew();

        var failure = await ClaudeClient.ConnectAsync(cli.Options()).FailureAsync<CliExitedException>();

        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)), "not after the initialize timeout of 60 s");
        Assert.That(failure.ExitCode, Is.EqualTo(3));
        Assert.That(failure.StandardErrorTail, Is.EqualTo("Error: no such session"));
        Assert.That(failure.Message, Does.Contain("exit code 3").And.Contain("no such session"));
    }

    [Test]
    public async Task A_query_on_one_that_exits_before_initialize_ends_with_the_cause()
    {
        await using var cli = ScriptedCli.Create(new CliScript().WriteError("unknown option '--nonsense'").Exit(1));

        var (messages, failure) = await ClaudeCode.QueryAsync("Hi", cli.Options()).ReadToFailureAsync();

        Assert.That(messages, Is.Empty);
        Assert.That(failure, Is.InstanceOf<CliExitedException>().With.Message.Contains("--nonsense"));
    }

    [Test]
    public async Task One_that_exits_while_nothing_runs_completes_the_client_and_refuses_the_next_prompt()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().Exit(4));
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        var exit = await client.Completion.InTime();
        Assert.That(exit.ExitCode, Is.EqualTo(4));
        Assert.That(exit.Cause, Is.InstanceOf<CliExitedException>());
        var failure = await client.AskAsync("Hi").FailureAsync<CliExitedException>();
        Assert.That(failure.ExitCode, Is.EqualTo(4));
        await client.SetModelAsync("x").FailureAsync<CliExitedException>();
    }

    [Test]
    public async Task One_that_crashes_in_mid_turn_delivers_what_was_whole_and_then_the_crash()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().AwaitUserMessage()
            .WriteLine(CliLines.Lifecycle("{{uuid}}", "started")).WriteLine(CliLines.Assistant("so far")).WriteError("segmentation fault").Crash());
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        var turn = client.SendAsync("Hi");
        var (messages, failure) = await turn.ReadToFailureAsync();

        Assert.That(messages.OfType<AssistantMessage>().Single().Text, Is.EqualTo("so far"));
        Assert.That(failure, Is.InstanceOf<CliExitedException>());
        if (!OperatingSystem.IsWindows())
            Assert.That(((CliExitedException)failure).ExitCode, Is.EqualTo(137));
        Assert.That(failure.Message, Does.Contain("segmentation fault"));
        Assert.That(await turn.ResultAsync().FailureAsync<CliExitedException>(), Is.SameAs(failure));
    }

    [Test]
    public async Task One_that_crashes_after_all_but_the_result_fails_the_query()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().AwaitUserMessage().WriteLine(CliLines.Assistant("so far")).Crash());

        var (messages, failure) = await ClaudeCode.QueryAsync("Hi", cli.Options()).ReadToFailureAsync();

        Assert.That(messages.OfType<AssistantMessage>().Count(), Is.EqualTo(1));
        Assert.That(failure, Is.InstanceOf<CliExitedException>());
    }

    [Test]
    public async Task Exit_code_1_after_an_error_result_is_the_end_of_a_query_and_no_failure()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().Turn("API Error: 529", resultJson: """{"is_error":true,"api_error_status":529}"""));

        var messages = await ClaudeCode.QueryAsync("Hi", cli.Options()).ReadAsync();

        Assert.That(messages.OfType<ResultMessage>().Single().IsSuccess, Is.False);
        Assert.That((await cli.ReadRecordAsync()).Single(record => record.Kind == "exit").ExitCode, Is.EqualTo(1));
        var failure = await ClaudeCode.AskAsync("Hi", cli.Options()).FailureAsync<ClaudeApiException>();
        Assert.That(failure.Message, Does.Contain("529"));
    }

    [Test]
    public async Task A_crash_between_two_prompts_of_a_query_is_not_taken_for_its_end()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().Turn("One.").Crash());
        var never = new TaskCompletionSource();

        var (messages, failure) = await ClaudeCode.QueryAsync(OneAndThenWait(never.Task), cli.Options()).ReadToFailureAsync();

        Assert.That(messages.OfType<ResultMessage>().Count(), Is.EqualTo(1));
        Assert.That(failure, Is.InstanceOf<CliExitedException>());
        never.SetResult();
    }

    [Test]
    public async Task One_that_closes_its_output_but_lives_is_ended()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().AwaitUserMessage().WriteLine(CliLines.Assistant("bye")).CloseOutput().Hang());
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        var (messages, failure) = await client.SendAsync("Hi").ReadToFailureAsync();

        Assert.That(messages.OfType<AssistantMessage>().Single().Text, Is.EqualTo("bye"));
        Assert.That(failure, Is.InstanceOf<ProtocolException>().With.Message.Contains("closed its output"));
        await Bounded.GoneAsync(client.ProcessId);
    }

    [Test]
    public async Task One_that_ignores_the_end_of_input_and_every_signal_but_one_is_killed()
    {
        await using var cli = ScriptedCli.Create(new CliScript().IgnoreEndOfInput().IgnoreInterrupt().IgnoreTerminate().AnswerInitialize().Mark("up").Hang());
        var options = cli.Options();
        options.ShutdownTimeout = TimeSpan.FromMilliseconds(100);
        var client = await ClaudeClient.ConnectAsync(options).InTime();
        await cli.WaitForMarkAsync("up").InTime();

        await client.DisposeAsync().InTime();

        await Bounded.GoneAsync(client.ProcessId);
        var exit = await client.Completion.InTime();
        Assert.That(exit.Cause, Is.Null, "it was closed on our word, however rude it had to be");
        var events = (await cli.ReadRecordAsync()).Select(record => record.Name ?? record.Kind).ToList();
        Assert.That(events, Does.Contain("end_of_input"));
        if (!OperatingSystem.IsWindows())
            Assert.That(events, Does.Contain("SIGINT"));
    }

    [Test]
    public async Task One_that_ignores_the_interrupt_of_a_turn_lets_the_client_go_on()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().NeverAnswer("interrupt").AwaitUserMessage()
            .WriteLine(CliLines.Lifecycle("{{uuid}}", "started")).Mark("running").IgnoreEndOfInput().IgnoreInterrupt().Hang());
        var options = cli.Options();
        options.ShutdownTimeout = TimeSpan.FromMilliseconds(100);
        var client = await ClaudeClient.ConnectAsync(options).InTime();
        using var cancel = new CancellationTokenSource();
        var turn = client.SendAsync("Hi", cancel.Token);
        await cli.WaitForMarkAsync("running").InTime();

        await cancel.CancelAsync();

        await turn.ResultAsync().FailureAsync<OperationCanceledException>();
        var (_, failure) = await turn.ReadToFailureAsync();
        Assert.That(failure, Is.InstanceOf<OperationCanceledException>());
        await client.DisposeAsync().InTime();
        await Bounded.GoneAsync(client.ProcessId);
    }

    [Test]
    public async Task One_that_never_reads_its_input_holds_up_neither_the_caller_nor_the_end()
    {
        await using var cli = ScriptedCli.Create(new CliScript().NeverReadInput()
            .WriteLine("""{"type":"control_response","response":{"subtype":"success","request_id":"req_1","response":{}}}"""));
        var options = cli.Options();
        options.ShutdownTimeout = TimeSpan.FromMilliseconds(100);
        var client = await ClaudeClient.ConnectAsync(options).InTime();

        var watch = Stopwatch.StartNew();
        var turn = client.SendAsync(new string('p', 1 << 20));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(5)), "the prompt is written in the background");
        var model = client.SetModelAsync("x");
        await client.DisposeAsync().InTime();

        await turn.ResultAsync().FailureAsync<ClaudeException>();
        await model.FailureAsync<ClaudeException>();
        await Bounded.GoneAsync(client.ProcessId);
    }

    private static async IAsyncEnumerable<UserPrompt> OneAndThenWait(Task more)
    {
        yield return "One";
        await more;
    }
}
