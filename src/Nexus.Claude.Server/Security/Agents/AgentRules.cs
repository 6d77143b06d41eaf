using System.Text.Json;

namespace Nexus.Claude.Server.Security;

/// <summary>Decides about each call of a tool by one agent, and has it written down before it runs.</summary>
/// <param name="keyId">The agent's key.</param>
/// <param name="folder">The folder it works in.</param>
/// <param name="roots">All folders it may use.</param>
/// <param name="tools">The built-in tools it may use.</param>
/// <param name="servers">The operator's MCP servers.</param>
/// <param name="skipsPermissions">Whether everything may run.</param>
/// <param name="audit">Told every decision.</param>
/// <param name="currentRequest">The request that the agent works for.</param>
internal sealed class AgentRules(
    string keyId,
    string folder,
    IReadOnlyList<string> roots,
    IReadOnlyList<string> tools,
    IReadOnlyList<string> servers,
    bool skipsPermissions,
    IAgentAudit audit,
    Func<string> currentRequest)
{
    private static readonly HashSet<string> FileTools =
        new(["Read", "LS", "Glob", "Grep", "Write", "Edit", "MultiEdit", "NotebookEdit"], StringComparer.Ordinal);

    private readonly PermissionPolicy _outside = PermissionPolicy.DenyOutside(roots);
    private readonly HashSet<string> _tools = [.. tools.Select(static tool => tool.Split('(', 2)[0])];
    private readonly string[] _prefixes = [.. servers.Select(static server => $"mcp__{server}__")];

    /// <summary>Before every tool.</summary>
    /// <param name="input">The call.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <returns>Whether it runs; null for tools of the client, which do not run here.</returns>
    public async Task<PreToolUseHookOutput?> BeforeToolAsync(PreToolUseHookInput input, CancellationToken cancellationToken)
    {
        if (IsForeignMcp(input.ToolName))
            return null;
        var request = new ToolPermissionRequest { ToolName = input.ToolName, Input = input.ToolInput, ToolUseId = input.ToolUseId };
        var decision = await DecideAsync(request, cancellationToken).ConfigureAwait(false);
        return decision.IsAllowed ? PreToolUseHookOutput.Allow() : PreToolUseHookOutput.Deny(decision.Message ?? "This tool must not be used here.");
    }

    /// <summary>Decides, and writes it down.</summary>
    /// <param name="request">The call.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <returns>The decision.</returns>
    public async ValueTask<PermissionDecision> DecideAsync(ToolPermissionRequest request, CancellationToken cancellationToken)
    {
        var (decision, rule) = await JudgeAsync(request, cancellationToken).ConfigureAwait(false);
        var isWritten = audit.TryRecord(new ToolDecision(
            currentRequest(), keyId, request.ToolName, request.ToolUseId, folder, TargetOf(request), decision.IsAllowed, rule));
        return isWritten || !decision.IsAllowed
            ? decision
            : PermissionDecision.Deny("The audit log of this server cannot be written, so no tool runs. Its operator has to mend it.");
    }

    private async ValueTask<(PermissionDecision Decision, string Rule)> JudgeAsync(ToolPermissionRequest request, CancellationToken cancellationToken)
    {
        if (skipsPermissions)
            return (PermissionDecision.Allow(), "skip_permissions");
        if (await _outside.TryDecideAsync(request, cancellationToken).ConfigureAwait(false) is { } denial)
            return (denial, "outside");
        if (_tools.Contains(request.ToolName))
            return (PermissionDecision.Allow(), FileTools.Contains(request.ToolName) ? "folder" : "tool");
        if (Array.Exists(_prefixes, prefix => request.ToolName.StartsWith(prefix, StringComparison.Ordinal)))
            return (PermissionDecision.Allow(), "mcp");
        return (PermissionDecision.Deny($"The tool {request.ToolName} is not among those that this key may use."), "not_listed");
    }

    private bool IsForeignMcp(string tool) =>
        tool.StartsWith("mcp__", StringComparison.Ordinal) && !Array.Exists(_prefixes, prefix => tool.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>The path of a tool for files. What else tools are given may be anything, so it is not written down.</summary>
    private static string? TargetOf(ToolPermissionRequest request)
    {
        if (!FileTools.Contains(request.ToolName) || request.Input.ValueKind != JsonValueKind.Object)
            return null;
        return request.InputText("file_path") ?? request.InputText("notebook_path") ?? request.InputText("path");
    }
}
