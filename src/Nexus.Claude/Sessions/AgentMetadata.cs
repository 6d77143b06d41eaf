using System.Text.Json;

namespace Nexus.Claude.Sessions;

/// <summary>
/// What the CLI notes about a sub-agent: in a file beside its transcript on disk, in an entry of its transcript in a store.
/// </summary>
internal static class AgentMetadata
{
    internal const string EntryType = "agent_metadata";
    internal const string FileExtension = ".meta.json";

    private const string Prefix = "agent-";

    /// <summary>The sub-agent whose transcript this is.</summary>
    /// <param name="subpath">The transcript's place in its session.</param>
    /// <returns>The id of the sub-agent; null when the transcript is none of a sub-agent's.</returns>
    public static string? AgentOf(string subpath)
    {
        var name = subpath[(subpath.LastIndexOf('/') + 1)..];
        return subpath.StartsWith("subagents/", StringComparison.Ordinal) && name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length
            ? name[Prefix.Length..]
            : null;
    }

    /// <summary>Reads what was noted.</summary>
    /// <param name="agentId">The sub-agent.</param>
    /// <param name="metadata">The notes; undefined for none.</param>
    /// <returns>The information.</returns>
    public static SubagentInfo Read(string agentId, JsonElement metadata) => new()
    {
        AgentId = agentId,
        AgentType = TranscriptEntry.Text(metadata, "agentType"),
        Description = TranscriptEntry.Text(metadata, "description"),
        ParentToolUseId = TranscriptEntry.Text(metadata, "toolUseId"),
        ParentAgentId = TranscriptEntry.Text(metadata, "parentAgentId"),
    };

    /// <summary>The notes as an entry for a store.</summary>
    public static JsonElement ToEntry(JsonElement metadata) => TranscriptLine.Create(json =>
    {
        json.WriteString("type"u8, EntryType);
        CopyMembers(json, metadata);
    });

    /// <summary>The notes of an entry as the file holds them.</summary>
    public static JsonElement FromEntry(JsonElement entry) => TranscriptLine.Create(json => CopyMembers(json, entry));

    private static void CopyMembers(Utf8JsonWriter json, JsonElement value)
    {
        foreach (var member in value.EnumerateObject())
        {
            if (!member.NameEquals("type"u8))
                member.WriteTo(json);
        }
    }
}
