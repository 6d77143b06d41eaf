using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory.Recall;

/// <summary>How near two directories are.</summary>
internal static class DirectoryRelation
{
    public const double SameProject = 1.0;
    public const double AboveOrBelow = 0.8;
    public const double Beside = 0.4;

    /// <summary>1 for the same project, 0.8 when one is above the other, 0.4 for neighbours under one parent, 0 otherwise.</summary>
    public static double Score(string project, string? otherProject)
    {
        if (project.Length == 0 || string.IsNullOrEmpty(otherProject))
            return 0;
        if (MemoryPath.Same(project, otherProject))
            return SameProject;
        if (MemoryPath.IsAbove(project, otherProject) || MemoryPath.IsAbove(otherProject, project))
            return IsTop(project) || IsTop(otherProject) ? 0 : AboveOrBelow;
        return MemoryPath.Parent(project) is { } parent && !IsTop(parent) && MemoryPath.Parent(otherProject) is { } other && MemoryPath.Same(parent, other)
            ? Beside
            : 0;
    }

    /// <summary>The value of the weighted sum: 1 for the same, 0.5 for above or below, up to 0.25 by the parts that both begin with.</summary>
    public static double Weighted(string? directory, string? other)
    {
        if (string.IsNullOrEmpty(directory) || string.IsNullOrEmpty(other))
            return 0;
        (directory, other) = (MemoryPath.Normalize(directory), MemoryPath.Normalize(other));
        if (MemoryPath.Same(directory, other))
            return 1;
        if (MemoryPath.IsAbove(directory, other) || MemoryPath.IsAbove(other, directory))
            return 0.5;

        string[] parts = directory.Split('/');
        string[] otherParts = other.Split('/');
        int common = 0;
        while (common < Math.Min(parts.Length, otherParts.Length) && MemoryPath.Same(parts[common], otherParts[common]))
            common++;
        return common < 2 ? 0 : 0.25 * Math.Min(common / 5.0, 1);
    }

    // Everything is under the root and under a drive: that says nothing.
    internal static bool IsTop(string path) => path is "/" || (path.Length <= 3 && path.Length >= 2 && path[1] == ':');
}
