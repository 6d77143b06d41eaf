using System.Runtime.CompilerServices;
using Nexus.Claude.AheadOfTime;

namespace Nexus.Claude.Tests.AheadOfTime;

[Parallelizable(ParallelScope.All)]
public sealed class AheadTaskMethodBuilderTests
{
    private static readonly AsyncLocal<string?> Ambient = new();

    [Test]
    public async Task A_method_that_waits_many_times_goes_on_where_it_was_and_gives_its_result()
    {
        var gates = Enumerable.Range(0, 100).Select(_ => new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var sum = SumAsync(gates);
        foreach (var (gate, i) in gates.Select((gate, i) => (gate, i)))
        {
            Assert.That(sum.IsCompleted, Is.False);
            gate.SetResult(i);
        }

        Assert.That(await sum, Is.EqualTo(4950));
        Assert.That(SumAsync([]).IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public async Task A_method_without_a_result_ends_when_its_last_wait_does()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = WaitAsync(gate.Task);
        Assert.That(waiting.IsCompleted, Is.False);
        gate.SetResult();
        await waiting;
        Assert.That(WaitAsync(Task.CompletedTask).IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public async Task An_exception_reaches_who_awaits_before_and_after_a_wait()
    {
        var failure = new IOException("a");
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var late = ThrowAsync(gate.Task, failure);
        gate.SetResult();
        Assert.That(await FailureOf(late), Is.SameAs(failure));
        Assert.That(await FailureOf(ThrowAsync(Task.CompletedTask, failure)), Is.SameAs(failure));
        Assert.That(late.IsFaulted, Is.True);
    }

    [Test]
    public async Task A_cancellation_cancels_the_task_and_keeps_its_exception()
    {
        var cancelled = new OperationCanceledException("The turn was cancelled.", new CancellationToken(canceled: true));
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var late = ThrowAsync(gate.Task, cancelled);
        gate.SetResult();
        Assert.That(await FailureOf(late), Is.SameAs(cancelled));
        Assert.That(late.IsCanceled, Is.True);
        Assert.That(ThrowAsync(Task.CompletedTask, cancelled).IsCanceled, Is.True);
    }

    [Test]
    public async Task The_callers_context_is_there_after_each_wait_and_is_not_changed_by_the_method()
    {
        Ambient.Value = "caller";
        var gates = Enumerable.Range(0, 2).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var seen = ObserveAsync(gates[0].Task, gates[1].Task);
        Assert.That(Ambient.Value, Is.EqualTo("caller"));
        Ambient.Value = "changed";
        using (ExecutionContext.SuppressFlow())
        {
            _ = ThreadPool.UnsafeQueueUserWorkItem(static all => all[0].SetResult(), gates, preferLocal: false);
            _ = ThreadPool.UnsafeQueueUserWorkItem(static all => all[1].SetResult(), gates, preferLocal: false);
        }

        Assert.That(await seen, Is.EqualTo(new[] { "caller", "caller", "method" }));
        Assert.That(Ambient.Value, Is.EqualTo("changed"));
    }

    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder<>))]
    private static async Task<int> SumAsync(TaskCompletionSource<int>[] gates)
    {
        var sum = 0;
        foreach (var gate in gates)
            sum += await gate.Task.ConfigureAwait(false);
        return sum;
    }

    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder))]
    private static async Task WaitAsync(Task gate) => await gate.ConfigureAwait(false);

    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder))]
    private static async Task ThrowAsync(Task gate, Exception failure)
    {
        await gate.ConfigureAwait(false);
        throw failure;
    }

    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder<>))]
    private static async Task<string?[]> ObserveAsync(Task first, Task second)
    {
        var before = Ambient.Value;
        await first.ConfigureAwait(false);
        var between = Ambient.Value;
        Ambient.Value = "method";
        await second.ConfigureAwait(false);
        return [before, between, Ambient.Value];
    }

    private static async Task<Exception?> FailureOf(Task task)
    {
        try
        {
            await task;
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }
}
