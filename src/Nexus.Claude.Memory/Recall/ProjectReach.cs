using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory.Recall;

/// <summary>Which projects a query may see.</summary>
internal static class ProjectReach
{
    public static Func<string, bool> Of(MemoryQuery query)
    {
        if (query.Reach == MemoryReach.Everywhere)
            return static _ => true;

        string project = Project.Of(query.WorkingDirectory);
        if (query.Reach == MemoryReach.Project || project.Length == 0)
            return other => MemoryPath.Same(project, other);
        return other => DirectoryRelation.Score(project, other) > 0;
    }
}
