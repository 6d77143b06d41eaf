using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Wire;

[NonParallelizable]
internal sealed class WarmUpTests
{
    [Test]
    public void Every_line_of_the_warm_up_is_of_a_known_kind_and_it_runs_once()
    {
        var first = WarmUp.Run();
        // Another test of this process may have started a CLI already, and the warm-up with it.
        if (first.Count > 0)
            Assert.That(first, Has.None.InstanceOf<UnknownMessage>().And.None.InstanceOf<UnknownSystemMessage>());
        Assert.That(WarmUp.Run(), Is.Empty);
    }
}
