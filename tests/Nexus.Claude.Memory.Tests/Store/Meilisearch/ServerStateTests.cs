using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Memory.Store.Meilisearch;

namespace Nexus.Claude.Memory.Tests.Store.Meilisearch;

[Parallelizable(ParallelScope.All)]
internal sealed class ServerStateTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void A_server_that_stays_away_is_asked_less_and_less_often_and_at_least_once_a_minute()
    {
        var state = new ServerState(new MeilisearchOptions { RetryDelay = TimeSpan.FromSeconds(1) }, _time);
        var away = MeilisearchException.Unreachable(new Uri("http://host/"), new IOException("gone"));

        var delays = Enumerable.Range(0, 8).Select(_ => state.MarkAway(away).TotalSeconds).ToList();

        Assert.That(delays, Is.EqualTo(new double[] { 1, 2, 4, 8, 16, 32, 60, 60 }));
        Assert.That(state.IsAway, Is.True);
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.That(state.Remaining, Is.EqualTo(TimeSpan.FromSeconds(1)));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.That((state.IsAway, state.LastFailure), Is.EqualTo((false, away)));
        state.MarkReachable();
        Assert.That(state.LastFailure, Is.Null);
        Assert.That(state.MarkAway(away), Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public void What_the_server_asks_for_holds()
    {
        var state = new ServerState(new MeilisearchOptions(), _time);
        var busy = MeilisearchException.Refused(new Uri("http://host/"), "GET health", System.Net.HttpStatusCode.ServiceUnavailable, [], TimeSpan.FromMinutes(5));

        Assert.That(state.MarkAway(busy), Is.EqualTo(TimeSpan.FromMinutes(5)));
    }
}
