using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;
using Nexus.Claude.Testing;
using static Nexus.Claude.Server.Tests.Sessions.Engine;

namespace Nexus.Claude.Server.Tests.Sessions;

/// <summary>Turns that somebody ends early.</summary>
internal sealed class InterruptionTests
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task An_interrupted_turn_ends_in_order(bool byConversation)
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.TextChunks("Hel", "lo").WaitFor(new ScriptedGate(), afterEvents: 3));
        var request = engine.Request(User("Hello")) with { ConversationId = "conv_1" };

        List<TurnEvent> events = [];
        await foreach (var next in engine.Turns.RunAsync(request, engine.Deadline))
        {
            events.Add(next);
            if (next is TurnEvent.TextDelta)
            {
                Assert.That(engine.Turns.TryInterrupt(new Caller("other", KeyPolicy.Open), request.RequestId), Is.False);
                Assert.That(engine.Turns.TryInterrupt(request.Caller, byConversation ? "conv_1" : request.RequestId), Is.True);
            }
        }

        Assert.That(((TurnEvent.Ended)events[^1]).Reason, Is.EqualTo(EndReason.Interrupted));
        Assert.That(engine.Turns.TryInterrupt(request.Caller, request.RequestId), Is.False);
    }

    [Test]
    public async Task A_turn_is_interrupted_before_the_model_has_begun()
    {
        await using var engine = await Engine.StartAsync();
        var gate = new ScriptedGate();
        engine.Api.Enqueue(ScriptedReply.Text("never").WaitFor(gate));
        var request = engine.Request(User("Hello"));

        var running = engine.RunAsync(request);
        await gate.Reached.WaitAsync(engine.Deadline);
        Assert.That(engine.Turns.TryInterrupt(request.Caller, request.RequestId), Is.True);
        var reply = await running;

        Assert.That(reply.Began.Model, Is.Not.Empty);
        Assert.That(reply.Ended.Reason, Is.EqualTo(EndReason.Interrupted));
    }

    [Test]
    [Property("seed-row", 100)]
    public async Task A_client_that_goes_ends_its_turn_and_leaves_no_process()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.TextChunks("Hel", "lo").WaitFor(new ScriptedGate(), afterEvents: 3));
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(engine.Deadline);

        var events = engine.Turns.RunAsync(engine.Request(User("Hello")), gone.Token).GetAsyncEnumerator();
        await events.MoveNextAsync();
        await events.MoveNextAsync();
        await gone.CancelAsync();
        await Assert.CatchAsync<OperationCanceledException>(async () => await events.MoveNextAsync());
        await events.DisposeAsync();

        Assert.That(await engine.Asked.Single().Outcome.WaitAsync(engine.Deadline), Is.EqualTo(ReplyOutcome.ClientGone));
        await engine.Status.DrainAsync(engine.Deadline);
        Assert.That(engine.Statistics.Processes.Processes, Is.Zero);
    }
}
