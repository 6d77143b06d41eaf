using System.Globalization;
using Microsoft.AspNetCore.Http;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Conversations;

/// <summary>Which part of a list is asked for.</summary>
/// <param name="After">Begins behind this id; null for the beginning.</param>
/// <param name="Limit">The most entries.</param>
/// <param name="NewestFirst">The order.</param>
internal sealed record PageQuery(string? After, int Limit, bool NewestFirst)
{
    private const int LargestLimit = 100;

    /// <summary>Reads <c>after</c>, <c>limit</c> and <c>order</c>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="defaultLimit">The most entries when it does not say.</param>
    /// <returns>The part.</returns>
    /// <exception cref="GatewayException">One of them is of no use.</exception>
    public static PageQuery Read(HttpRequest request, int defaultLimit = 20)
    {
        var after = request.Query["after"].ToString();
        var limit = defaultLimit;
        if (request.Query["limit"].ToString() is { Length: > 0 } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > LargestLimit))
        {
            throw GatewayException.Invalid("limit", $"'limit' must be a number from 1 to {LargestLimit}, not '{text}'.");
        }

        var newestFirst = request.Query["order"].ToString() switch
        {
            "" or "desc" => true,
            "asc" => false,
            var other => throw GatewayException.Invalid("order", $"'order' must be asc or desc, not '{other}'."),
        };
        return new PageQuery(after.Length == 0 ? null : after, limit, newestFirst);
    }

    /// <summary>Takes the part out of a whole list.</summary>
    /// <param name="oldestFirst">The list.</param>
    /// <returns>The entries, and whether there are more behind them. Behind an id that is gone there is nothing.</returns>
    public (IReadOnlyList<ConversationItem> Items, bool HasMore) Of(IReadOnlyList<ConversationItem> oldestFirst)
    {
        var ordered = (NewestFirst ? oldestFirst.Reverse() : oldestFirst).ToList();
        var start = After is null ? 0 : ordered.FindIndex(item => item.Id == After) + 1;
        if (After is not null && start == 0)
            start = ordered.Count;
        return ([.. ordered.Skip(start).Take(Limit)], ordered.Count > start + Limit);
    }
}
