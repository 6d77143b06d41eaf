using System.Diagnostics;
using System.Globalization;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>The CLI fails at its start, dies in the middle, or leaves others behind.</summary>
[NonParallelizable]
internal sealed class ProcessTests
{
    private const int TriesOnABusyMachine = 3;
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);

    [Test]
    [Retry(TriesOnABusyMachine)]
    public async Task A_flag_that_the_cli_does_not_know_fails_at_once_in_its_words([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        var lines = new List<string>();

        var (failure, took) = await FailAsync(() => cli.RunAsync(entry, "Hello", options =>
        {
            options.ExtraArguments["no-such-flag"] = "x";
            options.StandardError = lines.Add;
        }));

        Assert.Multiple(() =>
        {
            Assert.That(failure.Message, Does.Contain("unknown option '--no-such-flag=x'"));
            Assert.That(failure.ExitCode, Is.EqualTo(1));
            Assert.That(lines, Has.Some.Contains("unknown option"));
            Assert.That(took, Is.LessThan(AtOnce));
        });
    }

    [Test]
    [Retry(TriesOnABusyMachine)]
    public async Task Connecting_to_an_unknown_session_fails_at_once_in_the_clis_words()
    {
        await using var cli = await RealCli.StartAsync();
        string id = Guid.NewGuid().ToString();

        var (failure, took) = await FailAsync(() => cli.ConnectAsync(options => options.Resume = id));

        Assert.Multiple(() =>
        {
            Assert.That(failure.Message, Does.Contain($"No conversation found with session ID: {id}"));
            Assert.That(failure.ExitCode, Is.EqualTo(1));
            Assert.That(took, Is.LessThan(AtOnce));
        });
    }

    [Test]
    public async Task A_query_of_an_unknown_session_gets_the_clis_words_as_its_result()
    {
        await using var cli = await RealCli.StartAsync();
        string id = Guid.NewGuid().ToString();

        var result = (await cli.QueryAsync("Hello", options => options.Resume = id)).Result();

        Assert.Multiple(() =>
        {
            Assert.That(result.Subtype, Is.EqualTo(ResultSubtype.ErrorDuringExecution));
            Assert.That(result.Errors, Is.EqualTo([$"No conversation found with session ID: {id}"]));
            Assert.That(result.NumTurns, Is.Zero);
            Assert.That(cli.Api.Requests, Is.Empty);
        });
    }

    [Test]
    public async Task A_query_of_an_unknown_session_that_must_wait_for_the_start_fails_in_the_clis_words()
    {
        await using var cli = await RealCli.StartAsync();
        string id = Guid.NewGuid().ToString();

        var failure = await SessionTests.FailureOfAsync(cli.QueryAsync("Hello", options =>
        {
            options.Resume = id;
            options.DisallowedTools = ["Bash"];
        }));

        Assert.That(failure.Message, Does.Contain($"No conversation found with session ID: {id}"));
    }

    [Test]
    public async Task Asking_in_an_unknown_session_throws_the_clis_words()
    {
        await using var cli = await RealCli.StartAsync();

        string id = Guid.NewGuid().ToString();
        var failure = await Assert.ThrowsAsync<ClaudeResultException>(async () => await cli.AskAsync("Hello", options => options.Resume = id));

        Assert.That(failure!.Message, Is.EqualTo($"No conversation found with session ID: {id}"));
    }

    [Test]
    [Retry(TriesOnABusyMachine)]
    public async Task A_cli_killed_in_mid_turn_fails_the_turn_at_once_and_says_how_it_ended()
    {
        await using var cli = await RealCli.StartAsync();
        var gate = new ScriptedGate();
        cli.Api.Enqueue(ScriptedReply.Text("one two three four").WaitFor(gate, afterEvents: 4));
        await using var client = await cli.ConnectAsync();
        var turn = client.SendAsync("Talk.", cli.Deadline);
        await gate.Reached.WaitAsync(cli.Deadline);

        var clock = Stopwatch.StartNew();
        ProcessTable.KillAlone(client.ProcessId);
        var failure = await SessionTests.FailureOfAsync(RealCli.ReadAsync(turn));
        var took = clock.Elapsed;

        Assert.That(took, Is.LessThan(AtOnce));
        var exit = await client.Completion;
        var ofResult = await Assert.ThrowsAsync<CliExitedException>(async () => await turn.ResultAsync());
        var ofNext = await SessionTests.FailureOfAsync(client.AskAsync("Still there?", cli.Deadline));
        var ofControl = await SessionTests.FailureOfAsync(client.SetModelAsync("haiku", cli.Deadline));
        Assert.Multiple(() =>
        {
            Assert.That(exit.Cause, Is.SameAs(failure));
            Assert.That(exit.ExitCode, OperatingSystem.IsWindows() ? Is.Not.Zero : Is.EqualTo(137));
            Assert.That(failure.ExitCode, Is.EqualTo(exit.ExitCode));
            Assert.That(failure.Message, Does.Contain(client.ProcessId.ToString(CultureInfo.InvariantCulture)));
            Assert.That(ofResult!.Exit, Is.EqualTo(exit with { Cause = null }).Or.EqualTo(exit));
            Assert.That(ofNext.ExitCode, Is.EqualTo(exit.ExitCode));
            Assert.That(ofControl.ExitCode, Is.EqualTo(exit.ExitCode));
        });
    }

    [Test]
    public async Task A_query_whose_cli_is_killed_hands_out_what_was_whole_and_then_fails()
    {
        await using var cli = await RealCli.StartAsync();
        var gate = new ScriptedGate();
        cli.Api.Enqueue(ScriptedReply.Text("one two three four").WaitFor(gate, afterEvents: 4));
        var messages = new List<ClaudeMessage>();
        int killed = 0;

        async Task ReadAsync()
        {
            await foreach (var message in ClaudeCode.QueryAsync("Talk.", cli.NewOptions(options => options.IncludePartialMessages = true), cli.Deadline))
            {
                messages.Add(message);
                if (message is not StreamEventMessage { TextDelta: not null } || killed != 0)
                    continue;
                killed = ProcessTable.Children.Single();
                ProcessTable.KillAlone(killed);
            }
        }

        Assume.That(OperatingSystem.IsLinux(), "A query does not tell its process id; /proc does.");
        var failure = await SessionTests.FailureOfAsync(ReadAsync());

        Assert.That(failure.Exit.ProcessId, Is.EqualTo(killed));
        Assert.That(messages.OfType<InitMessage>(), Is.Not.Empty);
        Assert.That(ProcessTable.Children, Is.Empty);
    }

    [Test]
    public async Task Killing_through_the_client_ends_the_turn_and_the_process()
    {
        await using var cli = await RealCli.StartAsync();
        var gate = new ScriptedGate();
        cli.Api.Enqueue(ScriptedReply.Text("one two three four").WaitFor(gate, afterEvents: 4));
        await using var client = await cli.ConnectAsync();
        var turn = client.SendAsync("Talk.", cli.Deadline);
        await gate.Reached.WaitAsync(cli.Deadline);

        client.Kill();

        await Assert.ThatAsync(async () => await RealCli.ReadAsync(turn), Throws.InstanceOf<ClaudeException>());
        Assert.That((await client.Completion.WaitAsync(cli.Deadline)).ExitCode, Is.Not.Zero);
    }

    [Test]
    [Platform("Linux", Reason = "It looks for the process in /proc.")]
    public async Task What_a_cli_started_ends_with_it_even_when_the_cli_was_killed()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", """{"command":"echo $$ > pid; exec sleep 300","run_in_background":true}"""));
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", """{"command":"until [ -s pid ]; do sleep 0.02; done; cat pid"}"""));
        int sleeper;
        await using (var client = await cli.ConnectAsync(options => options.AllowedTools = ["Bash"]))
        {
            var messages = await RealCli.ReadAsync(client.SendAsync("Sleep in the background.", cli.Deadline));
            sleeper = int.Parse(messages.Blocks<ToolResultBlock>().Last().Text, CultureInfo.InvariantCulture);
            Assert.That(ProcessTable.IsRunning(sleeper));

            ProcessTable.KillAlone(client.ProcessId);
            await client.Completion.WaitAsync(cli.Deadline);
        }

        Assert.That(ProcessTable.IsRunning(sleeper), Is.False);
        Assert.That(ProcessTable.Children, Is.Empty);
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "The Bash tool needs a Unix shell.")]
    public async Task A_background_command_that_ends_starts_a_turn_of_the_clis_own()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", """{"command":"until [ -e go ]; do sleep 0.02; done; echo went","run_in_background":true}"""));
        cli.Api.Enqueue(ScriptedReply.Text("It runs in the background."));
        cli.Api.Enqueue(ScriptedReply.Text("It has ended."));
        await using var client = await cli.ConnectAsync(options => options.AllowedTools = ["Bash"]);

        var prompted = await RealCli.ReadAsync(client.SendAsync("Wait in the background.", cli.Deadline));
        await File.WriteAllTextAsync(cli.PathOf("go"), "", cli.Deadline);
        var unprompted = new List<ClaudeMessage>();
        await foreach (var message in client.Unprompted.WithCancellation(cli.Deadline))
        {
            unprompted.Add(message);
            if (message is ResultMessage)
                break;
        }

        Assert.Multiple(() =>
        {
            Assert.That(prompted.Result().Text, Is.EqualTo("It runs in the background."));
            Assert.That(unprompted.OfType<TaskNotificationMessage>().Single().Status, Is.EqualTo(AgentTaskStatus.Completed));
            Assert.That(unprompted.Result().Text, Is.EqualTo("It has ended."));
            Assert.That(unprompted.Result().Origin?.Kind, Is.EqualTo(OriginKind.TaskNotification));
        });
        Assert.That(await client.AskAsync("Still there?", cli.Deadline), Does.Contain("Still there?"));
    }

    [Test]
    [Platform("Linux", Reason = "It looks for the process in /proc.")]
    public async Task A_query_ends_although_a_command_goes_on_in_the_background_and_leaves_nothing_running()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", """{"command":"echo $$ > pid; exec sleep 300","run_in_background":true}"""));
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", """{"command":"until [ -s pid ]; do sleep 0.02; done; cat pid"}"""));
        cli.Api.Enqueue(ScriptedReply.Text("Started."));

        var clock = Stopwatch.StartNew();
        var messages = await cli.QueryAsync("Sleep in the background.", options =>
        {
            options.AllowedTools = ["Bash"];
            // Only a CLI that is merely told that no more input comes waits for the command as long as it is let.
            options.ShutdownTimeout = TimeSpan.FromSeconds(60);
        });

        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)));
        Assert.That(messages.Result().Text, Is.EqualTo("Started."));
        Assert.That(ProcessTable.IsRunning(int.Parse(messages.Blocks<ToolResultBlock>().Last().Text, CultureInfo.InvariantCulture)), Is.False);
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "The Bash tool needs a Unix shell.")]
    public async Task A_client_closes_in_order_although_a_command_goes_on_in_the_background()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", """{"command":"sleep 300","run_in_background":true}"""));
        var client = await cli.ConnectAsync(options =>
        {
            options.AllowedTools = ["Bash"];
            options.ShutdownTimeout = TimeSpan.FromSeconds(60);
        });
        await RealCli.ReadAsync(client.SendAsync("Sleep in the background.", cli.Deadline));

        var clock = Stopwatch.StartNew();
        await client.DisposeAsync();

        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)));
        Assert.That((await client.Completion).ExitCode, Is.Zero);
        Assert.That(Directory.EnumerateFiles(cli.Environment.ConfigDirectory, client.SessionId + ".jsonl", SearchOption.AllDirectories).Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_query_waits_for_an_agent_in_the_background_and_hands_out_the_turn_that_it_starts()
    {
        await using var cli = await RealCli.StartAsync();
        var gate = new ScriptedGate();
        cli.Api.When(
            request => request.System.Contains("without mercy", StringComparison.Ordinal), ScriptedReply.Text("Terrible code.").WaitFor(gate));
        cli.Api.Enqueue(ScriptedReply.ToolUse(
            "Agent", """{"description":"review","prompt":"review it","subagent_type":"reviewer","run_in_background":true}"""));
        cli.Api.Enqueue(ScriptedReply.Text("It runs in the background."));
        cli.Api.Enqueue(ScriptedReply.Text("The review is in."));
        var results = new List<ResultMessage>();

        await foreach (var message in ClaudeCode.QueryAsync(
            "Review in the background.",
            cli.NewOptions(options => options.Agents["reviewer"] = new AgentDefinition("Reviews code", "You review code without mercy.")),
            cli.Deadline))
        {
            if (message is not ResultMessage result)
                continue;
            results.Add(result);
            gate.Open();
        }

        Assert.That(results.Select(result => result.Text), Is.EqualTo(["It runs in the background.", "The review is in."]));
    }

    [Test]
    public async Task A_disposed_client_costs_no_time_of_the_processor()
    {
        await using var cli = await RealCli.StartAsync();
        await using (var client = await cli.ConnectAsync())
            await client.AskAsync("Hello", cli.Deadline);

        // The runtime compiles in the background for a while after it was busy; what the client had left running would never stop.
        var used = TimeSpan.MaxValue;
        for (var look = 0; look < 20 && used > TimeSpan.FromMilliseconds(30); look++)
            used = await UsedAsync(TimeSpan.FromMilliseconds(300), cli.Deadline);

        Assert.That(used, Is.LessThanOrEqualTo(TimeSpan.FromMilliseconds(30)));
    }

    /// <summary>The processor time of this process in a span of time. An observation needs one; nothing is waited for.</summary>
    private static async Task<TimeSpan> UsedAsync(TimeSpan span, CancellationToken cancellationToken)
    {
        var before = Used();
        await Task.Delay(span, TimeProvider.System, cancellationToken);
        return Used() - before;
    }

    private static TimeSpan Used()
    {
        using var self = Process.GetCurrentProcess();
        return self.Threads.Cast<ProcessThread>()
            .Where(static thread => !IsOfNUnit(thread.Id))
            .Aggregate(TimeSpan.Zero, static (sum, thread) => sum + thread.TotalProcessorTime);
    }

    // NUnit's own worker sometimes turns in circles at the end of a shift of tests, as long as the next one lasts (6.3.1 of its adapter).
    private static bool IsOfNUnit(int threadId)
    {
        try
        {
            return OperatingSystem.IsLinux() && File.ReadAllText($"/proc/self/task/{threadId}/comm").StartsWith("NUnit", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It has ended since.
            return true;
        }
    }

    /// <summary>Runs what must fail, and how long the caller had to wait after the process was there.</summary>
    private static async Task<(CliExitedException Failure, TimeSpan Took)> FailAsync(Func<Task> run)
    {
        var failure = await SessionTests.FailureOfAsync(run());
        return (failure, TimeProvider.System.GetUtcNow() - failure.Exit.StartedAt);
    }
}
