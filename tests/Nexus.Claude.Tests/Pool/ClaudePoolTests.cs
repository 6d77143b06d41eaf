using System.Diagnostics;
using System.Text.Json;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Pool;

/// <summary>Pools of scripted processes.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ClaudePoolTests
{
    private const string Reply = """{"commands":[],"agents":[{"name":"a","description":"d"}],"disallowed_tools_applied":true,"models":[{"value":"haiku","resolvedModel":"claude-haiku-5-5","displayName":"h","description":"h"}],"account":{},"pid":1}""";

    [Test]
    public async Task A_pool_fills_itself_and_a_lease_takes_a_process_that_was_started_ahead()
    {
        await using var bench = Bench.Open();

        await bench.UntilAsync(pool => pool.Idle == 2);
        await using var lease = await bench.Pool.LeaseAsync().AsTask().InTime();

        Assert.That(lease.IsWarm);
        Assert.That(await bench.StartedAsync(), Has.Member(lease.Client.ProcessId));
        Assert.That(await lease.Client.AskAsync("1").InTime(), Is.EqualTo("You said: 1"));
        Assert.That(lease.Turns, Is.EqualTo(1));
        await bench.UntilAsync(pool => pool is { Idle: 2, Leased: 1, Processes: 3, WarmLeases: 1, ColdLeases: 0 });
    }

    [Test]
    public async Task A_process_is_started_knowing_nothing_of_a_conversation_and_is_told_at_the_lease()
    {
        await using var bench = Bench.Open(options => options.Options.Model = "haiku");
        await bench.UntilAsync(pool => pool.Idle == 2);
        var options = bench.Pool.CreateOptions();
        options.SystemPrompt = "You are X.";
        options.Thinking = Thinking.Enabled(2_000) with { Display = ThinkingDisplay.Summarized };
        options.Effort = EffortLevel.High;
        options.PermissionMode = PermissionMode.Plan;

        await using var lease = await bench.Pool.LeaseAsync(options).AsTask().InTime();

        var record = await bench.Cli.ReadRecordAsync();
        var start = record.Single(each => each.Kind == "start" && each.ProcessId == lease.Client.ProcessId);
        var told = record.Where(each => each.Kind == "input" && each.ProcessId == lease.Client.ProcessId).Select(each => each.LineJson.GetProperty("request")).ToList();
        Assert.That(start.Arguments, Has.Member("--await-initialize"));
        Assert.That(start.Arguments, Has.None.Matches<string>(argument => argument!.StartsWith("--model", StringComparison.Ordinal)
            || argument.StartsWith("--thinking", StringComparison.Ordinal) || argument.StartsWith("--effort", StringComparison.Ordinal)
            || argument.StartsWith("--permission-mode", StringComparison.Ordinal) || argument.StartsWith("--max-thinking", StringComparison.Ordinal)));
        Assert.That(told[0].GetProperty("systemPrompt").EnumerateArray().Single().GetString(), Is.EqualTo("You are X."));
        Assert.That(told.Skip(1).Select(request => request.GetRawText()), Is.EqualTo(new[]
        {
            """{"subtype":"set_model","model":"haiku"}""",
            """{"subtype":"set_max_thinking_tokens","max_thinking_tokens":2000,"thinking_display":"summarized"}""",
            """{"subtype":"apply_flag_settings","settings":{"effortLevel":"high"}}""",
            """{"subtype":"set_permission_mode","mode":"plan"}""",
        }));
    }

    [Test]
    public async Task With_a_stable_folder_processes_boot_ahead_and_are_asked_whether_they_have()
    {
        await using var bench = Bench.Open(options => options.AssumeStableFolder = true);
        await bench.UntilAsync(pool => pool.Idle == 2);

        await using var lease = await bench.Pool.LeaseAsync().AsTask().InTime();

        var record = await bench.Cli.ReadRecordAsync();
        Assert.That(lease.IsWarm);
        Assert.That(record.First(each => each.Kind == "start").Arguments, Has.No.Member("--await-initialize"));
        Assert.That(
            record.Where(each => each.Kind == "input" && each.ProcessId == lease.Client.ProcessId).Select(each => Subtype(each.LineJson)),
            Is.EqualTo(new[] { "get_binary_version", "initialize" }));
        Assert.That(await lease.Client.AskAsync("1").InTime(), Is.EqualTo("You said: 1"));
    }

    [Test]
    public async Task No_process_serves_two_conversations()
    {
        await using var bench = Bench.Open();
        HashSet<int> seen = [];

        for (var i = 0; i < 4; i++)
        {
            var lease = await bench.Pool.LeaseAsync().AsTask().InTime();
            Assert.That(seen.Add(lease.Client.ProcessId));
            await lease.Client.AskAsync($"{i}").InTime();
            await lease.DisposeAsync().InTime();
            await Bounded.GoneAsync(lease.Client.ProcessId);
        }

        Assert.That(bench.Pool.Statistics.Retired, Is.EqualTo(4));
    }

    private static readonly Action<ClaudeOptions>[] OtherShapes =
    [
        options => options.Tools = ToolSet.None,
        options => options.AllowedTools = ["Read"],
        options => options.Environment["X"] = "1",
        options => options.WorkingDirectory = Path.GetTempPath(),
        options => options.SessionId = Guid.NewGuid(),
        options => options.CanUseTool = PermissionPolicy.DenyAll("No.").DecideAsync,
        options => options.Model = "not-in-the-list",
        options => options.DisallowedTools = ["WebFetch"],
        options =>
        {
            options.PermissionMode = PermissionMode.BypassPermissions;
            options.AllowDangerouslySkipPermissions = true;
        },
    ];

    [TestCaseSource(nameof(OtherShapes))]
    public async Task A_lease_that_needs_another_process_gets_one_of_its_own(Action<ClaudeOptions> change)
    {
        await using var bench = Bench.Open(options => options.MinIdle = 1);
        await bench.UntilAsync(pool => pool.Idle == 1);
        var options = bench.Pool.CreateOptions();
        change(options);

        await using var lease = await bench.Pool.LeaseAsync(options).AsTask().InTime();

        Assert.That(lease.IsWarm, Is.False);
        Assert.That(await lease.Client.AskAsync("1").InTime(), Is.EqualTo("You said: 1"));
    }

    private static readonly Action<ClaudeOptions>[] SameShapes =
    [
        options => options.Model = "claude-haiku-5-5",
        options => options.Agents["a"] = new AgentDefinition("d", "p"),
        options => options.OutputSchema = OutputSchema.Json("""{"type":"object"}"""),
        options => options.Title = "t",
        options => options.VerbatimPrompts = true,
        options => options.PermissionMode = PermissionMode.Default,
    ];

    [TestCaseSource(nameof(SameShapes))]
    public async Task A_lease_that_asks_for_what_can_be_told_later_is_warm(Action<ClaudeOptions> change)
    {
        await using var bench = Bench.Open(options => options.MinIdle = 1);
        await bench.UntilAsync(pool => pool.Idle == 1);
        var options = bench.Pool.CreateOptions();
        change(options);

        await using var lease = await bench.Pool.LeaseAsync(options).AsTask().InTime();

        Assert.That(lease.IsWarm);
    }

    [Test]
    public async Task A_process_that_ends_while_it_waits_is_replaced()
    {
        await using var bench = Bench.Open(options => options.MinIdle = 1);
        await bench.UntilAsync(pool => pool.Idle == 1);
        var first = (await bench.Cli.WaitForRecordAsync(record => record.Kind == "start").InTime()).ProcessId;

        using (var process = Process.GetProcessById(first))
            process.Kill();

        await bench.UntilAsync(pool => pool is { Idle: 1, Discarded: 1, Processes: 1 });
        await using var lease = await bench.Pool.LeaseAsync().AsTask().InTime();
        Assert.That(lease.IsWarm);
        Assert.That(lease.Client.ProcessId, Is.Not.EqualTo(first));
    }

    [Test]
    public async Task A_lease_fails_with_the_cause_when_no_process_can_be_used()
    {
        await using var bench = Bench.Open(script: new CliScript().AwaitControl("initialize").WriteError("out of luck").Exit(7));

        var failure = await bench.Pool.LeaseAsync().AsTask().FailureAsync<CliExitedException>();

        Assert.That(failure.ExitCode, Is.EqualTo(7));
        Assert.That(failure.Message, Does.Contain("out of luck"));
        await bench.UntilAsync(pool => pool.Leased == 0);
    }

    [TestCase(0)]
    [TestCase(1)]
    public async Task A_process_that_says_nothing_readable_about_itself_is_ended_and_its_place_is_free_again(int minIdle)
    {
        await using var bench = Bench.Open(
            options => (options.MinIdle, options.MaxProcesses) = (minIdle, 1),
            new CliScript().AlwaysAnswer("get_binary_version", """{"version":"2.1.330"}""").AnswerInitialize("""{"models":[5]}""").Turns());
        await bench.UntilAsync(pool => pool.Idle == minIdle);

        for (var lease = 0; lease < 3; lease++)
            await bench.Pool.LeaseAsync().AsTask().FailureAsync<ProtocolException>();

        await bench.UntilAsync(pool => pool.Leased == 0);
        await bench.Pool.DisposeAsync().InTime();
        foreach (var process in await bench.StartedAsync())
            Assert.That(() => Process.GetProcessById(process), Throws.ArgumentException);
    }

    [Test]
    public async Task A_CLI_that_cannot_stay_alive_is_not_started_again_and_again()
    {
        await using var bench = Bench.Open(options => options.MinIdle = 1, new CliScript().Exit(1));

        await bench.UntilAsync(pool => pool.FailedStarts + pool.Discarded >= 2);
        var before = (await bench.StartedAsync()).Count;

        Assert.That(before, Is.LessThan(6));
    }

    [Test]
    public async Task A_process_that_takes_too_much_memory_is_not_leased()
    {
        await using var bench = Bench.Open(options => options.MaxMemoryBytes = 1);

        await using var lease = await bench.Pool.LeaseAsync().AsTask().InTime();

        Assert.That(lease.IsWarm, Is.False);
        lease.KeepFor("c");
        await lease.DisposeAsync().InTime();
        Assert.That(bench.Pool.TryResume("c", out _), Is.False);
    }

    [Test]
    public async Task A_process_that_waits_too_long_is_replaced()
    {
        await using var bench = Bench.Open(options =>
        {
            options.MinIdle = 1;
            options.MaxIdleTime = TimeSpan.FromSeconds(2);
        });

        await bench.UntilAsync(pool => pool.Discarded >= 1);
        await bench.UntilAsync(pool => pool.Idle == 1);

        Assert.That(await bench.StartedAsync(), Has.Count.GreaterThanOrEqualTo(2));
    }

    [Test]
    public async Task Leases_beyond_the_limit_wait_for_a_place_and_may_give_up()
    {
        await using var bench = Bench.Open(options =>
        {
            options.MinIdle = 0;
            options.MaxProcesses = 1;
        });
        var first = await bench.Pool.LeaseAsync().AsTask().InTime();
        using var cancel = new CancellationTokenSource();

        var impatient = bench.Pool.LeaseAsync(cancellationToken: cancel.Token).AsTask();
        var patient = bench.Pool.LeaseAsync().AsTask();
        await bench.UntilAsync(pool => pool.Waiting == 2);
        await cancel.CancelAsync();
        await impatient.FailureAsync<OperationCanceledException>();
        Assert.That(patient.IsCompleted, Is.False);
        await first.DisposeAsync().InTime();

        await using var second = await patient.InTime();
        Assert.That(bench.Pool.Statistics, Has.Property("Processes").EqualTo(1).And.Property("Waiting").Zero);
    }

    [Test]
    public async Task An_idle_process_makes_room_for_a_lease_of_another_kind()
    {
        await using var bench = Bench.Open(options =>
        {
            options.MinIdle = 1;
            options.MaxProcesses = 1;
        });
        await bench.UntilAsync(pool => pool.Idle == 1);
        var options = bench.Pool.CreateOptions();
        options.Tools = ToolSet.None;

        await using var lease = await bench.Pool.LeaseAsync(options).AsTask().InTime();

        Assert.That(bench.Pool.Statistics, Has.Property("Discarded").EqualTo(1).And.Property("Processes").EqualTo(1));
    }

    [Test]
    public async Task Refilling_waits_until_no_lease_has_begun_for_a_while()
    {
        await using var bench = Bench.Open(options =>
        {
            options.MinIdle = 1;
            options.RefillDelay = TimeSpan.FromHours(1);
        });
        await bench.UntilAsync(pool => pool.Idle == 1);

        await using var first = await bench.Pool.LeaseAsync().AsTask().InTime();
        await using var second = await bench.Pool.LeaseAsync().AsTask().InTime();

        Assert.That((first.IsWarm, second.IsWarm), Is.EqualTo((true, false)));
        Assert.That(bench.Pool.Statistics, Has.Property("Idle").Zero.And.Property("Starting").Zero);
    }

    [Test]
    public async Task A_conversation_goes_on_in_its_own_process_for_one_taker()
    {
        await using var bench = Bench.Open();
        var lease = await bench.Pool.LeaseAsync().AsTask().InTime();
        await lease.Client.AskAsync("1").InTime();
        lease.KeepFor("c");
        await lease.DisposeAsync().InTime();

        Assert.That(bench.Pool.TryResume("d", out var other), Is.False);
        Assert.That(bench.Pool.TryResume("c", out var again));
        Assert.That(bench.Pool.TryResume("c", out other), Is.False);
        Assert.That(other, Is.Null);
        await using var second = again;
        Assert.That(again!.Client.ProcessId, Is.EqualTo(lease.Client.ProcessId));
        Assert.That(await again.Client.AskAsync("2").InTime(), Is.EqualTo("You said: 2"));
        Assert.That(again.Turns, Is.EqualTo(2));
        await lease.DisposeAsync().InTime();
        Assert.That(Bounded.Exists(again.Client.ProcessId), "the first holder has no say any more");
    }

    private static readonly Action<ClaudePoolOptions>[] Limits =
    [
        options => options.MaxTurns = 1,
        options => options.MaxKeepTime = TimeSpan.FromTicks(1),
        options => options.MaxAge = TimeSpan.FromTicks(1),
        options => options.MaxMemoryBytes = 1,
    ];

    [TestCaseSource(nameof(Limits))]
    public async Task A_process_beyond_a_limit_is_not_kept(Action<ClaudePoolOptions> limit)
    {
        await using var bench = Bench.Open(options =>
        {
            options.MinIdle = 0;
            limit(options);
        });
        var lease = await bench.Pool.LeaseAsync().AsTask().InTime();
        await lease.Client.AskAsync("1").InTime();
        lease.KeepFor("c");
        await lease.DisposeAsync().InTime();

        Assert.That(bench.Pool.TryResume("c", out _), Is.False);
        await Bounded.GoneAsync(lease.Client.ProcessId);
    }

    private static readonly Action<ClaudePoolOptions>[] KeepLimits =
    [
        options => options.MaxKept = 2,
        // One byte is less than any process takes, so one of three at most could stay, and it does not fit either.
        options => options.MaxKeptMemoryBytes = 1,
    ];

    [TestCase(0, 2)]
    [TestCase(1, 0)]
    public async Task Of_too_many_conversations_the_one_kept_longest_goes(int limit, int kept)
    {
        await using var bench = Bench.Open(options =>
        {
            options.MinIdle = 0;
            KeepLimits[limit](options);
        });
        List<int> processes = [];
        foreach (var conversation in new[] { "a", "b", "c" })
        {
            var lease = await bench.Pool.LeaseAsync().AsTask().InTime();
            await lease.Client.AskAsync("1").InTime();
            processes.Add(lease.Client.ProcessId);
            lease.KeepFor(conversation);
            await lease.DisposeAsync().InTime();
        }

        Assert.That(bench.Pool.Statistics.Kept, Is.EqualTo(kept));
        Assert.That(bench.Pool.TryResume("a", out _), Is.False);
        await Bounded.GoneAsync(processes[0]);
        await bench.UntilAsync(pool => pool.Processes == kept);
    }

    [Test]
    public void A_message_put_into_the_history_is_no_turn()
    {
        var counter = new Claude.Pool.TurnCounter();

        counter.Observe(new ResultMessage { Subtype = ResultSubtype.Success, NumTurns = 0 });
        counter.Observe(new ResultMessage { Subtype = ResultSubtype.Success, NumTurns = 1 });

        Assert.That(counter.Turns, Is.EqualTo(1));
    }

    [TestCase("MaxKept", -1L)]
    [TestCase("MaxKeptMemoryBytes", 0L)]
    public void A_limit_of_what_is_kept_must_make_sense(string name, long value)
    {
        var options = new ClaudePoolOptions();
        if (name == "MaxKept")
            options.MaxKept = (int)value;
        else
            options.MaxKeptMemoryBytes = value;

        Assert.That(() => ClaudePool.Create(options), Throws.TypeOf<OptionsValidationException>().With.Message.Contains(name));
    }

    [Test]
    public async Task A_process_whose_turn_runs_or_failed_is_not_kept()
    {
        await using var bench = Bench.Open(options => options.MinIdle = 0, new CliScript().AnswerInitialize(Reply).InterruptibleTurn("one ").Turns());
        var lease = await bench.Pool.LeaseAsync().AsTask().InTime();
        await lease.Client.SendAsync("1").Started.InTime();
        lease.KeepFor("c");

        await lease.DisposeAsync().InTime();

        Assert.That(bench.Pool.TryResume("c", out _), Is.False);
        Assert.That(bench.Pool.Statistics.Retired, Is.EqualTo(1));
    }

    [Test]
    public async Task A_kept_process_makes_room_for_a_lease()
    {
        await using var bench = Bench.Open(options =>
        {
            options.MinIdle = 0;
            options.MaxProcesses = 1;
        });
        var first = await bench.Pool.LeaseAsync().AsTask().InTime();
        first.KeepFor("c");
        await first.DisposeAsync().InTime();
        Assert.That(bench.Pool.Statistics.Kept, Is.EqualTo(1));

        await using var second = await bench.Pool.LeaseAsync().AsTask().InTime();

        Assert.That(bench.Pool.TryResume("c", out _), Is.False);
        await Bounded.GoneAsync(first.Client.ProcessId);
    }

    [Test]
    public async Task Draining_waits_for_the_leases_and_refuses_new_ones()
    {
        await using var bench = Bench.Open(options => options.MaxProcesses = 3);
        await bench.UntilAsync(pool => pool.Idle == 2);
        var lease = await bench.Pool.LeaseAsync().AsTask().InTime();

        var drained = bench.Pool.DrainAsync();

        Assert.That(() => bench.Pool.LeaseAsync().AsTask(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(await lease.Client.AskAsync("1").InTime(), Is.EqualTo("You said: 1"));
        Assert.That(drained.IsCompleted, Is.False);
        lease.KeepFor("c");
        await lease.DisposeAsync().InTime();
        await drained.InTime();
        Assert.That(bench.Pool.Statistics, Has.Property("Processes").Zero.And.Property("Kept").Zero.And.Property("Idle").Zero);
    }

    [Test]
    public async Task Disposing_ends_every_process_at_whatever_it_is()
    {
        var bench = Bench.Open(options => options.MaxConcurrentStarts = 2);
        var busy = await bench.Pool.LeaseAsync().AsTask().InTime();
        busy.Client.SendAsync("1");
        var kept = await bench.Pool.LeaseAsync().AsTask().InTime();
        kept.KeepFor("c");
        await kept.DisposeAsync().InTime();
        var coming = bench.Pool.LeaseAsync().AsTask();

        await bench.DisposeAsync();

        await Task.WhenAny(coming).InTime();
        Assert.That(bench.Pool.Statistics.Processes, Is.Zero);
        foreach (var id in bench.Seen)
            await Bounded.GoneAsync(id);
        Assert.That(() => bench.Pool.LeaseAsync().AsTask(), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public async Task Many_leases_at_once_are_all_served_within_the_limits()
    {
        await using var bench = Bench.Open(options =>
        {
            options.MinIdle = 2;
            options.MaxProcesses = 4;
            options.MaxConcurrentStarts = 2;
        });
        using var stop = new CancellationTokenSource();
        var most = (Processes: 0, Starting: 0);
        var watching = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var now = bench.Pool.Statistics;
                most = (Math.Max(most.Processes, now.Processes), Math.Max(most.Starting, now.Starting));
                await Task.Yield();
            }
        });

        await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            await using var lease = await bench.Pool.LeaseAsync();
            Assert.That(await lease.Client.AskAsync($"{i}"), Is.EqualTo($"You said: {i}"));
        })).InTime();

        await stop.CancelAsync();
        await watching;
        Assert.That(most.Processes, Is.InRange(2, 4));
        Assert.That(most.Starting, Is.LessThanOrEqualTo(2));
        Assert.That(bench.Pool.Statistics, Has.Property("Retired").EqualTo(12).And.Property("Leased").Zero);
    }

    private static readonly Action<ClaudePoolOptions>[] Mistakes =
    [
        options => options.MaxProcesses = 0,
        options => options.MinIdle = -1,
        options => options.MinIdle = 17,
        options => options.MaxConcurrentStarts = 0,
        options => options.MaxTurns = 0,
        options => options.MaxMemoryBytes = 0,
        options => options.RefillDelay = TimeSpan.FromTicks(-1),
        options => options.MaxIdleTime = TimeSpan.Zero,
        options => options.MaxKeepTime = TimeSpan.FromDays(60),
        options => options.MaxAge = TimeSpan.Zero,
        options => options.Options.Continue = true,
        options => options.Options.MaxTurns = -1,
    ];

    [TestCaseSource(nameof(Mistakes))]
    public void A_mistake_is_found_before_a_process_is_started(Action<ClaudePoolOptions> change)
    {
        var options = new ClaudePoolOptions();
        change(options);
        Assert.That(() => ClaudePool.Create(options), Throws.InstanceOf<OptionsValidationException>());
    }

    private static string? Subtype(JsonElement line) => FakeCli.Text(line.GetProperty("request"), "subtype");

    /// <summary>A pool of scripted processes.</summary>
    private sealed class Bench : IAsyncDisposable
    {
        private Bench(ScriptedCli cli, ClaudePool pool)
        {
            Cli = cli;
            Pool = pool;
        }

        public ScriptedCli Cli { get; }

        public ClaudePool Pool { get; }

        /// <summary>The processes that had been started when the bench was closed.</summary>
        public IReadOnlyList<int> Seen { get; private set; } = [];

        public static Bench Open(Action<ClaudePoolOptions>? change = null, CliScript? script = null)
        {
            var cli = ScriptedCli.Create(script ?? new CliScript().AlwaysAnswer("get_binary_version", """{"version":"2.1.330"}""").AnswerInitialize(Reply).Turns());
            var options = new ClaudePoolOptions { Options = cli.Options(), RefillDelay = TimeSpan.Zero };
            change?.Invoke(options);
            return new Bench(cli, ClaudePool.Create(options));
        }

        public async Task UntilAsync(Func<ClaudePoolStatistics, bool> holds)
        {
            for (var left = 3_000; left > 0; left--)
            {
                if (holds(Pool.Statistics))
                    return;
                await Task.Delay(10);
            }

            throw new AssertionException($"It came to nothing but {Pool.Statistics}.");
        }

        public async Task<IReadOnlyList<int>> StartedAsync() =>
            [.. (await Cli.ReadRecordAsync()).Where(record => record.Kind == "start").Select(record => record.ProcessId)];

        public async ValueTask DisposeAsync()
        {
            await Pool.DisposeAsync().InTime();
            Seen = await StartedAsync();
            await Cli.DisposeAsync();
        }
    }
}
