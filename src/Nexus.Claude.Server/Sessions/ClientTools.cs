using System.Text.Json;
using Microsoft.Extensions.AI;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Sessions;

/// <summary>
/// The tools of a client, as a process is told of them: one MCP server that lists them, and a hook that answers each call with "defer", so that
/// the turn ends with the calls open. The client runs them, and its next request brings the results.
/// </summary>
internal sealed class ClientTools
{
    private readonly IReadOnlyList<ClientTool> _tools;
    private readonly bool _defers;
    private volatile TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, string> _plainNames = new(StringComparer.Ordinal);

    /// <summary>Takes the tools of a request.</summary>
    /// <param name="tools">The tools.</param>
    /// <param name="defers">Whether the CLI is asked to defer calls.</param>
    public ClientTools(IReadOnlyList<ClientTool> tools, bool defers)
    {
        _defers = defers;
        // One order, so that the prefix of the prompt stays the same and is found in the API's cache.
        _tools = [.. tools.OrderBy(static tool => tool.Name, StringComparer.Ordinal)];
        foreach (var tool in _tools)
            _plainNames[ToolNames.Full(tool.Name)] = tool.Name;
    }

    /// <summary>True when there are any.</summary>
    public bool Any => _tools.Count > 0;

    /// <summary>
    /// Ends when the CLI wants a call to run in spite of the hook. It waits then; the turn has to be ended by an interrupt, and the results
    /// come with the history of the next request.
    /// </summary>
    public Task Called => _called.Task;

    /// <summary>A turn begins.</summary>
    public void Begin()
    {
        if (_called.Task.IsCompleted)
            _called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The client's name of a tool.</summary>
    /// <param name="fullName">What the model calls it.</param>
    /// <returns>The name; null when it is no tool of the client.</returns>
    public string? PlainName(string fullName) => _plainNames.GetValueOrDefault(fullName);

    /// <summary>Gives the tools to a process that is about to be leased.</summary>
    /// <param name="options">The options of the lease.</param>
    public void AddTo(ClaudeOptions options)
    {
        if (!Any)
            return;
        options.ToolServers.Add(ToolServer.Create(ToolNames.Server, _tools.Select(tool => new Declared(tool, this))));
        if (_defers)
            options.Hooks.On(HookEvent.PreToolUse, $"mcp__{ToolNames.Server}__.*", static _ => PreToolUseHookOutput.Defer("Run by the client."));
    }

    /// <summary>A message with the names that the model uses.</summary>
    /// <param name="content">The content, with the client's names.</param>
    /// <returns>The content.</returns>
    public static IReadOnlyList<ContentBlock> WithFullNames(IReadOnlyList<ContentBlock> content) =>
        content.Any(static block => block is ToolUseBlock)
            ? [.. content.Select(static block => block is ToolUseBlock call ? call with { Name = ToolNames.Full(call.Name) } : block)]
            : content;

    /// <summary>A tool that is listed and never run here.</summary>
    private sealed class Declared(ClientTool tool, ClientTools owner) : AIFunction
    {
        public override string Name { get; } = ToolNames.OnServer(tool.Name);

        public override string Description => tool.Description;

        public override JsonElement JsonSchema => tool.Schema;

        protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
        {
            owner._called.TrySetResult();
            var withdrawn = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
            return await withdrawn.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
