using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Redis;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Tests.Conversations;
using Nexus.Claude.Server.Tests.Sessions;
using Nexus.Claude.Server.Turns;
using Nexus.Claude.Testing;
using StackExchange.Redis;
using static Nexus.Claude.Server.Tests.Sessions.Engine;

namespace Nexus.Claude.Server.Tests.Redis;

/// <summary>Agents of two gateways, on the real CLI, with one Redis.</summary>
internal sealed class AgentTranscriptTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("nexus-agent-").FullName;
        File.WriteAllText(Path.Combine(_folder, "inside.txt"), "INSIDE-1");
    }

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    [Property("gateway-row", 13)]
    public async Task Another_gateway_knows_what_the_agent_has_read_and_so_does_the_first_one_afterwards()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(redis);
        await using var other = await StartAsync(redis);
        var first = await ReadAsync(one);

        var second = await AskAsync(other, first, User("And now?"));
        Assert.That(second.Text, Is.EqualTo("Now on the other."));
        Assert.That(other.Asked[^1].Body.GetProperty("messages").GetRawText(), Does.Contain("INSIDE-1").And.Contain("tool_result"));

        var third = await AskAsync(one, second, User("Back?"));
        Assert.That(third.Text, Is.EqualTo("Now on the other."));
        Assert.That(one.Asked[^1].Body.GetProperty("messages").GetRawText(), Does.Contain("INSIDE-1").And.Contain("And now?").And.Contain("Back?"));

        await using var connection = Connect(redis);
        Assert.That(await SessionsOf(connection).ListAsync(cancellationToken: one.Deadline), Has.Count.EqualTo(1), "what a transcript has taken over is gone");
    }

    [Test]
    public async Task A_conversation_that_was_changed_goes_on_from_its_log()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(redis);
        await using var other = await StartAsync(redis);
        await ReadAsync(one);

        var second = await AskAsync(other, [User("Something else."), Assistant(new TextBlock("Yes."))], User("And now?"));

        Assert.That(second.Text, Is.EqualTo("Now on the other."));
        Assert.That(other.Asked[^1].Body.GetProperty("messages").GetRawText(), Does.Contain("Something else.").And.Not.Contain("INSIDE-1"));
    }

    [Test]
    public async Task A_transcript_that_is_gone_or_cannot_be_reached_is_no_reason_to_fail()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(redis);
        await using var other = await StartAsync(redis);
        var first = await ReadAsync(one);
        await using var connection = Connect(redis);
        var sessions = SessionsOf(connection);
        foreach (var session in await sessions.ListAsync(cancellationToken: one.Deadline))
            await sessions.DeleteAsync(session.SessionId, one.Deadline);

        var second = await AskAsync(other, first, User("And now?"));
        Assert.That(second.Text, Is.EqualTo("Now on the other."));
        Assert.That(other.Asked[^1].Body.GetProperty("messages").GetRawText(), Does.Contain("Read it.").And.Not.Contain("INSIDE-1"));

        await redis.KillAsync();
        var third = await AskAsync(one, second, User("Without it?"));
        Assert.That(third.Text, Is.EqualTo("Now on the other."));
    }

    [Test]
    public async Task A_deleted_conversation_takes_its_transcript_along()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(redis);
        await using var host = await GatewayHost.StartAsync(new ScriptedTurns(), options => options.Redis.ConnectionString = redis.ConnectionString);
        var id = await ConversationRouteTests.MakeAsync(host);
        await ReadAsync(one, id, Caller.Anonymous.KeyId);
        await using var connection = Connect(redis);
        Assert.That(await SessionsOf(connection).ListAsync(cancellationToken: one.Deadline), Has.Count.EqualTo(1));

        using var deleted = await host.Client.DeleteAsync(new Uri($"/v1/conversations/{id}", UriKind.Relative), one.Deadline);

        Assert.That(deleted.IsSuccessStatusCode);
        Assert.That(await SessionsOf(connection).ListAsync(cancellationToken: one.Deadline), Is.Empty);
    }

    [Test]
    public async Task Nothing_of_a_transcript_is_kept_for_ever()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await StartAsync(redis);
        await ReadAsync(one);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);

        var keys = await connection.GetServers().Single().KeysAsync().Select(static key => (string)key!).ToListAsync();
        Assert.That(keys.Count(static key => key.Contains("session-entries", StringComparison.Ordinal)), Is.GreaterThan(0));
        foreach (var key in keys)
            Assert.That(await connection.GetDatabase().KeyTimeToLiveAsync(key), Is.GreaterThan(TimeSpan.FromDays(29)), key);
    }

    private static IOptions<NexusClaudeServerOptions> OptionsOf(RedisServer redis) =>
        Options.Create(new NexusClaudeServerOptions { Redis = { ConnectionString = redis.ConnectionString } });

    private static RedisConnection Connect(RedisServer redis) => new(OptionsOf(redis), NullLogger<RedisConnection>.Instance);

    private ClaudeSessions SessionsOf(RedisConnection connection) => new(new RedisSessionStore(connection, TimeProvider.System), _folder);

    private static async Task<Engine> StartAsync(RedisServer redis)
    {
        var engine = await Engine.StartAsync(options =>
        {
            options.Redis.ConnectionString = redis.ConnectionString;
            options.Redis.Timeout = TimeSpan.FromSeconds(2);
        });
        engine.Api.Default = static _ => ScriptedReply.Text("Now on the other.");
        return engine;
    }

    private async Task<IReadOnlyList<TurnMessage>> ReadAsync(Engine engine, string conversation = "conv_1", string owner = "agent")
    {
        engine.Api.Enqueue(ScriptedReply.ToolUse("Read", $$"""{"file_path":"{{Path.Combine(_folder, "inside.txt")}}"}"""));
        engine.Api.Enqueue(ScriptedReply.Text("I have."));
        var reply = await engine.RunAsync(Request(engine, User("Read it.")) with
        {
            ConversationId = conversation,
            Caller = new Caller(owner, KeyPolicy.Open with { AllowsAgent = true, WorkingDirectories = [_folder] }),
        });
        Assert.That(reply.Text, Is.EqualTo("I have."));
        return [User("Read it."), reply.Message];
    }

    private Task<Answer> AskAsync(Engine engine, Answer before, TurnMessage next) => AskAsync(engine, before.Messages, next);

    private async Task<Answer> AskAsync(Engine engine, IReadOnlyList<TurnMessage> before, TurnMessage next)
    {
        var reply = await engine.RunAsync(Request(engine, [.. before, next]));
        return new Answer(reply.Text, [.. before, next, reply.Message]);
    }

    private TurnRequest Request(Engine engine, params IReadOnlyList<TurnMessage> messages) => engine.Request(messages) with
    {
        IsAgent = true,
        ConversationId = "conv_1",
        WorkingDirectory = _folder,
        Caller = new Caller("agent", KeyPolicy.Open with { AllowsAgent = true, WorkingDirectories = [_folder] }),
    };

    private sealed record Answer(string Text, IReadOnlyList<TurnMessage> Messages);
}
