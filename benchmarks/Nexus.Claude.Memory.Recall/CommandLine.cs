namespace Nexus.Claude.Memory.Benchmarks;

/// <summary>The options of a command: names with a value each.</summary>
internal static class CommandLine
{
    public const string Usage = """
        usage: nexus-recall --corpus corpus.jsonl --queries queries.jsonl [--out run.jsonl]   how well a corpus of yours is recalled
               nexus-recall sets                                                              the same for our own sets
               nexus-recall scale --messages 1000000 [--queries 500] [--file memory.db]       how fast it is with made-up messages
        """;

    public static string? Option(string[] args, string name) =>
        Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;

    public static int? Number(string[] args, string name) =>
        int.TryParse(Option(args, name), System.Globalization.CultureInfo.InvariantCulture, out int number) && number > 0 ? number : null;
}
