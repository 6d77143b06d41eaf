using System.Text;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>
/// Our tokens as words that the server's own tokenizer leaves whole: identifiers, paths and pairs of Chinese characters would be cut anew by
/// its rules, and could not be found by ours.
/// </summary>
internal static class IndexWords
{
    private const int LongestPlain = 40;
    private const int HashDigits = 20;

    /// <summary>The word of a token: a plain one as it is, any other by a hash.</summary>
    public static string Of(string token) =>
        token.Length <= LongestPlain && token.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))
            ? token
            : "x" + DocumentKeys.Of("token", token)[..HashDigits];

    /// <summary>The words of a message, each once, divided by spaces.</summary>
    public static string Join(byte[] indexText)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var words = new StringBuilder(indexText.Length);
        foreach (string token in Encoding.UTF8.GetString(indexText).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!seen.Add(token))
                continue;
            if (words.Length > 0)
                words.Append(' ');
            words.Append(Of(token));
        }

        return words.ToString();
    }
}
