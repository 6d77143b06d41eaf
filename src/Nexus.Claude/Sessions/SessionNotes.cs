using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Sessions;

/// <summary>The entries by which a session is given a title or a tag.</summary>
internal static class SessionNotes
{
    /// <summary>Gives a title.</summary>
    public static JsonElement Title(string sessionId, string title) => Create("custom-title", "customTitle", title, sessionId);

    /// <summary>Gives a tag; an empty one takes it away.</summary>
    public static JsonElement Tag(string sessionId, string tag) => Create("tag", "tag", tag, sessionId);

    /// <summary>A text without what no eye can see: it could hide a second text, or turn the direction of the first.</summary>
    /// <param name="text">The text.</param>
    /// <returns>What is left of it, trimmed.</returns>
    public static string Visible(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.Surrogate or UnicodeCategory.Control))
                visible.Append(rune);
        }

        return visible.ToString().Trim();
    }

    private static JsonElement Create(string type, string name, string value, string sessionId) => TranscriptLine.Create(json =>
    {
        json.WriteString("type"u8, type);
        json.WriteString(name, value);
        json.WriteString("sessionId"u8, sessionId);
    });
}
