using System.Globalization;

namespace Nexus.Claude.Memory.Inject;

/// <summary>How many tokens a text has for a model, without its tokenizer: by what the characters are.</summary>
internal static class TokenEstimate
{
    private const double LettersPerToken = 7.2;
    private const double PerInnerWord = 0.3;
    private const double DigitsPerToken = 2.6;
    private const double PerIdeograph = 1.02;
    private const double PerMark = 0.8;
    private const double PerRepeatedMark = 0.25;
    private const double PerIndent = 0.2;
    private const double PerLine = 0.4;
    private const double PerOther = 0.9;

    /// <summary>The estimate, at least 1 for a text that is not empty.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        double tokens = 0;
        for (int i = 0; i < text.Length;)
        {
            char c = text[i];
            int start = i;
            if (char.IsAsciiLetter(c))
            {
                // A capital within a word begins a new piece.
                double pieces = 1;
                for (i++; i < text.Length && char.IsAsciiLetter(text[i]); i++)
                    pieces += char.IsAsciiLetterUpper(text[i]) && char.IsAsciiLetterLower(text[i - 1]) ? PerInnerWord : 0;
                tokens += Math.Max(pieces, (i - start) / LettersPerToken);
            }
            else if (char.IsAsciiDigit(c))
            {
                while (i < text.Length && char.IsAsciiDigit(text[i]))
                    i++;
                tokens += Math.Max(1, (i - start) / DigitsPerToken);
            }
            else if (c is ' ' or '\t')
            {
                while (i < text.Length && text[i] is ' ' or '\t')
                    i++;
                // One space belongs to the word after it.
                tokens += i - start > 1 ? PerIndent : 0;
            }
            else if (c is '\n' or '\r')
            {
                while (i < text.Length && text[i] is '\n' or '\r')
                    i++;
                tokens += PerLine;
            }
            else if (c < 0x80)
            {
                // Marks that follow each other share tokens.
                tokens += start > 0 && text[start - 1] < 0x80 && !char.IsAsciiLetterOrDigit(text[start - 1]) && text[start - 1] > ' ' ? PerRepeatedMark : PerMark;
                i++;
            }
            else if (c is >= '\u2E80' and <= '\uFFEF' && !char.IsSurrogate(c))
            {
                tokens += PerIdeograph;
                i++;
            }
            else if (char.IsLetter(c))
            {
                while (i < text.Length && text[i] >= 0x80 && char.IsLetter(text[i]) && text[i] < '\u2E80')
                    i++;
                tokens += Math.Max(1, (i - start) / 2.2);
            }
            else
            {
                tokens += CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Surrogate ? 1.2 : PerOther;
                i++;
            }
        }

        return text.IsEmpty ? 0 : Math.Max(1, (int)Math.Ceiling(tokens));
    }
}
