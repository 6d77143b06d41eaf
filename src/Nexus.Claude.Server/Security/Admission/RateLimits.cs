using System.Collections.Concurrent;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Security;

/// <summary>Requests and tokens a minute, for each key apart.</summary>
/// <param name="time">The clock.</param>
internal sealed class RateLimits(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, TokenBucket> _requests = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TokenBucket> _tokens = new(StringComparer.Ordinal);

    /// <summary>Counts a request.</summary>
    /// <param name="caller">Who sends it.</param>
    /// <exception cref="GatewayException">The key has used up its minute (429, with the time to wait).</exception>
    public void Count(Caller caller)
    {
        if (Bucket(_tokens, caller, caller.Policy.TokensPerMinute) is { } tokens && !tokens.HasSome(out var untilTokens))
            throw Refuse(caller, $"{tokens.PerMinute} tokens a minute", untilTokens);
        if (Bucket(_requests, caller, caller.Policy.RequestsPerMinute) is { } requests && !requests.TryTakeOne(out var untilRequest))
            throw Refuse(caller, $"{requests.PerMinute} requests a minute", untilRequest);
    }

    /// <summary>Counts the tokens of a turn.</summary>
    /// <param name="caller">Whose turn.</param>
    /// <param name="tokens">How many.</param>
    public void Charge(Caller caller, long tokens) => Bucket(_tokens, caller, caller.Policy.TokensPerMinute)?.Charge(tokens);

    private TokenBucket? Bucket(ConcurrentDictionary<string, TokenBucket> buckets, Caller caller, int? perMinute)
    {
        if (perMinute is not { } limit)
            return null;
        var bucket = buckets.GetOrAdd(caller.KeyId, static (_, state) => new TokenBucket(state.limit, state.time), (limit, time));
        return bucket.PerMinute == limit ? bucket : buckets[caller.KeyId] = new TokenBucket(limit, time);
    }

    private static GatewayException Refuse(Caller caller, string limit, TimeSpan wait) => new(
        429, "rate_limit_error", "rate_limit_exceeded", $"Rate limit reached for {caller.KeyId}: {limit}. Try again in {Math.Ceiling(wait.TotalSeconds)} s.")
    {
        RetryAfter = wait,
    };
}
