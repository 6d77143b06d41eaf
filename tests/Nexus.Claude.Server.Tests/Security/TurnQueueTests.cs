using CsCheck;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Server.Tests;

[Property("gateway-row", 27)]
internal sealed class TurnQueueTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    [Property("seed-row", 113)]
    public async Task No_more_turns_run_than_there_may_and_the_next_one_runs_when_one_ends()
    {
        var queue = Queue(running: 2);
        var first = await queue.EnterAsync(TurnRoute.Caller("a"), default);
        using var second = await queue.EnterAsync(TurnRoute.Caller("b"), default);
        var third = queue.EnterAsync(TurnRoute.Caller("c"), default).AsTask();

        Assert.That(third.IsCompleted, Is.False);
        Assert.That(queue.Capture(), Has.Property(nameof(QueueSnapshot.Running)).EqualTo(2).And.Property(nameof(QueueSnapshot.Waiting)).Count.EqualTo(1));
        first.Dispose();
        first.Dispose();
        using var place = await third;
        Assert.That(queue.Capture(), Has.Property(nameof(QueueSnapshot.Running)).EqualTo(2).And.Property(nameof(QueueSnapshot.Waiting)).Empty);
    }

    [Test]
    [Property("gateway-row", 26)]
    public async Task A_full_queue_refuses_at_once_and_says_when_to_come_again()
    {
        var queue = Queue(running: 1, waiting: 1);
        using var running = await queue.EnterAsync(TurnRoute.Caller("a"), default);
        var waiting = queue.EnterAsync(TurnRoute.Caller("a"), default).AsTask();

        var refused = (await Assert.ThrowsAsync<GatewayException>(async () => await queue.EnterAsync(TurnRoute.Caller("b"), default)))!;
        Assert.That((refused.Status, refused.Code, refused.Type), Is.EqualTo((429, "rate_limit_exceeded", "rate_limit_error")));
        Assert.That(refused.RetryAfter, Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(1)).And.LessThanOrEqualTo(TimeSpan.FromSeconds(60)));
        Assert.That(waiting.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_wait_that_is_too_long_ends_with_429()
    {
        var queue = Queue(running: 1);
        using var running = await queue.EnterAsync(TurnRoute.Caller("a"), default);
        var waiting = queue.EnterAsync(TurnRoute.Caller("a"), default).AsTask();

        _time.Advance(TimeSpan.FromSeconds(30));
        var refused = (await Assert.ThrowsAsync<GatewayException>(() => waiting))!;
        Assert.That(refused.Status, Is.EqualTo(429));
        Assert.That(queue.Capture().Waiting, Is.Empty);
    }

    [Test]
    [Property("gateway-row", 28)]
    public async Task A_client_that_goes_leaves_the_queue()
    {
        var queue = Queue(running: 1);
        var running = await queue.EnterAsync(TurnRoute.Caller("a"), default);
        using var gone = new CancellationTokenSource();
        var leaving = queue.EnterAsync(TurnRoute.Caller("a"), gone.Token).AsTask();
        var staying = queue.EnterAsync(TurnRoute.Caller("a"), default).AsTask();

        await gone.CancelAsync();
        Assert.That(() => leaving, Throws.InstanceOf<OperationCanceledException>());
        running.Dispose();
        using var place = await staying;
        Assert.That(queue.Capture().Running, Is.EqualTo(1));
    }

    [Test]
    [Property("gateway-row", 25)]
    public async Task A_key_at_its_own_limit_waits_while_others_run()
    {
        var queue = Queue(running: 4);
        var limited = TurnRoute.Caller("a", new KeyPolicy { MaxConcurrency = 1 });
        var first = await queue.EnterAsync(limited, default);
        var second = queue.EnterAsync(limited, default).AsTask();
        using var other = await queue.EnterAsync(TurnRoute.Caller("b"), default);

        Assert.That(second.IsCompleted, Is.False);
        first.Dispose();
        using var place = await second;
    }

    [Test]
    public async Task The_lines_of_keys_take_turns_so_a_burst_of_one_does_not_hold_up_another()
    {
        var queue = Queue(running: 1);
        var running = await queue.EnterAsync(TurnRoute.Caller("burst"), default);
        List<string> order = [];
        var turns = new[] { "burst", "burst", "burst", "calm" }.Select(RunAsync).ToArray();

        running.Dispose();
        await Task.WhenAll(turns);
        Assert.That(order, Is.EqualTo(new[] { "burst", "calm", "burst", "burst" }));

        async Task RunAsync(string key)
        {
            using var place = await queue.EnterAsync(TurnRoute.Caller(key), default);
            lock (order)
                order.Add(key);
        }
    }

    [Test]
    public async Task A_full_queue_still_takes_a_key_that_waits_less_than_another()
    {
        var queue = Queue(running: 1, waiting: 3);
        var running = await queue.EnterAsync(TurnRoute.Caller("burst"), default);
        var burst = Enumerable.Range(0, 3).Select(_ => queue.EnterAsync(TurnRoute.Caller("burst"), default).AsTask()).ToArray();

        var calm = queue.EnterAsync(TurnRoute.Caller("calm"), default).AsTask();
        Assert.That(() => burst[2], Throws.InstanceOf<GatewayException>().With.Property(nameof(GatewayException.Status)).EqualTo(429));
        Assert.That(calm.IsCompleted, Is.False);
        running.Dispose();
        (await burst[0]).Dispose();
        (await calm).Dispose();
        (await burst[1]).Dispose();
        Assert.That(queue.Capture(), Has.Property(nameof(QueueSnapshot.Running)).Zero.And.Property(nameof(QueueSnapshot.Waiting)).Empty);
    }

    [Test]
    public Task Whatever_comes_and_goes_limits_hold_and_nothing_is_left_behind()
    {
        var steps = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 1_000]).List[1, 120];
        return steps.SampleAsync(
            async script =>
            {
                var queue = Queue(running: 3, waiting: 6);
                List<(Task<TurnQueue.Place> Task, CancellationTokenSource Gone)> open = [];
                foreach (var (key, action, pick) in script)
                {
                    if (action == 0 || open.Count == 0)
                    {
                        var gone = new CancellationTokenSource();
                        open.Add((queue.EnterAsync(TurnRoute.Caller($"k{key}", new KeyPolicy { MaxConcurrency = key + 1 }), gone.Token).AsTask(), gone));
                    }
                    else
                    {
                        await LeaveAsync(pick % open.Count);
                    }

                    var now = queue.Capture();
                    if (now.Running > 3 || now.Waiting.Count > 6 || now.Waiting.GroupBy(static each => each.KeyId).Any(static line => line.Count() > 6))
                        return false;
                }

                while (open.Count > 0)
                    await LeaveAsync(0);
                return queue.Capture() is { Running: 0, Waiting.Count: 0 };

                // One that runs ends; one that waits goes; one that was refused is gone already.
                async Task LeaveAsync(int index)
                {
                    var (task, gone) = open[index];
                    open.RemoveAt(index);
                    await gone.CancelAsync();
                    await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                    if (task.IsCompletedSuccessfully)
                        (await task).Dispose();
                    gone.Dispose();
                }
            },
            iter: 300,
            threads: 1);
    }

    private TurnQueue Queue(int running, int waiting = 32) => new(
        Options.Create(new NexusClaudeServerOptions { Limits = { MaxConcurrentTurns = running, MaxQueueLength = waiting } }), _time);
}
