using System.Globalization;

namespace Nexus.Claude.Memory.Store;

/// <summary>The messages of a scope that a filter admits, page by page in the order of their rows.</summary>
internal static class FilteredRows
{
    public sealed record Found(List<(long Row, MemoryMessage Message)> Matching, long? Last);

    /// <summary>The next messages.</summary>
    /// <param name="database">The file.</param>
    /// <param name="scope">Whose.</param>
    /// <param name="filter">Which.</param>
    /// <param name="after">The last row of the page before.</param>
    /// <param name="limit">How many rows are looked at.</param>
    /// <returns>What matched, and the last row looked at; null when there are no more.</returns>
    public static Found Page(Database database, MemoryScope scope, MemoryFilter filter, long after, int limit)
    {
        var conditions = new List<string> { "s.tenant=?1", "s.user=?2", "m.id>?3" };
        if (filter.ConversationId is not null)
            conditions.Add("c.key=?5");
        if (filter.Project is not null)
            conditions.Add("p.project=?6");
        if (filter.Since is not null)
            conditions.Add("m.created_at>=?7");
        if (filter.Until is not null)
            conditions.Add("m.created_at<?8");

        string sql = string.Create(CultureInfo.InvariantCulture,
            $"SELECT {MessageReader.Columns} FROM {MessageReader.Tables} JOIN scope s ON s.id=c.scope WHERE {string.Join(" AND ", conditions)} ORDER BY m.id LIMIT ?4");
        var rows = database.Prepare(sql).Bind(1, scope.Tenant).Bind(2, scope.User).Bind(3, after).Bind(4, limit);
        if (filter.ConversationId is not null)
            rows.Bind(5, filter.ConversationId);
        if (filter.Project is not null)
            rows.Bind(6, Project.Of(filter.Project));
        if (filter.Since is { } since)
            rows.Bind(7, since.ToUnixTimeMilliseconds());
        if (filter.Until is { } until)
            rows.Bind(8, until.ToUnixTimeMilliseconds());

        var matching = new List<(long, MemoryMessage)>();
        long last = 0;
        int seen = 0;
        while (rows.Step())
        {
            seen++;
            last = rows.Long(0);
            var message = MessageReader.Current(rows).Message;
            if (Matches(message, filter))
                matching.Add((last, message));
        }

        return new Found(matching, seen == limit ? last : null);
    }

    /// <summary>What a filter asks of the message itself, besides its conversation, project and time.</summary>
    internal static bool Matches(MemoryMessage message, MemoryFilter filter)
    {
        if (filter.Ids is { } ids && !ids.Contains(message.Id!))
            return false;
        return filter.Containing is not { } text
            || message.Content.Contains(text, StringComparison.OrdinalIgnoreCase)
            || message.Files.Any(file => file.Contains(text, StringComparison.OrdinalIgnoreCase))
            || message.ToolName?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;
    }
}
