using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;
using Nexus.Claude.Testing;
using static Nexus.Claude.Server.Tests.Sessions.Engine;

namespace Nexus.Claude.Server.Tests.Sessions;

/// <summary>Turns that run Claude Code's own tools, for keys that may.</summary>
internal sealed class AgentTurnTests
{
    [Test]
    public async Task An_agent_reads_in_its_folder_and_not_beside_it_and_the_client_sees_one_reply()
    {
        await using var engine = await Engine.StartAsync();
        var folder = Directory.CreateDirectory(Path.Combine(engine.Environment.RootDirectory, "project")).FullName;
        var inside = Path.Combine(folder, "inside.txt");
        var outside = Path.Combine(engine.Environment.RootDirectory, "outside.txt");
        await File.WriteAllTextAsync(inside, "INSIDE-1");
        await File.WriteAllTextAsync(outside, "OUTSIDE-1");
        engine.Api.Enqueue(ScriptedReply.Text("Reading.").ThenToolUse("Read", $$"""{"file_path":"{{inside}}"}"""));
        engine.Api.Enqueue(ScriptedReply.ToolUse("Read", $$"""{"file_path":"{{outside}}"}"""));
        engine.Api.Enqueue(ScriptedReply.Text("Done."));
        engine.Api.Enqueue(ScriptedReply.Text("Bye."));

        var reply = await engine.RunAsync(Agent(engine, folder, User("Read it.")));
        var next = await engine.RunAsync(Agent(engine, folder, User("Read it."), reply.Message, User("Thanks.")));

        Assert.That(reply.Calls, Is.Empty);
        Assert.That((reply.Text, reply.Ended.Reason), Is.EqualTo(("Reading.\n\nDone.", EndReason.EndTurn)));
        Assert.That(reply.Events.OfType<TurnEvent.Began>().Count(), Is.EqualTo(1));
        Assert.That((next.Text, next.Ended.Origin), Is.EqualTo(("Bye.", ProcessOrigin.Live)));
        Assert.That(engine.Asked[1].Body.GetRawText(), Does.Contain("INSIDE-1"));
        Assert.That(engine.Asked[^1].Body.GetRawText(), Does.Not.Contain("OUTSIDE-1"));
        Assert.That(engine.Asked[0].ToolNames, Does.Contain("Read").And.Not.Contain("Bash"));
    }

    [Test]
    public async Task Tools_of_the_client_and_of_the_agent_go_together()
    {
        await using var engine = await Engine.StartAsync();
        var folder = Directory.CreateDirectory(Path.Combine(engine.Environment.RootDirectory, "project")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "a.txt"), "INSIDE-2");
        engine.Api.Enqueue(ScriptedReply.ToolUses(
            new ToolCall("Read", $$"""{"file_path":"{{Path.Combine(folder, "a.txt")}}"}""", "toolu_1"), new ToolCall("mcp__c__weather", """{"city":"Paris"}""", "toolu_2")));
        engine.Api.Enqueue(ScriptedReply.Text("Done."));

        var first = await engine.RunAsync(Agent(engine, folder, User("Go.")) with { Tools = [Tool("weather")] });
        var second = await engine.RunAsync(Agent(engine, folder, User("Go."), first.Message, User(ToolResult("toolu_2", "sunny"))) with { Tools = [Tool("weather")] });

        Assert.That(first.Calls.Select(call => (call.Index, call.Id, call.Name)), Is.EqualTo(new[] { (0, "toolu_2", "weather") }));
        Assert.That(first.Ended.Reason, Is.EqualTo(EndReason.ToolUse));
        Assert.That((second.Text, second.Ended.Origin), Is.EqualTo(("Done.", ProcessOrigin.Live)));
        Assert.That(engine.Asked[^1].Body.GetRawText(), Does.Contain("INSIDE-2").And.Contain("sunny"));
    }

    private static TurnRequest Agent(Engine engine, string folder, params IReadOnlyList<TurnMessage> messages) => engine.Request(messages) with
    {
        IsAgent = true,
        WorkingDirectory = folder,
        Caller = new Caller("agent", KeyPolicy.Open with { AllowsAgent = true, WorkingDirectories = [folder] }),
    };
}
