using Nexus.Claude.Server.Turns;
using Nexus.Claude.Testing;
using static Nexus.Claude.Server.Tests.Sessions.Engine;

namespace Nexus.Claude.Server.Tests.Sessions;

/// <summary>Plain turns on the real CLI: what the model is sent, and what comes back.</summary>
internal sealed class ChatTurnTests
{
    [Test]
    public async Task A_turn_begins_streams_its_text_and_ends_with_its_figures()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.TextChunks("Hel", "lo, ", "world").WithUsage(new ScriptedUsage(120, 7)));

        var reply = await engine.RunAsync(User("Say hello."));

        Assert.That(reply.Events.OfType<TurnEvent.Began>().Count(), Is.EqualTo(1));
        Assert.That(reply.Began.Model, Does.StartWith("claude-haiku"));
        Assert.That(reply.Events.OfType<TurnEvent.TextDelta>().Select(delta => delta.Text), Is.EqualTo(new[] { "Hel", "lo, ", "world" }));
        Assert.That(reply.Ended.Reason, Is.EqualTo(EndReason.EndTurn));
        Assert.That((reply.Ended.Usage.InputTokens, reply.Ended.Usage.OutputTokens), Is.EqualTo((120, 7)));
        Assert.That(reply.Ended.CostUsd, Is.GreaterThan(0m));
        var asked = engine.Asked.Single();
        Assert.That(asked.System, Does.EndWith("You are a test."));
        Assert.That(asked.LastUserText, Is.EqualTo("Say hello."));
        Assert.That(asked.ToolNames, Is.Empty);
    }

    [Test]
    [Property("gateway-row", 14)]
    [Property("seed-row", 112)]
    public async Task A_conversation_goes_on_in_its_process_and_sends_only_what_is_new()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.Text("  Paris is it.\n"));
        engine.Api.Enqueue(ScriptedReply.Text("Rome."));

        var first = await engine.RunAsync(User("Capital of France?"));
        // Clients trim what they show and keep.
        var second = await engine.RunAsync(User("Capital of France?"), Assistant(first.Text.Trim()), User("Of Italy?"));

        Assert.That(second.Text, Is.EqualTo("Rome."));
        Assert.That(second.Ended.Origin, Is.EqualTo(ProcessOrigin.Live));
        Assert.That(engine.Statistics.WarmHits, Is.EqualTo(1));
        Assert.That(engine.Statistics.InjectedMessages, Is.Zero);
        Assert.That(engine.Statistics.Processes.ColdLeases + engine.Statistics.Processes.WarmLeases, Is.EqualTo(1));
        Assert.That(engine.Asked[^1].Said(), Is.EqualTo(new[] { "user: Capital of France?", "assistant:   Paris is it.\n", "user: Of Italy?" }));
    }

    [Test]
    public async Task A_history_of_forty_messages_reaches_the_model_as_it_is_with_one_request()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.Text("Done."));
        var history = Enumerable.Range(0, 20).SelectMany(i => new[] { User($"Question {i}"), Assistant($"Answer {i}") }).ToList();

        var reply = await engine.RunAsync([.. history, User("And now?")]);

        Assert.That(reply.Text, Is.EqualTo("Done."));
        Assert.That(engine.Statistics.InjectedMessages, Is.EqualTo(40));
        var asked = engine.Asked.Single();
        Assert.That(asked.Said(), Is.EqualTo(Enumerable.Range(0, 20).SelectMany(i => new[] { $"user: Question {i}", $"assistant: Answer {i}" }).Append("user: And now?")));
    }
}
