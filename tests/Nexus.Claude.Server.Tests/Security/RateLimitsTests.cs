using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Server.Tests;

[Property("gateway-row", 30)]
internal sealed class RateLimitsTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void Requests_beyond_the_limit_of_a_minute_get_429_and_the_exact_wait()
    {
        var limits = new RateLimits(_time);
        var caller = TurnRoute.Caller("a", new KeyPolicy { RequestsPerMinute = 6 });
        for (var number = 0; number < 6; number++)
            limits.Count(caller);

        var refused = Assert.Throws<GatewayException>(() => limits.Count(caller));
        Assert.That((refused.Status, refused.Code), Is.EqualTo((429, "rate_limit_exceeded")));
        Assert.That(refused.RetryAfter!.Value.TotalSeconds, Is.EqualTo(10).Within(0.01));
        _time.Advance(refused.RetryAfter.Value);
        limits.Count(caller);
        Assert.Throws<GatewayException>(() => limits.Count(caller));
    }

    [Test]
    public void Keys_have_their_limits_apart_and_a_changed_limit_counts_at_once()
    {
        var limits = new RateLimits(_time);
        limits.Count(TurnRoute.Caller("a", new KeyPolicy { RequestsPerMinute = 1 }));
        limits.Count(TurnRoute.Caller("b", new KeyPolicy { RequestsPerMinute = 1 }));
        Assert.Throws<GatewayException>(() => limits.Count(TurnRoute.Caller("a", new KeyPolicy { RequestsPerMinute = 1 })));
        limits.Count(TurnRoute.Caller("a", new KeyPolicy { RequestsPerMinute = 10 }));
    }

    [Test]
    public void Tokens_are_counted_afterwards_so_a_large_turn_is_paid_off_before_the_next()
    {
        var limits = new RateLimits(_time);
        var caller = TurnRoute.Caller("a", new KeyPolicy { TokensPerMinute = 1000 });
        limits.Count(caller);
        limits.Charge(caller, 2500);

        var refused = Assert.Throws<GatewayException>(() => limits.Count(caller));
        Assert.That(refused.RetryAfter!.Value.TotalSeconds, Is.EqualTo(90.06).Within(0.01));
        _time.Advance(TimeSpan.FromSeconds(91));
        limits.Count(caller);
    }

    [Test]
    public void No_pattern_of_requests_gets_more_than_the_limit_and_its_refill()
    {
        Gen.Select(Gen.Int[1, 60], Gen.Int[0, 20_000].List[1, 200]).Sample(
            (perMinute, pauses) =>
            {
                var time = new FakeTimeProvider();
                var bucket = new TokenBucket(perMinute, time);
                var granted = 0;
                foreach (var pause in pauses)
                {
                    time.Advance(TimeSpan.FromMilliseconds(pause));
                    if (bucket.TryTakeOne(out _))
                        granted++;
                }

                return granted <= perMinute + (pauses.Sum() / 60_000.0 * perMinute) + 1e-6;
            },
            iter: 300,
            threads: 1);
    }
}
