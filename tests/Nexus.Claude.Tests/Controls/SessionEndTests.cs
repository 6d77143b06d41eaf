using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Controls;

/// <summary>The end of a session on request.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class SessionEndTests
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task An_end_that_was_asked_for_is_no_crash_whether_or_not_the_CLI_acknowledges_it(bool acknowledges)
    {
        var script = new CliScript().AnswerInitialize().AwaitUserMessage();
        script = acknowledges ? script.AnswerControl("end_session") : script.AwaitControl("end_session");
        await using var cli = ScriptedCli.Create(script.Exit(0));
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();
        var turn = client.SendAsync("Hi");

        var exit = await client.EndSessionAsync().InTime();

        Assert.That(exit.Cause, Is.Null);
        Assert.That(exit.ExitCode, Is.Zero);
        Assert.That((await turn.ResultAsync().FailureAsync<ClaudeException>()).Message, Does.Contain("session was ended"));
        await client.SendAsync("Again").ResultAsync().FailureAsync<ClaudeException>();
    }

    [Test]
    public async Task An_end_that_is_refused_leaves_the_session_as_it_was()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().AlwaysRefuse("end_session", "never heard of it").AwaitUserMessage().Crash());
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        await client.EndSessionAsync().FailureAsync<ProtocolException>();
        await client.SendAsync("Hi").ResultAsync().FailureAsync<CliExitedException>();

        Assert.That((await client.Completion.InTime()).Cause, Is.InstanceOf<CliExitedException>(), "a crash afterwards is not an end that was wanted");
    }
}
