using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Cli;

/// <summary>Figures of this whole process, so nothing else may run beside it.</summary>
[NonParallelizable]
internal sealed class ProcessLeakTests
{
    [Test, Platform("Linux")]
    public async Task Descriptors_come_back_whatever_the_end()
    {
        await using var wellMannered = ScriptedCli.Create();
        await using var crashing = ScriptedCli.Create(new CliScript().AnswerInitialize().AwaitUserMessage().Crash());
        using var folder = new TemporaryFolder();
        var noProgram = folder.File("claude", "not executable");
        async Task OnceAsync()
        {
            Assert.That(await ClaudeCode.AskAsync("Hi", wellMannered.Options()).InTime(), Is.EqualTo("You said: Hi"));
            await ClaudeCode.AskAsync("Hi", crashing.Options()).FailureAsync<CliExitedException>();
            await ClaudeClient.ConnectAsync(new ClaudeOptions { CliPath = noProgram }).FailureAsync<CliStartException>();
            var client = await ClaudeClient.ConnectAsync(wellMannered.Options()).InTime();
            client.Kill();
            await client.DisposeAsync().InTime();
        }

        await OnceAsync();
        var before = Directory.GetFiles("/proc/self/fd").Length;
        for (var i = 0; i < 8; i++)
            await OnceAsync();

        var after = Directory.GetFiles("/proc/self/fd").Length;
        Assert.That(after, Is.LessThanOrEqualTo(before + 4), "a leak would show as one for each of the 24 processes at least");
    }

    [Test]
    public async Task Two_thousand_turns_do_not_grow_memory()
    {
        await using var cli = ScriptedCli.Create();
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();
        using var life = new CancellationTokenSource();
        async Task TurnsAsync(int count)
        {
            for (var i = 0; i < count; i++)
                await client.AskAsync("Hi", life.Token).InTime();
        }

        await TurnsAsync(500);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await TurnsAsync(2_000);
        var after = GC.GetTotalMemory(forceFullCollection: true);

        Assert.That(after - before, Is.LessThan(400_000), "200 bytes a turn would be a leak");
    }
}
