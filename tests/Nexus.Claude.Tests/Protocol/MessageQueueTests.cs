using CsCheck;
using Nexus.Claude.Protocol;

namespace Nexus.Claude.Tests.Protocol;

[Parallelizable(ParallelScope.All)]
internal sealed class MessageQueueTests
{
    private static readonly Gen<(bool IsPartial, int Bytes, bool Takes)> Step = Gen.Select(Gen.Bool, Gen.Int[1, 60], Gen.Bool);

    [Test]
    public void Whatever_the_budget_whole_messages_arrive_in_order_and_what_is_missing_is_counted() =>
        Gen.Select(Step.Array[0, 200], Gen.Int[1, 500]).Sample((steps, budget) =>
        {
            var queue = new MessageQueue(MessageBuffering.DropPartialMessages(budget));
            List<ClaudeMessage> read = [];
            for (var i = 0; i < steps.Length; i++)
            {
                queue.Add(steps[i].IsPartial ? Partial(i, steps[i].Bytes) : Whole(i, steps[i].Bytes));
                if (steps[i].Takes)
                    Take(queue, read);
            }

            queue.Complete();
            while (Take(queue, read))
            {
            }

            var numbers = read.Where(message => message is not StreamWarningMessage).Select(message => int.Parse(message.Uuid!, null)).ToList();
            var whole = Enumerable.Range(0, steps.Length).Where(i => !steps[i].IsPartial);
            Assert.That(numbers, Is.Ordered);
            Assert.That(numbers.Where(i => !steps[i].IsPartial), Is.EqualTo(whole));
            Assert.That(read.OfType<StreamWarningMessage>().LastOrDefault()?.Count ?? 0, Is.EqualTo(steps.Length - numbers.Count));
        });

    [Test]
    public void A_gap_is_announced_before_any_message_that_follows_it() =>
        Gen.Select(Step.Array[0, 200], Gen.Int[1, 300]).Sample((steps, budget) =>
        {
            var queue = new MessageQueue(MessageBuffering.DropPartialMessages(budget));
            List<ClaudeMessage> read = [];
            for (var i = 0; i < steps.Length; i++)
            {
                queue.Add(Partial(i, steps[i].Bytes));
                if (steps[i].Takes)
                    Take(queue, read);
            }

            while (Take(queue, read))
            {
            }

            long announced = 0;
            var expected = 0;
            foreach (var message in read)
            {
                if (message is StreamWarningMessage warning)
                {
                    announced = warning.Count;
                    continue;
                }

                var number = int.Parse(message.Uuid!, null);
                var seen = read.TakeWhile(other => !ReferenceEquals(other, message)).Count(other => other is StreamEventMessage);
                Assert.That(announced, Is.GreaterThanOrEqualTo(number - seen));
                expected = number + 1;
            }

            Assert.That(expected, Is.LessThanOrEqualTo(steps.Length));
        });

    [Test]
    public void A_message_over_the_whole_budget_is_kept_all_the_same()
    {
        var queue = new MessageQueue(MessageBuffering.DropPartialMessages(10));
        List<ClaudeMessage> read = [];
        queue.Add(Partial(0, 5));
        queue.Add(Whole(1, 1_000));

        Take(queue, read);

        Assert.That(read, Has.Count.EqualTo(2));
        Assert.That(read[0], Is.InstanceOf<StreamWarningMessage>());
        Assert.That(read[1].Uuid, Is.EqualTo("1"));
    }

    [Test]
    public async Task An_overflow_that_is_to_be_fatal_is_told_once_and_ends_the_stream_after_what_fits()
    {
        List<Exception> told = [];
        var queue = new MessageQueue(MessageBuffering.Fail(10)) { Overflowed = told.Add };
        List<ClaudeMessage> read = [];
        queue.Add(Whole(0, 8));
        queue.Add(Whole(1, 8));
        queue.Add(Whole(2, 1));

        Assert.That(Take(queue, read));
        Assert.That(read, Has.Count.EqualTo(1));
        Assert.That(await queue.WaitAsync().AsTask().FailureAsync<ClaudeException>(), Is.SameAs(told.Single()));
    }

    [Test]
    public async Task A_waiting_consumer_is_woken_by_a_flush_and_not_before()
    {
        var queue = new MessageQueue(MessageBuffering.Default);
        var waiting = queue.WaitAsync().AsTask();
        queue.Add(Whole(0, 1));
        Assert.That(waiting.IsCompleted, Is.False);

        queue.Flush();

        await waiting.InTime();
        Assert.That(waiting.Result);
    }

    [Test]
    public async Task The_end_that_is_added_is_seen_with_the_last_message_after_the_flush()
    {
        var queue = new MessageQueue(MessageBuffering.Default);
        var waiting = queue.WaitAsync().AsTask();
        queue.Add(Whole(0, 1));
        queue.AddEnd();
        Assert.That(waiting.IsCompleted, Is.False);

        queue.Flush();

        Assert.That(await waiting.InTime());
        Queue<ClaudeMessage> batch = new();
        Assert.That(queue.TryTake(ref batch) && batch.Count == 1);
        Assert.That(await queue.WaitAsync().AsTask().InTime(), Is.False);
    }

    [Test]
    public async Task An_abandoned_stream_tells_its_reader_even_when_it_had_ended_in_order()
    {
        var queue = new MessageQueue(MessageBuffering.Default);
        queue.Add(Whole(0, 1));
        queue.Complete();
        var failure = new OperationCanceledException();

        queue.Abandon(failure);

        Queue<ClaudeMessage> batch = new();
        Assert.That(queue.TryTake(ref batch), Is.False);
        Assert.That(await queue.WaitAsync().AsTask().FailureAsync<OperationCanceledException>(), Is.SameAs(failure));
    }

    [Test]
    public async Task Producer_and_consumer_at_full_speed_lose_nothing()
    {
        const int Count = 200_000;
        var queue = new MessageQueue(MessageBuffering.Unbounded);
        var producing = Task.Run(() =>
        {
            for (var i = 0; i < Count; i++)
            {
                queue.Add(Whole(i, 1));
                if (i % 7 == 0)
                    queue.Flush();
            }

            queue.Complete();
        });
        var next = 0;
        var messages = new MessageEnumerator(queue, static () => ValueTask.CompletedTask, default);
        while (await messages.MoveNextAsync().AsTask().InTime())
        {
            if (messages.Current.Uuid != next.ToString(System.Globalization.CultureInfo.InvariantCulture))
                Assert.Fail($"{messages.Current.Uuid} came when it was the turn of {next}.");
            next++;
        }

        await producing;
        Assert.That(next, Is.EqualTo(Count));
    }

    private static bool Take(MessageQueue queue, List<ClaudeMessage> read)
    {
        Queue<ClaudeMessage> batch = new();
        var any = queue.TryTake(ref batch);
        read.AddRange(batch);
        return any;
    }

    private static StreamEventMessage Partial(int number, int bytes) => new() { Uuid = Text(number), Raw = new RawJson(new byte[bytes]) };

    private static UnknownMessage Whole(int number, int bytes) => new("whole") { Uuid = Text(number), Raw = new RawJson(new byte[bytes]) };

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
