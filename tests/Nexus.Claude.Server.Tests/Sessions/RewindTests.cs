using Nexus.Claude.Server.Turns;
using Nexus.Claude.Testing;
using static Nexus.Claude.Server.Tests.Sessions.Engine;

namespace Nexus.Claude.Server.Tests.Sessions;

/// <summary>A last turn that is asked for again, or changed.</summary>
internal sealed class RewindTests
{
    private static readonly TurnMessage[] Before = [User("q1"), Assistant("a1")];

    [Test]
    [Property("gateway-row", 11)]
    public async Task The_last_reply_is_written_again_by_its_own_process()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.Text("first"));
        engine.Api.Enqueue(ScriptedReply.Text("second"));
        engine.Api.Enqueue(ScriptedReply.Text("third"));

        await engine.RunAsync([.. Before, User("q2")]);
        var again = await engine.RunAsync([.. Before, User("q2")]);
        var edited = await engine.RunAsync([.. Before, User("q2, please")]);

        Assert.That((again.Text, again.Ended.Origin), Is.EqualTo(("second", ProcessOrigin.Live)));
        Assert.That((edited.Text, edited.Ended.Origin), Is.EqualTo(("third", ProcessOrigin.Live)));
        Assert.That(engine.Asked[1].Said(), Is.EqualTo(new[] { "user: q1", "assistant: a1", "user: q2" }));
        Assert.That(engine.Asked[2].Said(), Is.EqualTo(new[] { "user: q1", "assistant: a1", "user: q2, please" }));
        Assert.That(engine.Statistics.Rewinds, Is.EqualTo(2));
        Assert.That(engine.Statistics.Processes.ColdLeases, Is.EqualTo(1));
    }

    [Test]
    public async Task A_conversation_goes_on_after_its_last_turn_was_taken_back()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.Text("first"));
        engine.Api.Enqueue(ScriptedReply.Text("second"));
        engine.Api.Enqueue(ScriptedReply.Text("end"));

        await engine.RunAsync([.. Before, User("q2")]);
        await engine.RunAsync([.. Before, User("q2b")]);
        var end = await engine.RunAsync([.. Before, User("q2b"), Assistant("second"), User("q3")]);

        Assert.That((end.Text, end.Ended.Origin), Is.EqualTo(("end", ProcessOrigin.Live)));
        Assert.That(engine.Asked[^1].Said(), Is.EqualTo(new[] { "user: q1", "assistant: a1", "user: q2b", "assistant: second", "user: q3" }));
    }

    [Test]
    [Property("gateway-row", 11)]
    public async Task One_beginning_that_goes_on_twice_at_once_is_two_conversations()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.When(request => request.LastUserText == "left", ScriptedReply.Text("L"));
        engine.Api.When(request => request.LastUserText == "right", ScriptedReply.Text("R"));
        engine.Api.Enqueue(ScriptedReply.Text("first"));
        TurnMessage[] common = [.. Before, User("q2"), Assistant("first")];

        await engine.RunAsync([.. Before, User("q2")]);
        var replies = await Task.WhenAll(engine.RunAsync([.. common, User("left")]), engine.RunAsync([.. common, User("right")]));

        Assert.That(replies.Select(reply => reply.Text), Is.EqualTo(new[] { "L", "R" }));
        Assert.That(replies.Count(reply => reply.Ended.Origin == ProcessOrigin.Live), Is.EqualTo(1));
    }

    [Test]
    public async Task Another_caller_gets_another_process_for_the_same_words()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.Text("a1"));
        engine.Api.Enqueue(ScriptedReply.Text("a2"));

        await engine.RunAsync(User("q1"));
        var other = await engine.RunAsync(engine.Request(User("q1"), Assistant("a1"), User("q2")) with { Caller = new Security.Caller("other", Security.KeyPolicy.Open) });

        Assert.That(other.Ended.Origin, Is.Not.EqualTo(ProcessOrigin.Live));
    }
}
