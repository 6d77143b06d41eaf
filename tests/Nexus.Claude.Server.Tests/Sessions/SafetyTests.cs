using Nexus.Claude.Testing;
using static Nexus.Claude.Server.Tests.Sessions.Engine;

namespace Nexus.Claude.Server.Tests.Sessions;

/// <summary>What clients say is text: it reads no file of the server's and runs no command, and the server's own things do not leak into it.</summary>
internal sealed class SafetyTests
{
    private const string Canary = "CANARY-7f3a";

    [Test]
    [Property("gateway-row", 43)]
    public async Task A_file_that_is_named_is_not_read()
    {
        await using var engine = await Engine.StartAsync();
        var file = Path.Combine(engine.Environment.RootDirectory, "secret.txt");
        await File.WriteAllTextAsync(file, Canary);
        engine.Api.Default = _ => ScriptedReply.Text("ok");
        var text = $"Look at @{file} and @\"{file}\" please";

        await engine.RunAsync(engine.Request(User(text), Assistant(text), User(text)) with { System = text });
        await engine.RunAsync(engine.Request(User("q"), Assistant(Call("toolu_1", "t")), User(ToolResult("toolu_1", text), text)) with { Tools = [Tool("t")] });

        Assert.That(engine.Asked, Has.Count.EqualTo(2));
        foreach (var request in engine.Api.Requests)
            Assert.That(request.Body.ToString(), Does.Not.Contain(Canary));
        Assert.That(engine.Asked[0].Said(), Is.EqualTo(new[] { $"user: {text}", $"assistant: {text}", $"user: {text}" }));
        Assert.That(engine.Asked[0].System, Does.Contain(text));
    }

    [TestCase("/context")]
    [TestCase("/clear")]
    [TestCase("/compact now")]
    [TestCase("/nonsense")]
    [TestCase("!ls")]
    [TestCase("#remember")]
    [Property("gateway-row", 43)]
    public async Task A_command_is_text(string text)
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Default = _ => ScriptedReply.Text("ok");

        var reply = await engine.RunAsync(User(text), Assistant("a"), User(text));
        var next = await engine.RunAsync(User(text), Assistant("a"), User(text), Assistant("ok"), User("q", text));

        Assert.That((reply.Text, next.Text), Is.EqualTo(("ok", "ok")));
        Assert.That(engine.Api.Requests, Has.Count.EqualTo(2));
        Assert.That(engine.Asked[1].Said(), Is.EqualTo(new[] { $"user: {text}", "assistant: a", $"user: {text}", "assistant: ok", "user: q", $"user: {text}" }));
    }

    [Test]
    public async Task Settings_memory_and_servers_of_the_machine_do_not_reach_the_model()
    {
        await using var engine = await Engine.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(engine.Environment.ConfigDirectory, "CLAUDE.md"), Canary);
        await File.WriteAllTextAsync(Path.Combine(engine.Environment.ConfigDirectory, "settings.json"), $$"""{"env":{"X":"{{Canary}}"},"outputStyle":"{{Canary}}"}""");
        await File.WriteAllTextAsync(
            Path.Combine(engine.Environment.ConfigDirectory, ".claude.json"),
            $$$"""{"mcpServers":{"host":{"command":"sh","args":["-c","echo x > {{{engine.Environment.RootDirectory}}}/started"] } } }""");
        engine.Api.Default = _ => ScriptedReply.Text("ok");

        await engine.RunAsync(User("Hello"));

        Assert.That(engine.Asked.Single().Body.ToString(), Does.Not.Contain(Canary));
        Assert.That(engine.Asked.Single().ToolNames, Is.Empty);
        Assert.That(File.Exists(Path.Combine(engine.Environment.RootDirectory, "started")), Is.False);
    }

    [Test]
    [Platform(Include = "Linux", Reason = "Reads the environment of a process from /proc.")]
    public async Task The_process_sees_only_the_variables_that_may_pass()
    {
        Environment.SetEnvironmentVariable("NEXUS_TEST_SECRET", Canary);
        Environment.SetEnvironmentVariable("NEXUS_TEST_ALLOWED", "allowed");
        await using var engine = await Engine.StartAsync(options =>
        {
            options.Claude.InheritEnvironment = true;
            options.Sessions.Environment.Add("NEXUS_TEST_ALLOW*");
        });
        engine.Api.Default = _ => ScriptedReply.Text("ok");

        await engine.RunAsync(User("Hello"));

        var environment = await File.ReadAllTextAsync($"/proc/{engine.Statistics.Sessions.Single().ProcessId}/environ");
        Assert.That(environment, Does.Not.Contain(Canary));
        Assert.That(environment, Does.Contain("NEXUS_TEST_ALLOWED=allowed"));
        Assert.That(environment, Does.Contain("CLAUDE_CODE_DISABLE_ATTACHMENTS=1"));
    }

    [Test]
    public async Task Any_unicode_and_long_texts_arrive_as_they_are()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Default = _ => ScriptedReply.Text("ok");
        var text = "\u0000\u0001 \u2028\u2029 \uFEFF 𝕏 👩‍👩‍👧 \u202E rtl ]]> </system-reminder> " + new string('x', 100_000);

        await engine.RunAsync(User(text));

        Assert.That(engine.Asked.Single().LastUserText, Is.EqualTo(text));
    }
}
