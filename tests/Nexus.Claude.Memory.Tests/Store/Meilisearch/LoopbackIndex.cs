using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nexus.Claude.Memory.Tests.Store.Meilisearch;

/// <summary>One index: documents, settings, and what a search finds in them.</summary>
internal sealed class LoopbackIndex(string? primaryKey)
{
    private const int WordsLookedAt = 10;

    private readonly Dictionary<string, (JsonObject Document, HashSet<string> Words)> _documents = new(StringComparer.Ordinal);

    public string? PrimaryKey { get; set; } = primaryKey;

    public JsonObject Settings { get; } = new()
    {
        ["searchableAttributes"] = new JsonArray("*"), ["filterableAttributes"] = new JsonArray(), ["sortableAttributes"] = new JsonArray(),
        ["rankingRules"] = new JsonArray("words", "typo", "proximity", "attribute", "sort", "exactness"), ["typoTolerance"] = new JsonObject { ["enabled"] = true },
        ["pagination"] = new JsonObject { ["maxTotalHits"] = 1000 }, ["prefixSearch"] = "indexingTime", ["facetSearch"] = true, ["proximityPrecision"] = "byWord",
    };

    public int Count => _documents.Count;

    public IEnumerable<JsonObject> Documents => _documents.Values.Select(entry => entry.Document);

    public void Apply(JsonObject settings)
    {
        foreach (var (name, value) in settings)
            Settings[name] = value?.DeepClone();
        // The server indexes everything anew.
        foreach (var (id, entry) in _documents.ToList())
            _documents[id] = (entry.Document, WordsOf(entry.Document));
    }

    public void Put(JsonObject document, bool merge)
    {
        string id = document[PrimaryKey!]!.ToString();
        if (merge && _documents.TryGetValue(id, out var known))
        {
            foreach (var (name, value) in known.Document)
            {
                if (!document.ContainsKey(name))
                    document[name] = value?.DeepClone();
            }
        }

        _documents[id] = (document, WordsOf(document));
    }

    public void Delete(string id) => _documents.Remove(id);

    public bool IsFilterable(string attribute) => Names("filterableAttributes").Contains(attribute);

    public JsonObject Fetch(JsonObject query, int minor)
    {
        var filter = Filter(query["filter"], minor, "invalid_document_filter");
        var found = Sorted(Documents.Where(filter), query["sort"], "invalid_document_sort").ToList();
        int offset = Number(query, "offset") ?? 0, limit = Number(query, "limit") ?? 20;
        return new JsonObject
        {
            ["results"] = Array(found.Skip(offset).Take(limit).Select(document => Pick(document, query["fields"]))), ["offset"] = offset, ["limit"] = limit, ["total"] = found.Count,
        };
    }

    public JsonObject Search(JsonObject query, int minor)
    {
        string q = query["q"]?.GetValue<string>() ?? "";
        string strategy = query["matchingStrategy"]?.GetValue<string>() ?? "last";
        if (strategy is not ("last" or "all") && !(strategy == "frequency" && minor >= 9))
            throw new LoopbackError(400, "invalid_search_matching_strategy", $"Unknown value `{strategy}` at `.matchingStrategy`.");
        var filter = Filter(query["filter"], minor, "invalid_search_filter");
        var admitted = _documents.Values.Where(entry => filter(entry.Document)).ToList();
        var ranked = Rank(admitted, q, strategy, query["sort"]);

        int most = Settings["pagination"]!["maxTotalHits"]!.GetValue<int>();
        int offset = Number(query, "offset") ?? 0, limit = Number(query, "limit") ?? 20;
        return new JsonObject
        {
            ["hits"] = Array(ranked.Take(most).Skip(offset).Take(limit).Select(document => Pick(document, query["attributesToRetrieve"]))), ["query"] = q,
            ["processingTimeMs"] = 0, ["limit"] = limit, ["offset"] = offset, ["estimatedTotalHits"] = Math.Min(ranked.Count, most),
        };
    }

    private List<JsonObject> Rank(List<(JsonObject Document, HashSet<string> Words)> admitted, string q, string strategy, JsonNode? sort)
    {
        var (words, phrases) = Terms(q);
        admitted = [.. admitted.Where(entry => phrases.TrueForAll(entry.Words.Contains))];
        if (words.Count == 0)
            return [.. Sorted(admitted.Select(entry => entry.Document), sort, "invalid_search_sort")];
        if (strategy == "frequency")
            words = [.. words.OrderBy(word => _documents.Values.Count(entry => Holds(entry.Words, word)))];

        var ranked = new List<JsonObject>();
        var seen = new HashSet<JsonObject>();
        // The words at the end are given up one by one; "all" gives up none.
        for (int kept = words.Count; kept >= (strategy == "all" ? words.Count : 1); kept--)
        {
            var bucket = admitted.Where(entry => words.Take(kept).All(word => Holds(entry.Words, word))).Select(entry => entry.Document).Where(seen.Add);
            ranked.AddRange(Sorted(bucket.ToList(), sort, "invalid_search_sort"));
        }

        return ranked;
    }

    // A phrase of one word is that word; only the last word of a query that does not end in a space may be the beginning of a longer one.
    private (List<(string Word, bool IsPrefix)> Words, List<string> Phrases) Terms(string q)
    {
        var (words, phrases) = (new List<(string, bool)>(), new List<string>());
        int taken = 0;
        foreach (var (piece, i) in q.Split('"').Select((piece, i) => (piece, i)))
        {
            foreach (string word in Words(piece))
            {
                if (++taken > WordsLookedAt)
                    return (words, phrases);
                if (i % 2 == 1)
                    phrases.Add(word);
                else
                    words.Add((word, Settings["prefixSearch"]!.GetValue<string>() != "disabled" && q.EndsWith(word, StringComparison.OrdinalIgnoreCase)));
            }
        }

        return (words, phrases);
    }

    private bool Holds(HashSet<string> words, (string Word, bool IsPrefix) asked)
    {
        if (words.Contains(asked.Word) || (asked.IsPrefix && words.Any(word => word.StartsWith(asked.Word, StringComparison.Ordinal))))
            return true;
        return Settings["typoTolerance"]!["enabled"]!.GetValue<bool>() && asked.Word.Length >= 5 && words.Any(word => IsOneTypoAway(word, asked.Word));
    }

    private static bool IsOneTypoAway(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 1)
            return false;
        int same = 0;
        while (same < Math.Min(a.Length, b.Length) && a[same] == b[same])
            same++;
        return a.Length == b.Length ? a.AsSpan(Math.Min(same + 1, a.Length)).SequenceEqual(b.AsSpan(Math.Min(same + 1, b.Length)))
            : a.Length > b.Length ? a.AsSpan(same + 1).SequenceEqual(b.AsSpan(same)) : a.AsSpan(same).SequenceEqual(b.AsSpan(same + 1));
    }

    private HashSet<string> WordsOf(JsonObject document)
    {
        var searchable = Names("searchableAttributes");
        return [.. document.Where(entry => searchable.Contains("*") || searchable.Contains(entry.Key)).SelectMany(entry => Words(entry.Value?.ToString() ?? ""))];
    }

    // The server's own tokenizer: whatever is neither letter nor digit divides, and so does every Chinese character.
    private static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        foreach (char c in text)
        {
            if (char.IsLetterOrDigit(c) && c < 0x3040)
            {
                word.Append(char.ToLowerInvariant(c));
                continue;
            }

            if (word.Length > 0)
                yield return word.ToString();
            word.Clear();
            if (char.IsLetter(c))
                yield return c.ToString();
        }

        if (word.Length > 0)
            yield return word.ToString();
    }

    private Func<JsonObject, bool> Filter(JsonNode? filter, int minor, string code)
    {
        try
        {
            return LoopbackFilter.Parse(filter, IsFilterable, minor);
        }
        catch (FormatException failure)
        {
            throw new LoopbackError(400, code, failure.Message);
        }
    }

    private IEnumerable<JsonObject> Sorted(IEnumerable<JsonObject> documents, JsonNode? sort, string code)
    {
        if (sort is not JsonArray { Count: > 0 } rules)
            return documents;
        var sortable = Names("sortableAttributes");
        IOrderedEnumerable<JsonObject>? sorted = null;
        foreach (string[] rule in rules.Select(rule => rule!.GetValue<string>().Split(':')))
        {
            if (!sortable.Contains(rule[0]) || !Names("rankingRules").Contains("sort"))
                throw new LoopbackError(400, code, $"Attribute `{rule[0]}` is not sortable.");
            double Key(JsonObject document) => document[rule[0]]?.GetValue<double>() ?? double.MaxValue;
            sorted = (sorted, rule[1]) switch
            {
                (null, "asc") => documents.OrderBy(Key),
                (null, _) => documents.OrderByDescending(Key),
                (_, "asc") => sorted.ThenBy(Key),
                _ => sorted.ThenByDescending(Key),
            };
        }

        return sorted!;
    }

    private HashSet<string> Names(string setting) => [.. ((JsonArray)Settings[setting]!).Select(name => name!.GetValue<string>())];

    private static JsonObject Pick(JsonObject document, JsonNode? names)
    {
        if (names is not JsonArray some || some.Any(name => name!.GetValue<string>() == "*"))
            return (JsonObject)document.DeepClone();
        var picked = new JsonObject();
        foreach (string name in some.Select(name => name!.GetValue<string>()))
        {
            if (document.TryGetPropertyValue(name, out var value))
                picked[name] = value?.DeepClone();
        }

        return picked;
    }

    private static JsonArray Array(IEnumerable<JsonObject> items) => new([.. items]);

    private static int? Number(JsonObject query, string name) => query[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? value.GetValue<int>() : null;
}

/// <summary>An answer that says no.</summary>
internal sealed class LoopbackError(int status, string code, string message, string type = "invalid_request") : Exception(message)
{
    public int Status => status;

    public string Code => code;

    public string Type => type;
}
