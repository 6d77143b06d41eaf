using Nexus.Claude.Server.Turns;
using Nexus.Claude.Testing;
using static Nexus.Claude.Server.Tests.Sessions.Engine;

namespace Nexus.Claude.Server.Tests.Sessions;

/// <summary>Tools of the client on the real CLI: offered, called, never run here, and answered by the next request.</summary>
internal sealed class ToolTurnTests
{
    private static readonly TurnMessage Question = User("Weather in Paris?");

    [Test]
    public async Task A_call_goes_to_the_client_and_its_result_goes_on_in_the_same_process()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.Text("Let me look. ").ThenToolUse("mcp__c__weather", """{"city":"Paris"}""", "toolu_1"));
        engine.Api.Enqueue(ScriptedReply.Text("Sunny."));

        var first = await engine.RunAsync(WithTools(engine, Question));
        var second = await engine.RunAsync(WithTools(engine, Question, first.Message, User(ToolResult("toolu_1", "sunny, 21 degrees"))));

        Assert.That(first.Ended.Reason, Is.EqualTo(EndReason.ToolUse));
        Assert.That(first.Text, Is.EqualTo("Let me look. "));
        Assert.That(first.Calls, Is.EqualTo(new[] { new TurnEvent.ToolCall(0, "toolu_1", "weather") }));
        Assert.That(first.ArgumentsOf(0), Is.EqualTo("""{"city":"Paris"}"""));
        Assert.That((second.Text, second.Ended.Reason, second.Ended.Origin), Is.EqualTo(("Sunny.", EndReason.EndTurn, ProcessOrigin.Live)));
        Assert.That(engine.Asked[0].ToolNames, Is.EqualTo(new[] { "mcp__c__time", "mcp__c__weather" }));
        Assert.That(engine.Asked[0].Body.GetProperty("tools")[1].GetProperty("input_schema").GetRawText(), Is.EqualTo(Tool("weather").Schema.GetRawText()));
        Assert.That(engine.Asked[^1].Said(), Is.EqualTo(new[]
        {
            "user: Weather in Paris?", "assistant: Let me look. ", """assistant: [mcp__c__weather toolu_1 {"city":"Paris"}]""", "user: [result toolu_1 sunny, 21 degrees]",
        }));
        Assert.That(engine.Asked, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Parallel_calls_come_with_their_ids_and_all_results_go_back_in_one_message()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.ToolUses(
            new ToolCall("mcp__c__weather", """{"city":"Paris"}""", "toolu_1"), new ToolCall("mcp__c__weather", """{"city":"Rome"}""", "toolu_2"), new ToolCall("mcp__c__time", "{}", "toolu_3")));
        engine.Api.Enqueue(ScriptedReply.Text("Done."));

        var first = await engine.RunAsync(WithTools(engine, Question));
        var second = await engine.RunAsync(WithTools(
            engine, Question, first.Message, User(ToolResult("toolu_2", "r2"), ToolResult("toolu_1", "r1"), ToolResult("toolu_3", "r3"), "And be brief.")));

        Assert.That(first.Calls.Select(call => (call.Index, call.Id, call.Name)), Is.EqualTo(new[] { (0, "toolu_1", "weather"), (1, "toolu_2", "weather"), (2, "toolu_3", "time") }));
        Assert.That(first.ArgumentsOf(2), Is.EqualTo("{}"));
        Assert.That((second.Text, second.Ended.Origin), Is.EqualTo(("Done.", ProcessOrigin.Live)));
        Assert.That(engine.Asked[^1].Said().Skip(4), Is.EquivalentTo(new[] { "user: [result toolu_2 r2]", "user: [result toolu_1 r1]", "user: [result toolu_3 r3]", "user: And be brief." }));
        Assert.That(engine.Asked, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Results_for_calls_that_this_server_has_never_seen_are_put_in()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.Text("Rainy."));

        var reply = await engine.RunAsync(WithTools(
            engine, Question, Assistant("Hm.", Call("call_abc", "weather", """{"city":"Paris"}"""), Call("call_def", "time")), User(ToolResult("call_abc", "rain"), ToolResult("call_def", "noon"))));

        Assert.That(reply.Text, Is.EqualTo("Rainy."));
        Assert.That(engine.Asked.Single().Said(), Is.EqualTo(new[]
        {
            "user: Weather in Paris?", "assistant: Hm.", """assistant: [mcp__c__weather call_abc {"city":"Paris"}]""", "assistant: [mcp__c__time call_def {}]",
            "user: [result call_abc rain]", "user: [result call_def noon]",
        }));
    }

    [Test]
    public async Task The_results_find_their_way_after_the_process_was_killed()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.ToolUse("mcp__c__weather", """{"city":"Paris"}""", "toolu_1"));
        engine.Api.Enqueue(ScriptedReply.Text("Sunny."));

        var first = await engine.RunAsync(WithTools(engine, Question));
        await engine.KillAsync(engine.Statistics.Sessions.Single().ProcessId);
        var second = await engine.RunAsync(WithTools(engine, Question, first.Message, User(ToolResult("toolu_1", "sunny"))));

        Assert.That(second.Text, Is.EqualTo("Sunny."));
        Assert.That(second.Ended.Origin, Is.Not.EqualTo(ProcessOrigin.Live));
        Assert.That(engine.Asked[^1].Said()[^1], Is.EqualTo("user: [result toolu_1 sunny]"));
    }

    [Test]
    public async Task One_call_answered_twice_branches()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.ToolUse("mcp__c__weather", """{"city":"Paris"}""", "toolu_1"));
        engine.Api.Enqueue(ScriptedReply.Text("Sunny."));
        engine.Api.Enqueue(ScriptedReply.Text("Rainy."));

        var first = await engine.RunAsync(WithTools(engine, Question));
        var sunny = await engine.RunAsync(WithTools(engine, Question, first.Message, User(ToolResult("toolu_1", "sunny"))));
        var rainy = await engine.RunAsync(WithTools(engine, Question, first.Message, User(ToolResult("toolu_1", "rainy"))));

        Assert.That((sunny.Text, rainy.Text), Is.EqualTo(("Sunny.", "Rainy.")));
        Assert.That(engine.Asked[^1].Said().Skip(1), Is.EqualTo(new[] { """assistant: [mcp__c__weather toolu_1 {"city":"Paris"}]""", "user: [result toolu_1 rainy]" }));
    }

    [Test]
    public async Task Names_that_the_cli_would_change_reach_the_client_as_they_are()
    {
        await using var engine = await Engine.StartAsync();
        string[] names = ["weather.get", "weather_get", new string('n', 80), "größe"];
        ClientTool[] tools = [.. names.Select(name => Tool(name))];
        engine.Api.Enqueue(request => ScriptedReply.ToolUses([.. request.ToolNames.Select((name, i) => new ToolCall(name, "{}", $"toolu_{i}"))]));

        var reply = await engine.RunAsync(engine.Request(Question) with { Tools = tools });

        Assert.That(reply.Calls.Select(call => call.Name), Is.EquivalentTo(names));
        Assert.That(engine.Asked.Single().ToolNames, Has.All.Length.LessThanOrEqualTo(64));
    }

    [Test]
    public async Task A_tool_that_the_client_does_not_have_is_not_told_to_it()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.ToolUse("mcp__c__nonsense", "{}", "toolu_1"));
        engine.Api.Enqueue(ScriptedReply.Text("Sorry."));

        var reply = await engine.RunAsync(WithTools(engine, Question));

        Assert.That(reply.Calls, Is.Empty);
        Assert.That((reply.Text, reply.Ended.Reason), Is.EqualTo(("Sorry.", EndReason.EndTurn)));
        Assert.That(reply.Events.OfType<TurnEvent.Began>().Count(), Is.EqualTo(1));
    }

    [TestCase(ToolChoiceMode.Required, true, """{"type":"any"}""")]
    [TestCase(ToolChoiceMode.None, true, """{"type":"none"}""")]
    [TestCase(ToolChoiceMode.Named, true, """{"type":"tool","name":"mcp__c__weather"}""")]
    [TestCase(ToolChoiceMode.Auto, false, """{"type":"auto","disable_parallel_tool_use":true}""")]
    [TestCase(ToolChoiceMode.Required, false, """{"type":"any","disable_parallel_tool_use":true}""")]
    public async Task The_choice_of_tools_reaches_the_api_and_holds_for_its_turn_only(ToolChoiceMode mode, bool parallel, string expected)
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.Text("One."));
        engine.Api.Enqueue(ScriptedReply.Text("Two."));

        await engine.RunAsync(WithTools(engine, Question) with { ToolChoice = new ToolChoice(mode, mode == ToolChoiceMode.Named ? "weather" : null), ParallelToolCalls = parallel });
        var second = await engine.RunAsync(WithTools(engine, Question, Assistant("One."), User("Again")));

        Assert.That(engine.Asked[0].Member("tool_choice")!.Value.GetRawText(), Is.EqualTo(expected));
        Assert.That(second.Ended.Origin, Is.EqualTo(ProcessOrigin.Live));
        Assert.That(engine.Asked[1].Member("tool_choice"), Is.Null);
    }

    [Test]
    public async Task A_cli_that_does_not_defer_is_interrupted_and_the_results_are_put_into_another_process()
    {
        await using var engine = await Engine.StartAsync(options => options.Sessions.DefersClientTools = false);
        engine.Api.Enqueue(ScriptedReply.Text("Hm.").ThenToolUse("mcp__c__weather", """{"city":"Paris"}""", "toolu_1").ThenToolUse("mcp__c__time", "{}", "toolu_2"));
        engine.Api.Enqueue(ScriptedReply.Text("Sunny."));

        var first = await engine.RunAsync(WithTools(engine, Question));
        var second = await engine.RunAsync(WithTools(engine, Question, first.Message, User(ToolResult("toolu_1", "sunny"), ToolResult("toolu_2", "noon"))));

        Assert.That(first.Ended.Reason, Is.EqualTo(EndReason.ToolUse));
        Assert.That(first.Calls.Select(call => call.Id), Is.EqualTo(new[] { "toolu_1", "toolu_2" }));
        Assert.That(second.Text, Is.EqualTo("Sunny."));
        Assert.That(engine.Asked[^1].Said(), Is.EqualTo(new[]
        {
            "user: Weather in Paris?", "assistant: Hm.", """assistant: [mcp__c__weather toolu_1 {"city":"Paris"}]""", "assistant: [mcp__c__time toolu_2 {}]",
            "user: [result toolu_1 sunny]", "user: [result toolu_2 noon]",
        }));
    }

    private static TurnRequest WithTools(Engine engine, params IReadOnlyList<TurnMessage> messages) =>
        engine.Request(messages) with { Tools = [Tool("weather"), Tool("time", """{"type":"object","properties":{}}""")] };
}
