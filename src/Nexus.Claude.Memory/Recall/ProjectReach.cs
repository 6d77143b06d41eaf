using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory.Recall;

/// <summary>Which projects a query may see.</summary>
/// <param name="Reach">How far it goes.</param>
/// <param name="Project">Where it starts; empty when no directory is known.</param>
internal sealed record ProjectReach(MemoryReach Reach, string Project)
{
    public static ProjectReach Of(MemoryQuery query) =>
        query.Reach == MemoryReach.Everywhere ? new ProjectReach(query.Reach, "") : Of(query.Reach, Memory.Store.Project.Of(query.WorkingDirectory));

    public bool Includes(string other) => Reach switch
    {
        MemoryReach.Everywhere => true,
        MemoryReach.Project => MemoryPath.Same(Project, other),
        _ => DirectoryRelation.Score(Project, other) > 0,
    };

    // Nothing is near no directory.
    private static ProjectReach Of(MemoryReach reach, string project) => new(project.Length == 0 ? MemoryReach.Project : reach, project);
}
