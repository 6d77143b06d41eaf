using Nexus.Claude.Memory.Text;

namespace Nexus.Claude.Memory.Recall;

/// <summary>An identifier as one says it: "session start event" may mean SessionStartEvent, or session_start_event.</summary>
internal static class SpokenNames
{
    private const int MostWords = 16;
    private const int MostJoined = 4;
    private const int LongestName = 60;

    // A longer text tells what it is about in other ways.
    private const int LongestText = 400;

    /// <summary>The names that two to four words next to each other make, as the index would hold them.</summary>
    /// <param name="text">The question.</param>
    /// <param name="terms">What is searched for anyway.</param>
    public static IReadOnlyList<QueryTerm> Of(string text, IReadOnlyList<QueryTerm> terms)
    {
        if (text.Length > LongestText)
            return [];
        var words = new List<string>();
        var sink = new Words(words);
        MemoryTokenizer.Tokenize(text, ref sink);

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int first = 0; first < Math.Min(words.Count, MostWords); first++)
        {
            string camel = words[first], snake = words[first];
            for (int last = first + 1; last < Math.Min(words.Count, first + MostJoined); last++)
            {
                camel += words[last];
                snake = $"{snake}_{words[last]}";
                if (snake.Length > LongestName)
                    break;
                names.Add(camel);
                names.Add(snake);
            }
        }

        names.ExceptWith(terms.Select(term => term.Token));
        return [.. names.Select(name => new QueryTerm(name, 1, TokenKind.Code))];
    }

    private readonly record struct Words(List<string> Found) : ITokenSink
    {
        public bool Takes(ReadOnlySpan<char> word) => true;

        public void Add(ReadOnlySpan<char> token, ReadOnlySpan<char> surface, TokenKind kind)
        {
            if (kind == TokenKind.Word)
                Found.Add(surface.ToString());
        }
    }
}
