using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Nexus.Claude.Memory.Privacy;

/// <summary>
/// Replaces secrets by what they were: <c>[redacted:github-token:3fa1]</c>. The four digits are of a keyed hash, so the same secret is
/// known again and tells nothing of itself.
/// </summary>
internal sealed class SecretRedactor(byte[] key)
{
    private const int LongToken = 32;
    private const double HighEntropy = 4.2;

    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_=-");

    // Almost no message holds a secret: one pass tells whether any expression has to be tried.
    private static readonly SearchValues<string> Hints = HintsOf(StringComparison.Ordinal);
    private static readonly SearchValues<string> HintsOfAnyCase = HintsOf(StringComparison.OrdinalIgnoreCase);

    /// <summary>The text without secrets; the same instance when there are none.</summary>
    public string Redact(string text)
    {
        if (text.AsSpan().ContainsAny(Hints) || text.AsSpan().ContainsAny(HintsOfAnyCase) || SecretKinds.HasCardNumber(text))
        {
            foreach (var kind in SecretKinds.All)
            {
                if (kind.Hints.Length == 0 ? SecretKinds.HasCardNumber(text) : kind.Hints.Any(hint => text.Contains(hint, kind.Comparison)))
                    text = Replace(text, kind);
            }
        }

        return RedactRandom(text);
    }

    private static SearchValues<string> HintsOf(StringComparison comparison) =>
        SearchValues.Create([.. SecretKinds.All.Where(kind => kind.Comparison == comparison).SelectMany(kind => kind.Hints)], comparison);

    private string Replace(string text, SecretKind kind) => kind.Expression.Replace(text, match =>
    {
        var secret = match.Groups["secret"];
        if (!secret.Success || secret.ValueSpan.StartsWith("[redacted:") || (kind.IsPlausible is { } plausible && !plausible(secret.Value)))
            return match.Value;
        var whole = match.ValueSpan;
        int start = secret.Index - match.Index;
        return string.Concat(whole[..start], Label(kind.Name, secret.Value), whole[(start + secret.Length)..]);
    });

    // Whatever looks drawn at random and is neither a hash nor a UUID may be a key of a kind that nobody listed.
    private string RedactRandom(string text)
    {
        StringBuilder? output = null;
        int copied = 0;
        for (int at = 0; at < text.Length;)
        {
            // Whatever stands between here and there is too short when one of the next characters is no part of it.
            if (at + LongToken > text.Length)
                break;
            int gap = text.AsSpan(at, LongToken).LastIndexOfAnyExcept(TokenCharacters);
            if (gap >= 0)
            {
                at += gap + 1;
                continue;
            }

            int start = at;
            int length = text.AsSpan(start).IndexOfAnyExcept(TokenCharacters);
            if (length < 0)
                length = text.Length - start;
            at = start + length;
            if (!LooksRandom(text.AsSpan(start, length)))
                continue;

            output ??= new StringBuilder(text.Length);
            output.Append(text, copied, start - copied).Append(Label("high-entropy", text.Substring(start, length)));
            copied = at;
        }

        return output is null ? text : output.Append(text, copied, text.Length - copied).ToString();
    }

    private static bool LooksRandom(ReadOnlySpan<char> token)
    {
        if (token.Length > 4_096)
            return false;
        Span<int> counts = stackalloc int[128];
        int digits = 0, upper = 0, lower = 0, beyondHex = 0, slashes = 0, joints = 0;
        foreach (char c in token)
        {
            counts[c]++;
            digits += char.IsAsciiDigit(c) ? 1 : 0;
            upper += char.IsAsciiLetterUpper(c) ? 1 : 0;
            lower += char.IsAsciiLetterLower(c) ? 1 : 0;
            beyondHex += char.IsAsciiHexDigit(c) || c == '-' ? 0 : 1;
            slashes += c == '/' ? 1 : 0;
            joints += c is '_' or '-' ? 1 : 0;
        }

        // Paths and names made of words have few digits and many joints.
        if (beyondHex == 0 || digits < 3 || upper < 3 || lower < 3 || slashes + joints > token.Length / 10)
            return false;
        double entropy = 0;
        foreach (int count in counts)
        {
            if (count > 0)
                entropy -= (double)count / token.Length * Math.Log2((double)count / token.Length);
        }

        return entropy > HighEntropy;
    }

    private string Label(string kind, string secret)
    {
        byte[] hash = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(secret));
        return $"[redacted:{kind}:{Convert.ToHexStringLower(hash, 0, 2)}]";
    }
}

/// <summary>One kind of secret.</summary>
/// <param name="Name">What it is called where it was.</param>
/// <param name="Hints">What its text cannot be without; empty for numbers of cards, which have no mark.</param>
/// <param name="Expression">Finds it as the group <c>secret</c>.</param>
/// <param name="IsPlausible">Tells it from what only has its form.</param>
internal sealed record SecretKind(string Name, string[] Hints, Regex Expression, Func<string, bool>? IsPlausible = null)
{
    /// <summary>Whether the case of the hints counts: as it does for the expression.</summary>
    public StringComparison Comparison { get; } =
        Expression.Options.HasFlag(RegexOptions.IgnoreCase) ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
}
