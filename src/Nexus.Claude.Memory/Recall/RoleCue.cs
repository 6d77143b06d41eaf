using System.Text.RegularExpressions;

namespace Nexus.Claude.Memory.Recall;

/// <summary>"What did you say", "I told you", 我说过: whose words a question asks for. You is Claude, I is the user.</summary>
internal static partial class RoleCue
{
    public static MemoryRole? Find(string text)
    {
        if (text.Length > 1_000)
            return null;
        if (Assistant().IsMatch(text))
            return MemoryRole.Assistant;
        return User().IsMatch(text) ? MemoryRole.User : null;
    }

    [GeneratedRegex(@"\byou (?:said|told|suggested|recommended|proposed|wrote|explained)\b|\bdid you (?:say|tell|suggest|recommend|propose|write|explain)\b|你说|你建议|你告诉|你写",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Assistant();

    [GeneratedRegex(@"\bI (?:said|told|asked|mentioned|wanted)\b|\bdid I (?:say|tell|ask|mention|want)\b|我说|我问|我提|我告诉", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex User();
}
