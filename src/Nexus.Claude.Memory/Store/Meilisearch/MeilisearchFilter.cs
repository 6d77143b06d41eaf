using System.Globalization;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>Conditions in the server's filter language. Every value is quoted, so none can become a condition.</summary>
internal static class MeilisearchFilter
{
    public static string Equal(string attribute, string value) => $"{attribute} = {Quote(value)}";

    public static string NotEqual(string attribute, string value) => $"{attribute} != {Quote(value)}";

    public static string In(string attribute, IEnumerable<string> values) => $"{attribute} IN [{string.Join(", ", values.Select(Quote))}]";

    public static string In(string attribute, IEnumerable<long> values) => $"{attribute} IN [{string.Join(", ", values.Select(Number))}]";

    public static string AtLeast(string attribute, long value) => $"{attribute} >= {Number(value)}";

    public static string Above(string attribute, long value) => $"{attribute} > {Number(value)}";

    public static string Below(string attribute, long value) => $"{attribute} < {Number(value)}";

    /// <summary>All of the conditions.</summary>
    public static string All(params IEnumerable<string> conditions) => Join(" AND ", conditions);

    /// <summary>One of the conditions.</summary>
    public static string Any(params IEnumerable<string> conditions) => Join(" OR ", conditions);

    /// <summary>A value in quotes; what would end it, and what would escape, is escaped.</summary>
    public static string Quote(string value) =>
        "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";

    private static string Join(string word, IEnumerable<string> conditions)
    {
        var all = conditions.ToList();
        return all.Count == 1 ? all[0] : "(" + string.Join(word, all) + ")";
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
