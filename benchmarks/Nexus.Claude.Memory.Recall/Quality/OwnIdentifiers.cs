using System.Text.RegularExpressions;

namespace Nexus.Claude.Memory.Benchmarks;

/// <summary>
/// Known items from our own code: blocks of twenty lines as messages, and the names of three and more words in them as queries, exactly
/// and as one says them. A block that holds the name is relevant.
/// </summary>
internal static partial class OwnIdentifiers
{
    private const int LinesOfBlock = 20;
    private const int Most = 600;
    private const string Conversation = "identifiers";

    public static IEnumerable<RecallSet> Sets(string sources)
    {
        var blocks = new List<MemoryMessage>();
        var holders = new SortedDictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string session = Path.GetRelativePath(sources, file).Replace('\\', '/');
            foreach (string[] lines in File.ReadLines(file).Chunk(LinesOfBlock))
            {
                string id = $"block-{blocks.Count}";
                string text = string.Join('\n', lines);
                blocks.Add(RecallRun.Message(id, Conversation, text, session, blocks.Count));
                foreach (var name in Name().EnumerateMatches(text))
                {
                    string identifier = text.Substring(name.Index, name.Length);
                    if (!holders.TryGetValue(identifier, out var known))
                        holders.Add(identifier, known = []);
                    known.Add(id);
                }
            }
        }

        // Every n-th of all, in the order of the alphabet.
        var chosen = holders.Where((_, i) => i % Math.Max(1, holders.Count / Most) == 0).Take(Most).ToList();
        yield return new RecallSet("identifiers, exactly", blocks, [.. chosen.Select(pair => Ask(pair.Key, pair.Value))]);
        yield return new RecallSet("identifiers, as prose", blocks, [.. chosen.Select(pair => Ask(Spoken(pair.Key), pair.Value))]);

        static Question Ask(string text, HashSet<string> holders) => new($"\"{text}\"", text, Conversation, holders);
    }

    private static string Spoken(string identifier) => Word().Replace(identifier, match => match.Index == 0 ? match.Value : " " + match.Value).ToLowerInvariant();

    [GeneratedRegex(@"\b[A-Za-z][a-z]+(?:[A-Z][a-z]+){2,}\b")]
    private static partial Regex Name();

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Word();
}
