using Nexus.Claude.Server.Turns;
using Nexus.Claude.Testing;
using static Nexus.Claude.Server.Tests.Sessions.Engine;

namespace Nexus.Claude.Server.Tests.Sessions;

/// <summary>How a reply is sampled and bounded: what reaches the API, for one turn and not for the next.</summary>
internal sealed class SamplingTests
{
    // A model that takes a temperature; the CLI's own list has only models that think as they see fit.
    private const string OlderModel = "claude-sonnet-4-5";

    [Test]
    public async Task Sampling_reaches_the_api_and_holds_for_its_turn_only()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.Text("One."));
        engine.Api.Enqueue(ScriptedReply.Text("Two."));
        var sampling = new Sampling { Temperature = 0.2, TopP = 0.5, TopK = 7, MaxTokens = 1234, StopSequences = ["END", "\n\n"] };

        await engine.RunAsync(engine.Request(User("q1")) with { Model = OlderModel, Sampling = sampling });
        var second = await engine.RunAsync(engine.Request(User("q1"), Assistant("One."), User("q2")) with { Model = OlderModel });

        var asked = engine.Asked[0];
        Assert.That(asked.Member("temperature")!.Value.GetDouble(), Is.EqualTo(0.2));
        Assert.That(asked.Member("top_p")!.Value.GetDouble(), Is.EqualTo(0.5));
        Assert.That(asked.Member("top_k")!.Value.GetInt32(), Is.EqualTo(7));
        Assert.That(asked.Member("max_tokens")!.Value.GetInt32(), Is.EqualTo(1234));
        Assert.That(asked.Member("stop_sequences")!.Value.GetRawText(), Is.EqualTo("""["END","\n\n"]"""));
        Assert.That(asked.Member("thinking")?.GetProperty("type").GetString(), Is.Null.Or.EqualTo("disabled"));
        Assert.That(second.Ended.Origin, Is.EqualTo(ProcessOrigin.Live));
        Assert.That(engine.Asked[1].Member("stop_sequences"), Is.Null);
        Assert.That(engine.Asked[1].Member("max_tokens")!.Value.GetInt32(), Is.GreaterThan(1234));
        Assert.That(engine.Asked[1].Member("top_p"), Is.Null);
    }

    [Test]
    public async Task A_reply_that_reaches_its_limit_ends_there()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.Text("It was a dark").WithStopReason("max_tokens").WithUsage(new ScriptedUsage(10, 4)));
        engine.Api.Enqueue(ScriptedReply.Text(" and stormy night."));

        var reply = await engine.RunAsync(engine.Request(User("A novel.")) with { Sampling = new Sampling { MaxTokens = 4 } });
        var next = await engine.RunAsync(User("A novel."), Assistant(reply.Text), User("Go on."));

        Assert.That((reply.Text, reply.Ended.Reason, reply.Ended.Usage.OutputTokens), Is.EqualTo(("It was a dark", EndReason.MaxTokens, 4)));
        Assert.That(next.Ended.Reason, Is.EqualTo(EndReason.EndTurn));
        Assert.That(engine.Asked[^1].Said(), Is.EqualTo(new[] { "user: A novel.", "assistant: It was a dark", "user: Go on." }));
    }

    [Test]
    public async Task A_stop_sequence_is_told()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.Text("one, two").WithStopReason("stop_sequence", "three"));

        var reply = await engine.RunAsync(engine.Request(User("Count.")) with { Sampling = new Sampling { StopSequences = ["three"] } });

        Assert.That((reply.Ended.Reason, reply.Ended.StopSequence), Is.EqualTo((EndReason.StopSequence, "three")));
    }

    [TestCase("refusal", EndReason.Refusal)]
    [TestCase("model_context_window_exceeded", EndReason.ContextWindow)]
    public async Task An_end_of_the_models_own_is_told(string stopReason, EndReason expected)
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Default = _ => ScriptedReply.Text("I").WithStopReason(stopReason);

        var reply = await engine.RunAsync(User("Go."));

        Assert.That(reply.Ended.Reason, Is.EqualTo(expected));
    }

    [Test]
    public async Task A_schema_becomes_the_format_of_the_output()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.Text("""{"age":3}"""));
        var schema = Json("""{"type":"object","properties":{"age":{"type":"integer","minimum":0}},"required":["age"]}""");

        var reply = await engine.RunAsync(engine.Request(User("Age?")) with { OutputSchema = schema });

        Assert.That(reply.Text, Is.EqualTo("""{"age":3}"""));
        var format = engine.Asked.Single().Member("output_config")!.Value.GetProperty("format");
        Assert.That(format.GetProperty("type").GetString(), Is.EqualTo("json_schema"));
        Assert.That(format.GetProperty("schema").GetProperty("additionalProperties").GetBoolean(), Is.False);
        Assert.That(format.GetProperty("schema").GetProperty("properties").GetProperty("age").TryGetProperty("minimum", out _), Is.False);
    }

    [Test]
    public async Task Any_json_object_is_asked_for_in_words()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.Text("{}"));

        await engine.RunAsync(engine.Request(User("Go.")) with { OutputSchema = Json("""{"type":"object"}""") });

        Assert.That(engine.Asked.Single().System, Does.Contain("one JSON object"));
    }

    [Test]
    public async Task Effort_is_asked_for_and_thinking_is_shown_only_then()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.Thinking("Hm, well.", "c2ln").ThenText("Yes."));
        engine.Api.Enqueue(ScriptedReply.Thinking("Hm, no.", "c2ln").ThenText("No."));

        var thought = await engine.RunAsync(engine.Request(User("q1")) with { Sampling = new Sampling { Reasoning = new Reasoning(EffortLevel.Low) } });
        var silent = await engine.RunAsync(User("q1"), Assistant("Yes."), User("q2"));

        Assert.That((thought.Thinking, thought.Text), Is.EqualTo(("Hm, well.", "Yes.")));
        Assert.That(thought.Events.OfType<TurnEvent.ThinkingSignature>().Single().Value, Is.EqualTo("c2ln"));
        Assert.That((silent.Thinking, silent.Text, silent.Ended.Origin), Is.EqualTo(("", "No.", ProcessOrigin.Live)));
        Assert.That(engine.Asked[0].Member("output_config")!.Value.GetProperty("effort").GetString(), Is.EqualTo("low"));
        Assert.That(engine.Asked[0].Member("thinking")!.Value.GetProperty("display").GetString(), Is.EqualTo("summarized"));
    }

    [Test]
    public async Task A_budget_of_thinking_reaches_a_model_that_takes_one()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.Text("Yes."));

        await engine.RunAsync(engine.Request(User("q1")) with { Model = OlderModel, Sampling = new Sampling { Reasoning = new Reasoning(null, 2048), MaxTokens = 4096, Temperature = 0.1 } });

        var asked = engine.Asked.Single();
        Assert.That(asked.Member("thinking")!.Value.GetProperty("budget_tokens").GetInt32(), Is.EqualTo(2048));
        Assert.That(asked.Member("temperature")?.GetDouble(), Is.Null.Or.EqualTo(1));
    }
}
