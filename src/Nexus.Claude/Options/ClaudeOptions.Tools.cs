namespace Nexus.Claude;

/// <content>Tools, agents, permissions and settings.</content>
public sealed partial class ClaudeOptions
{
    /// <summary>Which built-in tools exist; null leaves it to the CLI.</summary>
    public ToolSet? Tools { get; set; }

    /// <summary>
    /// Permission rules such as <c>Read</c> or <c>Bash(git *)</c> that are allowed without a question. This does not limit which tools exist:
    /// see <see cref="Tools"/>. Default none.
    /// </summary>
    public IList<string> AllowedTools { get; set => field = value ?? []; } = [];

    /// <summary>Tools taken away from the model, and rules such as <c>Bash(rm *)</c> that are always denied. Default none.</summary>
    public IList<string> DisallowedTools { get; set => field = value ?? []; } = [];

    /// <summary>
    /// Names of tools that run another tool instead, for example <c>Bash</c> to <c>mcp__workspace__bash</c>. One step only. Default none.
    /// </summary>
    public IDictionary<string, string> ToolAliases { get; set => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();

    /// <summary>Which skills the session has; null leaves it to the CLI, which is not the same as none.</summary>
    public SkillSet? Skills { get; set; }

    /// <summary>MCP servers by name. Default none.</summary>
    public IDictionary<string, McpServerOptions> McpServers { get; set => field = value ?? new Dictionary<string, McpServerOptions>(); } = new Dictionary<string, McpServerOptions>();

    /// <summary>True ignores MCP servers of settings, projects and plugins and uses only those of these options. Default false.</summary>
    public bool StrictMcpConfig { get; set; }

    /// <summary>Plugin folders to load. Default none.</summary>
    public IList<PluginOptions> Plugins { get; set => field = value ?? []; } = [];

    /// <summary>Subagents by name. Default none.</summary>
    public IDictionary<string, AgentDefinition> Agents { get; set => field = value ?? new Dictionary<string, AgentDefinition>(); } = new Dictionary<string, AgentDefinition>();

    /// <summary>The agent of the main conversation, one of <see cref="Agents"/> or of the settings; null for the usual one.</summary>
    public string? Agent { get; set; }

    /// <summary>
    /// How tools are permitted; null takes <c>permissions.defaultMode</c> of the settings, else the CLI's default, which can change with the
    /// CLI. Say <c>default</c> when a callback must see each question.
    /// </summary>
    public PermissionMode? PermissionMode { get; set; }

    /// <summary>Must be true for permission mode <c>bypassPermissions</c>. The CLI refuses it for root outside of a sandbox. Default false.</summary>
    public bool AllowDangerouslySkipPermissions { get; set; }

    /// <summary>The MCP tool (<c>mcp__server__tool</c>) that answers permission questions; null for none.</summary>
    public string? PermissionPromptToolName { get; set; }

    /// <summary>Who answers permission questions; null leaves it to the CLI, which asks this program.</summary>
    public PermissionPromptTarget? PermissionPrompts { get; set; }

    /// <summary>
    /// The sandbox for commands; null leaves it to the settings. It is merged into <see cref="Settings"/>; a settings file is then read by
    /// the SDK when the session starts.
    /// </summary>
    public SandboxOptions? Sandbox { get; set; }

    /// <summary>Settings that win over those of the user, the project and the checkout; null for none.</summary>
    public ClaudeSettings? Settings { get; set; }

    /// <summary>
    /// Settings at the level of a policy, which can only restrict. The CLI drops them where an administrator's policy exists that does not
    /// opt in to merging. Null for none.
    /// </summary>
    public ClaudeSettings? ManagedSettings { get; set; }

    /// <summary>
    /// Which settings files are read. Null (the default) reads all, as the command line does; an empty list reads none, which also leaves
    /// out <c>CLAUDE.md</c> files.
    /// </summary>
    public IList<SettingSource>? SettingSources { get; set; }
}
