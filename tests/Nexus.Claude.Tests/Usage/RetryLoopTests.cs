using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Tests.Protocol;
using Nexus.Claude.Usage;

namespace Nexus.Claude.Tests.Usage;

/// <summary>What is tried again, when, and what never is.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class RetryLoopTests
{
    private static readonly ClaudeApiException Overloaded = Api(529);

    [Test]
    public async Task Delays_double_up_to_the_longest_and_are_drawn_from_nothing_to_that()
    {
        var policy = new RetryPolicy { MaxAttempts = 5, BaseDelay = TimeSpan.FromSeconds(2), MaxDelay = TimeSpan.FromSeconds(5), MaxElapsed = null };
        var times = await TimesOfAsync(policy, () => 0.5, Overloaded);

        Assert.That(times, Is.EqualTo(new double[] { 0, 1, 3, 5.5, 8 }));
    }

    [Test]
    public async Task What_the_API_asked_for_is_waited_for()
    {
        var times = await TimesOfAsync(new RetryPolicy { MaxAttempts = 2 }, () => 0, Api(429, TimeSpan.FromSeconds(7)));
        Assert.That(times, Is.EqualTo(new double[] { 0, 7 }));
    }

    [Test]
    public async Task No_attempt_begins_after_the_longest_time()
    {
        var policy = new RetryPolicy { MaxAttempts = 10, MaxElapsed = TimeSpan.FromSeconds(10) };
        var times = await TimesOfAsync(policy, () => 0, Api(429, TimeSpan.FromSeconds(4)));
        Assert.That(times, Is.EqualTo(new double[] { 0, 4, 8 }));
    }

    [Test]
    public async Task A_failure_that_is_not_transient_is_not_repeated()
    {
        foreach (var failure in (ClaudeException[])[Api(400), Api(401), new ProtocolException("x"), new ClaudeTimeoutException("x", TimeSpan.Zero)])
            Assert.That(await TimesOfAsync(new RetryPolicy(), () => 0, failure), Has.Count.EqualTo(1), failure.GetType().Name);
    }

    [Test]
    public async Task A_turn_that_may_have_acted_is_not_repeated()
    {
        string[] signs =
        [
            """{"type":"assistant","message":{"content":[{"type":"tool_use","id":"t","name":"Bash","input":{}}]}}""",
            """{"type":"assistant","message":{"content":[{"type":"text","text":"I will"}]}}""",
            """{"type":"assistant","parent_tool_use_id":"t","message":{"content":[{"type":"tool_use","id":"u","name":"Read","input":{}}]}}""",
            """{"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"x"}]}}""",
            """{"type":"tool_progress","tool_use_id":"t","tool_name":"Bash"}""",
            """{"type":"system","subtype":"task_started","task_id":"k"}""",
            """{"type":"stream_event","event":{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"Bash","input":{}}}}""",
            """{"type":"result","subtype":"success","is_error":true,"local_command":"deploy"}""",
            """{"type":"result","subtype":"success","is_error":true,"num_turns":2}""",
            """{"type":"result","subtype":"success","is_error":true,"num_turns":1,"user_message_uuids":["a","b"]}""",
        ];
        foreach (var sign in signs)
        {
            var attempts = 0;
            var loop = new RetryLoop(new RetryPolicy(), new ImmediateTime(), NullLogger.Instance, () => 0);
            await loop.RunAsync<int>(true, (_, outcome) =>
            {
                attempts++;
                outcome.Observe(ClaudeMessage.Parse(sign));
                throw Overloaded;
            }, CancellationToken.None).FailureAsync<ClaudeApiException>();
            Assert.That(attempts, Is.EqualTo(1), sign);
        }
    }

    [Test]
    public async Task What_an_overloaded_API_makes_the_CLI_say_is_no_act()
    {
        string[] harmless =
        [
            """{"type":"system","subtype":"init","session_id":"s","tools":["Bash"]}""",
            """{"type":"system","subtype":"api_retry","attempt":1,"max_retries":1,"retry_delay_ms":10,"error_status":529,"error":"overloaded"}""",
            """{"type":"assistant","error":"server_error","message":{"model":"<synthetic>","content":[{"type":"text","text":"API Error: 529"}]}}""",
            """{"type":"command_lifecycle","command_uuid":"u","state":"started"}""",
            """{"type":"result","subtype":"success","is_error":true,"result":"API Error: 529"}""",
        ];
        var attempts = 0;
        var loop = new RetryLoop(new RetryPolicy(), new ImmediateTime(), NullLogger.Instance, () => 0);
        var answer = await loop.RunAsync(true, (number, outcome) =>
        {
            attempts++;
            foreach (var message in harmless)
                outcome.Observe(ClaudeMessage.Parse(message));
            return number < 3 ? throw Overloaded : Task.FromResult(number);
        }, CancellationToken.None).InTime();

        Assert.That((answer, attempts), Is.EqualTo((3, 3)));
    }

    [Test]
    public void A_slash_command_is_not_repeatable_because_it_may_run_programs_before_the_model_says_anything()
    {
        Assert.That(RetryLoop.IsRepeatable("Deploy /now", false));
        Assert.That(RetryLoop.IsRepeatable("/deploy", false), Is.False);
        Assert.That(RetryLoop.IsRepeatable(" /deploy", false), Is.False);
        Assert.That(RetryLoop.IsRepeatable("/deploy", verbatimByDefault: true));
        Assert.That(RetryLoop.IsRepeatable(new UserPrompt("/deploy") { Verbatim = true }, false));
        Assert.That(RetryLoop.IsRepeatable(new UserPrompt("/deploy") { Verbatim = false }, true), Is.False);
    }

    [Test]
    public async Task Cancellation_ends_the_wait()
    {
        using var cancel = new CancellationTokenSource();
        var loop = new RetryLoop(new RetryPolicy(), new FakeTimeProvider(), NullLogger.Instance, () => 1);
        var running = loop.RunAsync<int>(true, (_, _) => throw Overloaded, cancel.Token);

        Assert.That(running.IsCompleted, Is.False);
        await cancel.CancelAsync();

        await running.FailureAsync<OperationCanceledException>();
    }

    [Test]
    public void An_answer_that_was_refused_or_too_long_is_not_transient()
    {
        var result = (ResultMessage)ClaudeMessage.Parse("""{"type":"result","subtype":"success","is_error":true,"result":"x"}""");
        Assert.That(new ClaudeApiException("x", result, AssistantError.MaxOutputTokens, null).IsTransient, Is.False);
        Assert.That(new ClaudeApiException("x", result, AssistantError.InvalidRequest, null).IsTransient, Is.False);
        Assert.That(new ClaudeApiException("x", result, AssistantError.ServerError, null).IsTransient, Is.True);
        Assert.That(new ClaudeApiException("x", result, null, null).IsTransient, Is.True);
    }

    /// <summary>When each attempt began, in seconds; each fails.</summary>
    private static async Task<List<double>> TimesOfAsync(RetryPolicy policy, Func<double> random, ClaudeException failure)
    {
        List<double> times = [];
        var time = new ImmediateTime();
        await new RetryLoop(policy, time, NullLogger.Instance, random).RunAsync<int>(true, (_, _) =>
        {
            times.Add(time.GetElapsedTime(0).TotalSeconds);
            throw failure;
        }, CancellationToken.None).FailureAsync<ClaudeException>();
        return times;
    }

    /// <summary>A clock on which every wait is over at once.</summary>
    private sealed class ImmediateTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Add(ref _now, dueTime.Ticks);
            ThreadPool.QueueUserWorkItem(_ => callback(state));
            return new Timer();
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    private static ClaudeApiException Api(int status, TimeSpan? retryAfter = null) => new(
        "failed",
        (ResultMessage)ClaudeMessage.Parse($$"""{"type":"result","subtype":"success","is_error":true,"result":"failed","api_error_status":{{status}}}"""),
        null,
        retryAfter);
}
