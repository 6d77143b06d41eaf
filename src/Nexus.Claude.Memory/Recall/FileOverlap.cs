using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory.Recall;

/// <summary>How far the files of a message are those of the question.</summary>
internal static class FileOverlap
{
    /// <summary>The share of the asked files that were touched: 1 for the same path, a half for the same name elsewhere.</summary>
    public static double Containment(IReadOnlyList<string> asked, IReadOnlyList<string> touched)
    {
        if (asked.Count == 0 || touched.Count == 0)
            return 0;
        double sum = 0;
        foreach (string file in asked)
        {
            double best = 0;
            string path = MemoryPath.Normalize(file);
            foreach (string other in touched)
                best = Math.Max(best, Similarity(path, MemoryPath.Normalize(other)));
            sum += best;
        }

        return sum / asked.Count;
    }

    /// <summary>The files in both of all files in either.</summary>
    public static double Jaccard(IReadOnlyList<string> asked, IReadOnlyList<string> touched)
    {
        if (asked.Count == 0 || touched.Count == 0)
            return 0;
        var left = asked.Select(MemoryPath.Normalize).ToHashSet(StringComparer.Ordinal);
        var right = touched.Select(MemoryPath.Normalize).ToHashSet(StringComparer.Ordinal);
        int common = left.Count(right.Contains);
        return (double)common / (left.Count + right.Count - common);
    }

    private static double Similarity(string a, string b)
    {
        if (MemoryPath.Same(a, b))
            return 1;
        // One is written from a directory further down.
        var (shorter, longer) = a.Length < b.Length ? (a, b) : (b, a);
        if (!shorter.StartsWith('/') && shorter.Contains('/', StringComparison.Ordinal) && longer.EndsWith("/" + shorter, StringComparison.Ordinal))
            return 1;
        return MemoryPath.Same(MemoryPath.FileName(a), MemoryPath.FileName(b)) ? 0.5 : 0;
    }
}
