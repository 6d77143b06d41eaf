using System.Globalization;
using Nexus.Claude.Cli;

namespace Nexus.Claude;

/// <content>Tools, skills, agents, MCP servers and permissions.</content>
internal sealed partial class ClaudeOptionsValidator
{
    private const int SmallestAutoCompactWindow = 100_000;

    // 2.1.330 leaves servers of these names out without a word.
    private static readonly string[] ReservedServerNames = ["claude-in-chrome", "workspace"];

    private void CheckTools()
    {
        Rules("AllowedTools", _options.AllowedTools);
        Rules("DisallowedTools", _options.DisallowedTools);
        if (_options.Tools is { } tools)
        {
            for (int index = 0; index < tools.Names.Count; index++)
                ToolName($"Tools[{index}]", tools.Names[index]);
        }

        foreach ((string alias, string target) in _options.ToolAliases)
        {
            ToolName("A name in ToolAliases", alias);
            ToolName($"ToolAliases['{alias}']", target);
        }

        if (_options.Skills is { } skills)
            Skills("Skills", skills.Names);
        for (int index = 0; index < _options.Plugins.Count; index++)
        {
            string name = $"Plugins[{index}]";
            if (FullPath(name, _options.Plugins[index]?.Path) is { } path && !Directory.Exists(path))
                Add($"{name} names the folder '{path}', which does not exist.");
        }
    }

    private void CheckAgents()
    {
        Word("Agent", _options.Agent);
        foreach ((string name, AgentDefinition? agent) in _options.Agents)
        {
            string at = $"Agents['{name}']";
            RequiredWord("A name in Agents", name);
            if (agent is null)
            {
                Add($"{at} is null; remove it.");
                continue;
            }

            if (string.IsNullOrWhiteSpace(agent.Description))
                Add($"{at}.Description is empty; say when the agent is to be used.");
            Text(at + ".Description", agent.Description);
            if (agent.Prompt is null)
                Add($"{at}.Prompt is null; give the agent a system prompt.");
            Text(at + ".Prompt", agent.Prompt);
            Text(at + ".InitialPrompt", agent.InitialPrompt);
            Text(at + ".ObserverMessage", agent.ObserverMessage);
            Text(at + ".CriticalSystemReminder", agent.CriticalSystemReminder);
            Word(at + ".Model", agent.Model);
            Word(at + ".Observer", agent.Observer);
            Positive(at + ".MaxTurns", agent.MaxTurns);
            if (agent.AutoCompactWindow < SmallestAutoCompactWindow)
                Add($"{at}.AutoCompactWindow is {agent.AutoCompactWindow}; it must be at least {SmallestAutoCompactWindow} tokens.");
            Known(at + ".Memory", agent.Memory?.Value, "user", "project", "local");
            Known(at + ".PermissionMode", agent.PermissionMode?.Value, "default", "acceptEdits", "plan", "bypassPermissions", "dontAsk", "auto", "manual");
            if (agent.Effort is { } effort && !int.TryParse(effort.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                Known(at + ".Effort", effort.Value, "low", "medium", "high", "xhigh", "max");
            if (agent.Skills is not null)
                Skills(at + ".Skills", agent.Skills);
            foreach (AgentMcpServer? server in agent.McpServers ?? [])
                CheckAgentServer(at, server);
        }
    }

    private void CheckAgentServer(string agent, AgentMcpServer? server)
    {
        if (server is null)
            Add($"{agent}.McpServers holds null; remove it.");
        else if (RequiredWord($"A name in {agent}.McpServers", server.Name) && server.Server is not null)
            CheckServer($"{agent}.McpServers['{server.Name}']", server.Server);
    }

    private void CheckServers()
    {
        foreach ((string name, McpServerOptions? server) in _options.McpServers)
        {
            if (!RequiredWord("A name in McpServers", name))
                continue;
            if (ReservedServerNames.Contains(name))
                Add($"McpServers['{name}'] has a name that the CLI keeps for itself; choose another.");
            CheckServer($"McpServers['{name}']", server);
        }
    }

    private void CheckServer(string at, McpServerOptions? server)
    {
        if (server is null)
        {
            Add($"{at} is null; remove it.");
            return;
        }

        if (server.Timeout is { } timeout && (timeout < TimeSpan.FromSeconds(1) || timeout.TotalMilliseconds > int.MaxValue))
            Add($"{at}.Timeout must be at least one second and less than 24 days; the CLI ignores others.");
        switch (server)
        {
            case StdioMcpServer stdio:
                Required(at + ".Command", stdio.Command);
                foreach (string? argument in stdio.Arguments)
                {
                    if (argument is null)
                        Add($"{at}.Arguments holds null; remove it or use an empty text.");
                    Argument(at + ".Arguments", argument);
                }

                foreach ((string variable, string value) in stdio.Environment)
                    Variable(at + ".Environment", variable, value);
                break;
            case RemoteMcpServer remote:
                if (remote.Url is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
                    Add($"{at}.Url must be an absolute address with http or https.");
                foreach ((string header, string? value) in remote.Headers)
                {
                    if (string.IsNullOrWhiteSpace(header) || header.Any(c => char.IsControl(c) || c is ' ' or ':') || value is null || value.Any(c => c is '\r' or '\n' or '\0'))
                        Add($"{at}.Headers has the header '{header}', whose name or value no HTTP header can have.");
                }

                foreach (McpToolPolicy? tool in remote.Tools)
                {
                    RequiredWord(at + ".Tools", tool?.Name);
                    Known(at + ".Tools", tool?.Permission?.Value, "always_allow", "always_ask", "always_deny");
                    Known(at + ".Tools", tool?.OrganizationCeiling?.Value, "allow", "ask", "blocked");
                }

                break;
        }
    }

    private void CheckPermissions()
    {
        string? mode = _options.PermissionMode?.Value;
        Known("PermissionMode", mode, "default", "acceptEdits", "plan", "bypassPermissions", "dontAsk", "auto", "manual");
        if (mode == "bypassPermissions" && !_options.AllowDangerouslySkipPermissions)
            Add("PermissionMode is bypassPermissions without AllowDangerouslySkipPermissions; set that to true if every tool may really run unasked.");
        Known("PermissionPrompts", _options.PermissionPrompts?.Value, "host", "none");
        if (_options.CanUseTool is not null && _options.PermissionPromptToolName is not null)
            Add("CanUseTool and PermissionPromptToolName are both set, but only one of them can be asked; leave one of them out.");
        if (_options.CanUseTool is not null && _options.PermissionPrompts == PermissionPromptTarget.None)
            Add("CanUseTool is set although PermissionPrompts is 'none', so it would never be asked; leave one of them out.");
        if (_options.PermissionPromptToolName is not { } tool)
            return;
        ToolName("PermissionPromptToolName", tool);
        if (tool == "stdio")
            Add("PermissionPromptToolName is 'stdio', which stands for a callback in this program; name an MCP tool (mcp__server__tool).");
        if (_options.PermissionPrompts == PermissionPromptTarget.None)
            Add("PermissionPromptToolName is set although PermissionPrompts is 'none', so it would never be asked; leave one of them out.");
    }

    private void Rules(string name, IList<string> rules)
    {
        for (int index = 0; index < rules.Count; index++)
        {
            string at = $"{name}[{index}]";
            Text(at, rules[index]);
            if (ToolRule.Mistake(rules[index]) is { } mistake)
                Add($"{at} ('{rules[index]}') {mistake}.");
        }
    }

    private void ToolName(string name, string? tool)
    {
        if (RequiredWord(name, tool) && (tool[0] == '-' || tool.AsSpan().ContainsAny(" ,()")))
            Add($"{name} ('{tool}') is no tool name: it must not begin with '-' or hold spaces, commas or parentheses.");
    }

    private void Skills(string name, IReadOnlyList<string> skills)
    {
        for (int index = 0; index < skills.Count; index++)
        {
            string at = $"{name}[{index}]";
            string? skill = skills[index];
            if (!RequiredWord(at, skill))
                continue;
            if (skill.AsSpan().ContainsAny("(),") || skill.Contains('*', StringComparison.Ordinal) || skill[0] == '/'
                || skill[^1] == '\\' || skill.Contains(@"\\", StringComparison.Ordinal))
                Add($"{at} ('{skill}') is no skill name: no parentheses, commas or '*', no '/' at the start, no '\\' at the end and no '\\\\'.");
        }
    }
}
