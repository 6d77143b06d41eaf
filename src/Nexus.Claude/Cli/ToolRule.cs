namespace Nexus.Claude.Cli;

/// <summary>
/// Permission rules and the way the CLI cuts a list of them: at commas and spaces outside of parentheses, where the first <c>)</c> closes,
/// however many were opened (2.1.330 makes <c>Bash(echo (a, b)</c> and <c>c)</c> out of <c>Bash(echo (a, b) c)</c>).
/// </summary>
internal static class ToolRule
{
    /// <summary>The end of a sentence that says what is wrong with a rule, null when nothing is.</summary>
    public static string? Mistake(string? rule)
    {
        if (string.IsNullOrWhiteSpace(rule))
            return "is empty; remove it";
        if (rule.AsSpan().ContainsAnyInRange('\0', '\x1f'))
            return "holds a line break or another control character; a rule is one line of text";
        int open = rule.IndexOf('(', StringComparison.Ordinal);
        string name = open < 0 ? rule : rule[..open];
        if (name.Length == 0 || name.AsSpan().ContainsAny(" ,)"))
            return "is not of the form Tool or Tool(content); give each rule as an entry of its own";
        if (name[0] == '-')
            return "begins with '-', which no tool name does";
        if (open >= 0 && (rule[^1] != ')' || !IsBalanced(rule)))
            return "has parentheses that do not match; write Tool(content) and escape lone ones inside as \\( or \\)";
        return null;
    }

    /// <summary>Whether the CLI's own splitting gives the rule back as it was.</summary>
    public static bool SurvivesSplitting(string rule)
    {
        int close = rule.IndexOf(')', StringComparison.Ordinal);
        if (close < 0)
            return true;
        bool inside = false;
        foreach (char next in rule.AsSpan(close + 1))
        {
            if (next == '(')
                inside = true;
            else if (next == ')')
                inside = false;
            else if (!inside && next is ' ' or ',')
                return false;
        }

        return true;
    }

    private static bool IsBalanced(string rule)
    {
        int depth = 0;
        for (int index = 0; index < rule.Length; index++)
        {
            if (rule[index] == '\\')
                index++;
            else if (rule[index] == '(')
                depth++;
            else if (rule[index] == ')' && --depth < 0)
                return false;
        }

        return depth == 0;
    }
}
