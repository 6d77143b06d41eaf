using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Diagnostics;

/// <summary>Alone, because listeners of other tests listen to the whole process.</summary>
[NonParallelizable]
internal sealed class NobodyListensTests
{
    [Test]
    public async Task Nothing_is_made_for_a_turn_when_nobody_listens()
    {
        var cli = new FakeCli();
        await using var session = await cli.StartAsync();
        var turn = session.Send("Go", CancellationToken.None);
        Assert.That(turn.Telemetry, Is.Null);
        Assert.That(turn.CallerContext, Is.Null, "and nothing of the session calls back");
        cli.Exit(0);
    }
}
