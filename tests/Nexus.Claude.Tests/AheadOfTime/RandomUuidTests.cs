using Nexus.Claude.AheadOfTime;

namespace Nexus.Claude.Tests.AheadOfTime;

internal sealed class RandomUuidTests
{
    [Test]
    public void A_new_id_is_a_UUID_as_the_framework_writes_it()
    {
        var ids = Enumerable.Range(0, 100).Select(_ => RandomUuid.New()).ToHashSet();
        Assert.That(ids, Has.Count.EqualTo(100));
        Assert.That(ids.Where(id => Guid.ParseExact(id, "D").ToString() != id || id[14] != '4'), Is.Empty);
    }
}
