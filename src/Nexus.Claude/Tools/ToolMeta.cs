namespace Nexus.Claude.Tools;

/// <summary>Members of a tool's <c>_meta</c> that the CLI heeds (protocol.md 7).</summary>
internal static class ToolMeta
{
    public const string AlwaysLoad = "anthropic/alwaysLoad";
    public const string SearchHint = "anthropic/searchHint";
    public const string MaxResultCharacters = "anthropic/maxResultSizeChars";
    public const string EndTurn = "claude/endTurn";
}
