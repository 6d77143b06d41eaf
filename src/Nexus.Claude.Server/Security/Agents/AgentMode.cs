using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Security;

/// <summary>What agents may do, by the options and their keys.</summary>
internal sealed class AgentMode : IAgentMode
{
    /// <summary>The header that asks for an agent.</summary>
    public const string Header = "X-Nexus-Agent";

    private readonly GatewayAgentOptions _options;
    private readonly IAgentAudit _audit;
    private readonly IReadOnlyDictionary<string, McpServerOptions> _servers;

    /// <summary>Reads what the operator allows.</summary>
    /// <param name="options">The options.</param>
    /// <param name="audit">Told every decision.</param>
    /// <exception cref="ClaudeException">The MCP servers cannot be read, or a folder is not absolute.</exception>
    public AgentMode(IOptions<NexusClaudeServerOptions> options, IAgentAudit audit)
    {
        _options = options.Value.Agent;
        _audit = audit;
        _servers = OperatorMcpServers.Read(_options);
        foreach (var folder in _options.AdditionalDirectories)
        {
            if (!Path.IsPathFullyQualified(folder))
                throw new OptionsValidationException([$"Agent.AdditionalDirectories has '{folder}', which is not an absolute path."]);
        }
    }

    /// <summary>Whether a request asks for an agent, by its body (<c>"nexus":{"agent":true}</c>) or the header <c>X-Nexus-Agent</c>.</summary>
    /// <param name="context">The request, with its caller.</param>
    /// <param name="asked">What the body says; null for nothing, which leaves it to the header.</param>
    /// <returns>True when it does and may.</returns>
    /// <exception cref="GatewayException">The key may not (403), or the header is neither true nor false (400).</exception>
    public static bool IsAsked(HttpContext context, bool? asked)
    {
        if (asked is null && context.Request.Headers.TryGetValue(Header, out var header))
        {
            if (!bool.TryParse(header.ToString(), out var value))
                throw GatewayException.Invalid(null, $"The header {Header} must be true or false.");
            asked = value;
        }

        if (asked is not true)
            return false;
        Require(context.Caller());
        return true;
    }

    /// <inheritdoc/>
    public void Configure(ClaudeOptions options, TurnRequest request, Func<string> currentRequest)
    {
        Require(request.Caller);
        var folder = request.WorkingDirectory
            ?? throw GatewayException.Invalid("cwd", "An agent needs a folder to work in. Name one of the folders that the key may use, as 'cwd'.");
        var tools = request.Caller.Policy.AgentTools ?? [.. _options.Tools];
        options.WorkingDirectory = folder;
        options.Tools = tools.Count == 0 ? ToolSet.None : ToolSet.Of(tools);
        options.StrictMcpConfig = _options.StrictMcpConfig;
        foreach (var (name, server) in _servers)
            options.McpServers[name] = server;
        foreach (var directory in _options.AdditionalDirectories)
            options.AdditionalDirectories.Add(directory);
        options.Debug |= _options.Debug;
        if (_options.SkipPermissions)
        {
            options.AllowDangerouslySkipPermissions = true;
            options.PermissionMode = PermissionMode.BypassPermissions;
        }
        else
        {
            options.PermissionMode = PermissionMode.Default;
        }

        // The hook sees every call, also those the CLI would let through by itself; the callback sees what the CLI still asks about.
        var rules = new AgentRules(
            request.Caller.KeyId, folder, [folder, .. _options.AdditionalDirectories], tools, [.. _servers.Keys], _options.SkipPermissions, _audit, currentRequest);
        options.Hooks.On(HookEvent.PreToolUse, rules.BeforeToolAsync);
        options.CanUseTool = rules.DecideAsync;
    }

    /// <summary>Refuses a caller that may not run agents.</summary>
    /// <param name="caller">Who.</param>
    /// <exception cref="GatewayException">It may not (403).</exception>
    public static void Require(Caller caller)
    {
        if (!caller.Policy.AllowsAgent)
        {
            throw new GatewayException(
                403, "invalid_request_error", "agent_not_allowed",
                $"The key {caller.KeyId} may not run agents. The operator of this server can allow it: nexus-claude keys add --agent --cwd FOLDER");
        }
    }
}
