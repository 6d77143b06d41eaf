using Nexus.Claude.Cli;

namespace Nexus.Claude;

/// <content>Folders, settings and the process.</content>
internal sealed partial class ClaudeOptionsValidator
{
    // Flags that the protocol needs, or that an option stands for; a second one would win over or contradict it.
    private static readonly Dictionary<string, string> OwnFlags = new(StringComparer.OrdinalIgnoreCase)
    {
        ["output-format"] = "", ["input-format"] = "", ["verbose"] = "", ["print"] = "", ["await-initialize"] = "", ["initialize-fields"] = "",
        ["managed-settings-in-initialize"] = "", ["help"] = "", ["version"] = "", ["background"] = "", ["bg"] = "", ["cloud"] = "", ["sdk-url"] = "",
        ["await-claim"] = "",
        ["model"] = "Model", ["fallback-model"] = "FallbackModels", ["thinking"] = "Thinking", ["max-thinking-tokens"] = "Thinking",
        ["thinking-display"] = "Thinking", ["effort"] = "Effort", ["betas"] = "Betas", ["max-turns"] = "MaxTurns",
        ["max-budget-usd"] = "MaxBudgetUsd", ["task-budget"] = "TaskBudget", ["system-prompt"] = "SystemPrompt",
        ["system-prompt-file"] = "SystemPrompt", ["append-system-prompt"] = "SystemPrompt",
        ["exclude-dynamic-system-prompt-sections"] = "SystemPrompt", ["system-prompt-snapshot"] = "SystemPrompt",
        ["json-schema"] = "OutputSchema", ["agent"] = "Agent", ["agents"] = "Agents", ["tools"] = "Tools", ["allowedTools"] = "AllowedTools",
        ["allowed-tools"] = "AllowedTools", ["disallowedTools"] = "DisallowedTools", ["disallowed-tools"] = "DisallowedTools",
        ["strict-mcp-config"] = "StrictMcpConfig", ["plugin-dir"] = "Plugins", ["plugin-dir-no-mcp"] = "Plugins",
        ["permission-mode"] = "PermissionMode", ["allow-dangerously-skip-permissions"] = "AllowDangerouslySkipPermissions",
        ["dangerously-skip-permissions"] = "PermissionMode and AllowDangerouslySkipPermissions",
        ["permission-prompt-tool"] = "PermissionPromptToolName", ["permission-prompts"] = "PermissionPrompts", ["settings"] = "Settings",
        ["managed-settings"] = "ManagedSettings", ["setting-sources"] = "SettingSources", ["resume"] = "Resume", ["continue"] = "Continue",
        ["fork-session"] = "ForkSession", ["session-id"] = "SessionId", ["resume-session-at"] = "ResumeSessionAt",
        ["resume-drops-turn"] = "ResumeDropsTurn", ["no-session-persistence"] = "PersistSession", ["session-mirror"] = "SessionStore", ["name"] = "Title",
        ["include-partial-messages"] = "IncludePartialMessages", ["include-hook-events"] = "IncludeHookEvents",
        ["forward-subagent-text"] = "ForwardSubagentText", ["replay-user-messages"] = "ReplayUserMessages",
        ["add-dir"] = "AdditionalDirectories", ["project-config-root"] = "ProjectConfigRoot", ["debug-file"] = "DebugFile",
    };

    private void CheckPlace()
    {
        if (_options.WorkingDirectory is not null && FullPath("WorkingDirectory", _options.WorkingDirectory) is { } folder && !Directory.Exists(folder))
            Add($"WorkingDirectory is '{folder}', which does not exist; create it first.");
        for (int index = 0; index < _options.AdditionalDirectories.Count; index++)
        {
            string name = $"AdditionalDirectories[{index}]";
            if (FullPath(name, _options.AdditionalDirectories[index]) is { } path && !Directory.Exists(path))
                Add($"{name} is '{path}', which does not exist; create it first or leave it out.");
        }

        if (_options.ProjectConfigRoot is { } root && Required("ProjectConfigRoot", root) && !Path.IsPathFullyQualified(root))
            Add($"ProjectConfigRoot is '{root}'; it must be an absolute path.");
        if (_options.DebugFile is not null)
            FullPath("DebugFile", _options.DebugFile);
        RequiredIfSet("CliPath", _options.CliPath);
    }

    private void CheckSettings()
    {
        for (int index = 0; index < _options.SettingSources?.Count; index++)
            Known("SettingSources", _options.SettingSources[index].Value, "user", "project", "local");
        if (_options.Sandbox is { } sandbox)
            CheckSandbox(sandbox);
        if (_options.ManagedSettings is { } managed && (managed.Path is null || FullPath("ManagedSettings", managed.Path) is not null))
            SettingsLayer.Read(_options, managed, "ManagedSettings", _mistakes);
        if (_options.Settings?.Path is null || FullPath("Settings", _options.Settings.Path) is not null)
            SettingsLayer.Resolve(_options, _mistakes);
    }

    private void CheckSandbox(SandboxOptions sandbox)
    {
        Port("Sandbox.Network.HttpProxyPort", sandbox.Network?.HttpProxyPort);
        Port("Sandbox.Network.SocksProxyPort", sandbox.Network?.SocksProxyPort);
        foreach (SandboxCredential? credential in ((IEnumerable<SandboxCredential?>?)sandbox.Credentials?.Files ?? []).Concat(sandbox.Credentials?.EnvironmentVariables ?? []))
        {
            Known("Sandbox.Credentials (Mode)", credential?.Mode.Value ?? "", "deny", "mask");
            Known("Sandbox.Credentials (OnExtractNoMatch)", credential?.OnExtractNoMatch?.Value, "warn", "deny", "error");
            Known("Sandbox.Credentials (Decode)", credential?.Decode, "jwt");
        }

        SandboxSigV4Options? signing = sandbox.Credentials?.SigV4;
        Known("Sandbox.Credentials.SigV4.Streaming", signing?.Streaming?.Value, "deny", "passthrough");
        Known("Sandbox.Credentials.SigV4.Presigned", signing?.Presigned?.Value, "deny", "passthrough");
        Known("Sandbox.Credentials.SigV4.SigV4A", signing?.SigV4A?.Value, "deny", "passthrough");
    }

    private void CheckEnvironment()
    {
        foreach ((string name, string? value) in _options.Environment)
            Variable("Environment", name, value);
        if (_options.Environment.TryGetValue(CliEnvironment.ReadsSessionState, out string? reads) && reads != "1")
            Add($"Environment['{CliEnvironment.ReadsSessionState}'] is not '1'; the SDK relies on it to know when the CLI is idle, so leave it out.");
        foreach ((string name, string value) in CliEnvironment.OfOptions(_options))
        {
            if (_options.Environment.TryGetValue(name, out string? other) && other != value)
                Add($"Environment['{name}'] contradicts the option that it stands for ({name} would be '{value}'); set one of the two.");
        }
    }

    private void CheckProcess()
    {
        if (_options.User is not null && Required("User", _options.User))
        {
            if (_isWindows)
                Add("User is set, which Windows does not support; start this program as that user instead.");
            else if (_options.User[0] == '-' || _options.User.Any(c => char.IsWhiteSpace(c) || c is ':' or '/'))
                Add($"User is '{_options.User}', which is no name of an account.");
        }

        foreach ((string name, string? value) in _options.ExtraArguments)
            CheckExtraArgument(name, value);
    }

    private void CheckExtraArgument(string name, string? value)
    {
        string flag = name.TrimStart('-');
        if (flag.Length < 2 || !char.IsAsciiLetterOrDigit(flag[0]) || flag.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
            Add($"ExtraArguments has the name '{name}'; use the long name of a flag, such as 'disable-slash-commands', and put the value in its value.");
        else if (OwnFlags.TryGetValue(flag, out string? property))
            Add(property.Length == 0
                ? $"ExtraArguments has '{name}', which the SDK decides on by itself; leave it out."
                : $"ExtraArguments has '{name}'; set {property} instead.");
        Argument($"ExtraArguments['{name}']", value);
    }

    private void Variable(string property, string name, string? value)
    {
        if (string.IsNullOrEmpty(name) || name.Contains('=', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal))
            Add($"{property} has the name '{name.Replace("\0", "\\0", StringComparison.Ordinal)}', which no environment variable can have.");
        Argument($"{property}['{name}']", value);
    }

    private void Port(string name, int? port)
    {
        if (port is < 1 or > 65535)
            Add($"{name} is {port}; a port is between 1 and 65535.");
    }
}
