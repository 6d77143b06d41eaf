using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Security;

/// <summary>What agents may do: turns that run Claude Code's own tools and the operator's MCP servers.</summary>
internal interface IAgentMode
{
    /// <summary>
    /// Gives the process of an agent's turn its tools, folders, MCP servers and the callback that decides about every tool. Everything
    /// else in the options stays.
    /// </summary>
    /// <param name="options">The options of the process; <see cref="ClaudeOptions.WorkingDirectory"/> becomes the turn's.</param>
    /// <param name="request">The turn; its folder has been checked by <see cref="WorkingDirectories"/>.</param>
    /// <param name="currentRequest">
    /// The request that the process serves at the moment of a decision, for the audit; a process outlives its first request.
    /// </param>
    /// <exception cref="Errors.GatewayException">The key may not run agents (403), or names no folder to work in (400).</exception>
    void Configure(ClaudeOptions options, TurnRequest request, Func<string> currentRequest);
}

/// <summary>Keeps what was decided about tools.</summary>
internal interface IAgentAudit
{
    /// <summary>A decision was made. It is written down before the tool runs.</summary>
    /// <param name="decision">The decision.</param>
    /// <returns>False when it could not be written down; the tool must not run then.</returns>
    bool TryRecord(ToolDecision decision);
}

/// <summary>A decision about one call of a tool. It holds no prompts and no contents of files.</summary>
/// <param name="RequestId">The request.</param>
/// <param name="KeyId">The key.</param>
/// <param name="Tool">The tool.</param>
/// <param name="ToolUseId">The call.</param>
/// <param name="Folder">The folder the agent works in.</param>
/// <param name="Target">The file or folder the call is about; null when it names none.</param>
/// <param name="IsAllowed">Whether it may run.</param>
/// <param name="Rule">Why, in a word: <c>folder</c>, <c>tool</c>, <c>mcp</c>, <c>skip_permissions</c>, <c>outside</c>, <c>not_listed</c>.</param>
internal sealed record ToolDecision(
    string RequestId, string KeyId, string Tool, string ToolUseId, string Folder, string? Target, bool IsAllowed, string Rule);
