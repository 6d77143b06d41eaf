using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What the agent may do without asking.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<PermissionMode>))]
public readonly record struct PermissionMode(string Value) : IOpenString<PermissionMode>
{
    /// <summary>Asks before anything that changes or leaves the machine.</summary>
    public static PermissionMode Default { get; } = new("default");

    /// <summary>Edits files without asking.</summary>
    public static PermissionMode AcceptEdits { get; } = new("acceptEdits");

    /// <summary>Only reads and plans.</summary>
    public static PermissionMode Plan { get; } = new("plan");

    /// <summary>Asks nothing. Not possible as root outside a sandbox.</summary>
    public static PermissionMode BypassPermissions { get; } = new("bypassPermissions");

    /// <summary>Refuses whatever is not allowed already.</summary>
    public static PermissionMode DontAsk { get; } = new("dontAsk");

    /// <summary>A model decides what needs asking.</summary>
    public static PermissionMode Auto { get; } = new("auto");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static PermissionMode Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>Where the credential came from.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<ApiKeySource>))]
public readonly record struct ApiKeySource(string Value) : IOpenString<ApiKeySource>
{
    /// <summary>The environment variable.</summary>
    public static ApiKeySource Environment { get; } = new("ANTHROPIC_API_KEY");

    /// <summary>The helper program of the settings.</summary>
    public static ApiKeySource Helper { get; } = new("apiKeyHelper");

    /// <summary>A key made by logging in.</summary>
    public static ApiKeySource ManagedKey { get; } = new("/login managed key");

    /// <summary>No API key (a login may still serve).</summary>
    public static ApiKeySource None { get; } = new("none");

    /// <summary>The user's settings (older CLIs).</summary>
    public static ApiKeySource User { get; } = new("user");

    /// <summary>The project's settings (older CLIs).</summary>
    public static ApiKeySource Project { get; } = new("project");

    /// <summary>The organisation (older CLIs).</summary>
    public static ApiKeySource Organization { get; } = new("org");

    /// <summary>A temporary key (older CLIs).</summary>
    public static ApiKeySource Temporary { get; } = new("temporary");

    /// <summary>A login (older CLIs).</summary>
    public static ApiKeySource OAuth { get; } = new("oauth");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static ApiKeySource Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>Whether a session works.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<SessionState>))]
public readonly record struct SessionState(string Value) : IOpenString<SessionState>
{
    /// <summary>It waits for a prompt.</summary>
    public static SessionState Idle { get; } = new("idle");

    /// <summary>It works.</summary>
    public static SessionState Running { get; } = new("running");

    /// <summary>It waits for an answer, for example a permission.</summary>
    public static SessionState RequiresAction { get; } = new("requires_action");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static SessionState Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>What the CLI is doing.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<ActivityStatus>))]
public readonly record struct ActivityStatus(string Value) : IOpenString<ActivityStatus>
{
    /// <summary>It asks the model.</summary>
    public static ActivityStatus Requesting { get; } = new("requesting");

    /// <summary>It compacts the conversation.</summary>
    public static ActivityStatus Compacting { get; } = new("compacting");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static ActivityStatus Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>Whether fast mode is on.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<FastModeState>))]
public readonly record struct FastModeState(string Value) : IOpenString<FastModeState>
{
    /// <summary>Off.</summary>
    public static FastModeState Off { get; } = new("off");

    /// <summary>Paused after a rate limit.</summary>
    public static FastModeState Cooldown { get; } = new("cooldown");

    /// <summary>On.</summary>
    public static FastModeState On { get; } = new("on");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static FastModeState Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>The state of an MCP server.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<McpServerStatus>))]
public readonly record struct McpServerStatus(string Value) : IOpenString<McpServerStatus>
{
    /// <summary>It is connected.</summary>
    public static McpServerStatus Connected { get; } = new("connected");

    /// <summary>It could not be reached or failed.</summary>
    public static McpServerStatus Failed { get; } = new("failed");

    /// <summary>It wants a login.</summary>
    public static McpServerStatus NeedsAuth { get; } = new("needs-auth");

    /// <summary>It is being connected.</summary>
    public static McpServerStatus Pending { get; } = new("pending");

    /// <summary>It is switched off.</summary>
    public static McpServerStatus Disabled { get; } = new("disabled");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static McpServerStatus Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
