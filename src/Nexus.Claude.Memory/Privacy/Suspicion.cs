using System.Text.RegularExpressions;

namespace Nexus.Claude.Memory.Privacy;

/// <summary>Text that gives orders to a model. It is kept, but recalled last, and labelled.</summary>
internal static partial class Suspicion
{
    public static bool IsRaisedBy(string text) => Orders().IsMatch(text.Length > 20_000 ? text[..20_000] : text);

    [GeneratedRegex(
        @"\b(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+|the\s+|your\s+)*(?:previous|prior|above|earlier|preceding|system)\s+(?:instruction|prompt|message|rule|direction)"
        + @"|\byou\s+must\s+now\b|\bnew\s+system\s+prompt\b|\b(?:reveal|print|repeat|leak)\s+(?:your|the)\s+system\s+prompt"
        + @"|\bdo\s+not\s+(?:tell|inform|mention\s+(?:this|it)\s+to)\s+the\s+user\b|\b(?:curl|wget)\b[^\n|]{0,200}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b"
        + @"|忽略(?:之前|以上|所有|前面)[^\n]{0,8}(?:指令|提示|要求)|不要告诉用户|[A-Za-z0-9+/]{200,}={0,2}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Orders();
}
