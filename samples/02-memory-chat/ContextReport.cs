using Nexus.Claude.Memory;

namespace MemoryChat;

/// <summary>Why each thing was recalled: every factor of its score, and the words it was found by.</summary>
internal static class ContextReport
{
    private const int Longest = 100;

    public static void Print(RecalledContext? recalled)
    {
        if (recalled is null)
        {
            Console.WriteLine("Nothing was put beside the last prompt.");
            return;
        }

        foreach (var (message, why) in recalled.Items)
        {
            Console.WriteLine($"{why.Score:F2}  {message.CreatedAt.ToLocalTime():yyyy-MM-dd HH:mm} {message.Role.Value}: {Line(message)}");
            Console.WriteLine($"      text {why.Text:F2} = own words {why.OwnWords:F2} + around it {why.Neighbours:F2} + its sitting {why.Session:F2}, times kind {why.Kind:F2}, as a share of the best");
            Console.WriteLine($"      directory {why.Directory:F2}, files {why.Files:F2}, age {why.Recency:F2}; covers {why.Coverage:P0} of the question; matched: {string.Join(' ', why.MatchedTerms)}");
        }

        Console.WriteLine($"\n{recalled.Text}\n({recalled.Tokens} tokens)");
    }

    /// <summary>The beginning of what was said, on one line.</summary>
    public static string Line(MemoryMessage message)
    {
        string line = message.Content.ReplaceLineEndings(" ");
        if (line.Length <= Longest)
            return line;
        return line[..(char.IsHighSurrogate(line[Longest - 1]) ? Longest - 1 : Longest)] + "…";
    }
}
