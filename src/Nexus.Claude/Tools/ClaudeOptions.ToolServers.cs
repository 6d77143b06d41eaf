namespace Nexus.Claude;

/// <content>Tools of this program.</content>
public sealed partial class ClaudeOptions
{
    /// <summary>
    /// MCP servers inside of this program, whose tools the model can call. One server may serve many sessions at once. Default none.
    /// </summary>
    public IList<ToolServer> ToolServers { get; set => field = value ?? []; } = [];
}
