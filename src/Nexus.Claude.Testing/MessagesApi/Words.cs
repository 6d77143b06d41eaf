namespace Nexus.Claude.Testing;

/// <summary>Cuts text into the pieces a model would stream.</summary>
internal static class Words
{
    /// <summary>Splits behind each run of white space; the pieces together are the text. Empty text is one empty piece.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        if (text.Length == 0)
            return [""];

        List<string> pieces = [];
        int start = 0;
        for (int i = 1; i < text.Length; i++)
        {
            if (char.IsWhiteSpace(text[i - 1]) && !char.IsWhiteSpace(text[i]))
            {
                pieces.Add(text[start..i]);
                start = i;
            }
        }

        pieces.Add(text[start..]);
        return pieces;
    }
}
