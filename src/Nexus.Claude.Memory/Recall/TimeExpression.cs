using System.Text.RegularExpressions;

namespace Nexus.Claude.Memory.Recall;

/// <summary>"Yesterday", "last week", 昨天, 上周: the days that a question means, in the zone of the one who asks.</summary>
internal static partial class TimeExpression
{
    /// <summary>The range of the first expression in the text, null when there is none.</summary>
    public static (DateTimeOffset From, DateTimeOffset Until)? Find(string text, DateTimeOffset now)
    {
        if (text.Length > 2_000)
            text = text[..2_000];
        var match = Expressions().Match(text);
        if (!match.Success)
            return null;

        var today = new DateTimeOffset(now.Date, now.Offset);
        // Weeks begin on Monday.
        var monday = today.AddDays(-(((int)today.DayOfWeek + 6) % 7));
        var month = new DateTimeOffset(today.Year, today.Month, 1, 0, 0, 0, now.Offset);
        return match.Value.ToLowerInvariant() switch
        {
            "today" or "今天" or "this morning" => (today, today.AddDays(1)),
            "yesterday" or "昨天" or "last night" or "昨晚" => (today.AddDays(-1), today),
            "前天" or "day before yesterday" => (today.AddDays(-2), today.AddDays(-1)),
            "this week" or "本周" or "这周" => (monday, monday.AddDays(7)),
            "last week" or "上周" or "上星期" => (monday.AddDays(-7), monday),
            "this month" or "本月" or "这个月" => (month, month.AddMonths(1)),
            _ => (month.AddMonths(-1), month),
        };
    }

    [GeneratedRegex(@"\b(?:day before yesterday|today|yesterday|this morning|last night|this week|last week|this month|last month)\b|今天|昨天|昨晚|前天|本周|这周|上周|上星期|本月|这个月|上个月",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Expressions();
}
