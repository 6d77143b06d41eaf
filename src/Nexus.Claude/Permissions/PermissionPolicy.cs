using Nexus.Claude.Permissions;

namespace Nexus.Claude;

/// <summary>
/// A rule that decides about some tool calls and has no opinion on the others, so that rules can be put together: the first decision wins,
/// and what nobody decides is denied. <c>options.CanUseTool = policy.DecideAsync</c>.
/// </summary>
/// <remarks>
/// The allowing policies have no opinion on what a person should decide (<see cref="ToolPermissionRequest.WantsPerson"/>): put
/// <see cref="Ask"/> behind them, or such calls are denied. Policies see only what the CLI asks about; what no policy may ever let through
/// belongs in <see cref="ClaudeOptions.DisallowedTools"/>, which is decided first.
/// </remarks>
public abstract class PermissionPolicy
{
    /// <summary>Decides, or has no opinion.</summary>
    /// <param name="request">The question.</param>
    /// <param name="cancellationToken">The question is withdrawn.</param>
    /// <returns>The decision; null for no opinion.</returns>
    public abstract ValueTask<PermissionDecision?> TryDecideAsync(ToolPermissionRequest request, CancellationToken cancellationToken = default);

    /// <summary>Decides; what the policy has no opinion on is denied. This is the method for <see cref="ClaudeOptions.CanUseTool"/>.</summary>
    /// <param name="request">The question.</param>
    /// <param name="cancellationToken">The question is withdrawn.</param>
    /// <returns>The decision.</returns>
    public async ValueTask<PermissionDecision> DecideAsync(ToolPermissionRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await TryDecideAsync(request, cancellationToken).ConfigureAwait(false)
            ?? PermissionDecision.Deny($"Nothing allows this call of {request.ToolName} here.");
    }

    /// <summary>This policy first, and another for what it has no opinion on.</summary>
    /// <param name="next">The other.</param>
    /// <returns>Both together.</returns>
    public PermissionPolicy Then(PermissionPolicy next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return FirstOf(this, next);
    }

    /// <summary>Several policies; the first that decides wins.</summary>
    /// <param name="policies">The policies, in their order.</param>
    /// <returns>All together.</returns>
    public static PermissionPolicy FirstOf(params IEnumerable<PermissionPolicy> policies) => new FirstDecision([.. policies]);

    /// <summary>Allows tools by name, and has no opinion on others.</summary>
    /// <param name="tools">
    /// Names such as <c>Read</c>; <c>mcp__server</c> or <c>mcp__server__*</c> for all tools of an MCP server; <c>mcp__server__tool</c> for one.
    /// </param>
    /// <returns>The policy.</returns>
    /// <exception cref="ArgumentException">
    /// An entry is no such name. Rules with parentheses, such as <c>Bash(git *)</c>, are matched by the CLI and belong in <see cref="ClaudeOptions.AllowedTools"/>.
    /// </exception>
    public static PermissionPolicy AllowTools(params IEnumerable<string> tools) => new NamedTools(new ToolNames(tools, nameof(tools)), null);

    /// <summary>Denies tools by name, and has no opinion on others.</summary>
    /// <param name="tools">Names as for <see cref="AllowTools"/>.</param>
    /// <returns>The policy.</returns>
    /// <exception cref="ArgumentException">An entry is no such name.</exception>
    public static PermissionPolicy DenyTools(params IEnumerable<string> tools) => new NamedTools(
        new ToolNames(tools, nameof(tools)), static request => PermissionDecision.Deny($"The tool {request.ToolName} must not be used here."));

    /// <summary>Allows <c>Read</c>, <c>Glob</c> and <c>Grep</c> below folders, and has no opinion on anything else.</summary>
    /// <param name="roots">The folders, absolute.</param>
    /// <returns>The policy.</returns>
    /// <exception cref="ArgumentException">A folder is not absolute, or there is none.</exception>
    /// <inheritdoc cref="AllowEditsWithin" path="/remarks"/>
    public static PermissionPolicy AllowReadsWithin(params IEnumerable<string> roots) => new RootedPaths(new PathRoots(roots, nameof(roots)), edits: false, denies: false);

    /// <summary>
    /// Allows <c>Write</c>, <c>Edit</c> and <c>NotebookEdit</c>, and also reading, below folders, and has no opinion on anything else.
    /// </summary>
    /// <param name="roots">The folders, absolute.</param>
    /// <returns>The policy.</returns>
    /// <exception cref="ArgumentException">A folder is not absolute, or there is none.</exception>
    /// <remarks>
    /// Symbolic links and <c>..</c> are followed before paths are compared, those of files that do not exist yet as well. Paths that are
    /// relative have no opinion, as the CLI's folder may have moved. This is no sandbox: commands are not looked at, and a link that changes
    /// between the decision and the use is followed.
    /// </remarks>
    public static PermissionPolicy AllowEditsWithin(params IEnumerable<string> roots) => new RootedPaths(new PathRoots(roots, nameof(roots)), edits: true, denies: false);

    /// <summary>Denies tools for files when a path of theirs is not below one of the folders, and has no opinion on anything else.</summary>
    /// <param name="roots">The folders, absolute.</param>
    /// <returns>The policy.</returns>
    /// <exception cref="ArgumentException">A folder is not absolute, or there is none.</exception>
    /// <remarks>Symbolic links and <c>..</c> are followed before paths are compared. A relative path is denied, with a message that asks for an absolute one.</remarks>
    public static PermissionPolicy DenyOutside(params IEnumerable<string> roots) => new RootedPaths(new PathRoots(roots, nameof(roots)), edits: true, denies: true);

    /// <summary>Asks somebody.</summary>
    /// <param name="ask">Decides; null is no opinion.</param>
    /// <returns>The policy.</returns>
    public static PermissionPolicy Ask(Func<ToolPermissionRequest, CancellationToken, ValueTask<PermissionDecision?>> ask)
    {
        ArgumentNullException.ThrowIfNull(ask);
        return new Asking(ask);
    }

    /// <summary>Denies everything that no policy before it has decided.</summary>
    /// <param name="message">What the model is told.</param>
    /// <returns>The policy.</returns>
    public static PermissionPolicy DenyAll(string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var denial = PermissionDecision.Deny(message);
        return new Asking((_, _) => ValueTask.FromResult<PermissionDecision?>(denial));
    }
}
