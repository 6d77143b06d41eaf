using System.Diagnostics.CodeAnalysis;

namespace Nexus.Claude.Usage;

/// <summary>Sums and differences of usage by model.</summary>
internal static class ModelUsageArithmetic
{
    /// <summary>The sum, model by model. What is no count (the context window, the provider) is taken from the newer one.</summary>
    public static IReadOnlyDictionary<string, ModelUsage> Add(IReadOnlyDictionary<string, ModelUsage> older, IReadOnlyDictionary<string, ModelUsage> newer)
    {
        if (older.Count == 0)
            return newer;
        if (newer.Count == 0)
            return older;
        var sum = new Dictionary<string, ModelUsage>(older);
        foreach (var (model, usage) in newer)
            sum[model] = older.TryGetValue(model, out var before) ? Combine(usage, before, 1) : usage;
        return sum;
    }

    /// <summary>The difference, model by model, without the models that were not used in between.</summary>
    /// <returns>False when a count shrank, which means that the totals began anew.</returns>
    public static bool TrySubtract(
        IReadOnlyDictionary<string, ModelUsage> newer,
        IReadOnlyDictionary<string, ModelUsage> older,
        [NotNullWhen(true)] out IReadOnlyDictionary<string, ModelUsage>? difference)
    {
        difference = null;
        var rest = new Dictionary<string, ModelUsage>();
        foreach (var (model, before) in older)
        {
            if (!newer.TryGetValue(model, out var now) || IsLess(now, before))
                return false;
        }

        foreach (var (model, now) in newer)
        {
            var used = older.TryGetValue(model, out var before) ? Combine(now, before, -1) : now;
            if (used is not { InputTokens: 0, OutputTokens: 0, CacheReadInputTokens: 0, CacheCreationInputTokens: 0, WebSearchRequests: 0, CostUsd: 0 })
                rest[model] = used;
        }

        difference = rest;
        return true;
    }

    private static bool IsLess(ModelUsage now, ModelUsage before) =>
        now.InputTokens < before.InputTokens || now.OutputTokens < before.OutputTokens || now.CacheReadInputTokens < before.CacheReadInputTokens
        || now.CacheCreationInputTokens < before.CacheCreationInputTokens || now.CostUsd < before.CostUsd;

    private static ModelUsage Combine(ModelUsage newer, ModelUsage older, int sign) => newer with
    {
        InputTokens = newer.InputTokens + (sign * older.InputTokens),
        OutputTokens = newer.OutputTokens + (sign * older.OutputTokens),
        ThinkingTokens = Combine(newer.ThinkingTokens, older.ThinkingTokens, sign),
        CacheReadInputTokens = newer.CacheReadInputTokens + (sign * older.CacheReadInputTokens),
        CacheCreationInputTokens = newer.CacheCreationInputTokens + (sign * older.CacheCreationInputTokens),
        CacheCreation5MinuteInputTokens = Combine(newer.CacheCreation5MinuteInputTokens, older.CacheCreation5MinuteInputTokens, sign),
        CacheCreation1HourInputTokens = Combine(newer.CacheCreation1HourInputTokens, older.CacheCreation1HourInputTokens, sign),
        WebSearchRequests = newer.WebSearchRequests + (sign * older.WebSearchRequests),
        CostUsd = newer.CostUsd + (sign * older.CostUsd),
    };

    private static long? Combine(long? newer, long? older, int sign) => newer is null && older is null ? null : (newer ?? 0) + (sign * (older ?? 0));
}
