using System.Globalization;

namespace Nexus.Claude.Cli;

/// <summary>
/// The command line of the CLI. What a caller says is always part of a single token <c>--flag=value</c>, so that no value can be taken for
/// a flag; what is long or secret is not here but in <see cref="InitializeRequest"/>.
/// </summary>
internal sealed class CliArguments
{
    /// <summary>What each session begins with. The prompt never rides on the command line.</summary>
    public static IReadOnlyList<string> Fixed => Always;

    private static readonly string[] Always = ["--output-format=stream-json", "--verbose", "--input-format=stream-json"];

    // Not spread: the compiler would do that by LINQ, the library of which nothing else needs on the way to the first process.
    private readonly List<string> _arguments = new(Always);

    private CliArguments()
    {
    }

    public static IReadOnlyList<string> Build(ClaudeOptions options, SettingsLayer settings, IReadOnlyList<LaunchField> fields)
    {
        var line = new CliArguments();
        line.AddModel(options);
        line.AddTools(options, settings);
        line.AddSession(options);
        line.AddStream(options);
        line.AddPlace(options);
        line.AddInitialize(settings, fields);
        line.AddExtra(options);
        return line._arguments;
    }

    private void AddModel(ClaudeOptions options)
    {
        Value("--model", options.Model);
        if (options.FallbackModels.Count > 0)
            Value("--fallback-model", string.Join(',', options.FallbackModels));
        if (options.Thinking is { } thinking)
        {
            if (thinking.BudgetTokens is { } budget)
                Value("--max-thinking-tokens", Number(budget));
            else
                Value("--thinking", thinking.IsDisabled ? "disabled" : "adaptive");
            if (!thinking.IsDisabled)
                Value("--thinking-display", thinking.Display?.Value);
        }

        Value("--effort", options.Effort?.Value);
        if (options.Betas.Count > 0)
            Value("--betas", string.Join(',', options.Betas));
        if (options.MaxTurns is { } turns)
            Value("--max-turns", Number(turns));
        if (options.MaxBudgetUsd is { } budgetUsd)
            Value("--max-budget-usd", budgetUsd.ToString(CultureInfo.InvariantCulture));
        if (options.TaskBudget is { } tokens)
            Value("--task-budget", Number(tokens));
        if (options.SystemPrompt is SystemPrompt.PromptFile file)
            Value("--system-prompt-file", OptionPaths.Full(options, file.Path));
    }

    private void AddTools(ClaudeOptions options, SettingsLayer settings)
    {
        Value("--agent", options.Agent);
        if (options.Tools is { } tools)
            Value("--tools", tools.IsDefault ? "default" : string.Join(',', tools.Names));
        if (settings.AllowedTools.Count > 0)
            Value("--allowedTools", string.Join(',', settings.AllowedTools));
        Flag("--strict-mcp-config", options.StrictMcpConfig);
        Value("--permission-mode", options.PermissionMode?.Value);
        Flag("--allow-dangerously-skip-permissions", options.AllowDangerouslySkipPermissions);
        Value("--permission-prompt-tool", options.CanUseTool is null ? options.PermissionPromptToolName : "stdio");
        Value("--permission-prompts", options.PermissionPrompts?.Value);
        // An empty list must be sent too: without the flag the CLI reads all sources.
        if (options.SettingSources is { } sources)
            AddSources(sources);
    }

    private void AddSources(IEnumerable<SettingSource> sources) =>
        Value("--setting-sources", string.Join(',', sources.Select(source => source.Value)));

    private void AddSession(ClaudeOptions options)
    {
        Value("--resume", options.Resume);
        Flag("--continue", options.Continue);
        Flag("--fork-session", options.ForkSession);
        Value("--session-id", options.SessionId?.ToString("D"));
        Value("--resume-session-at", options.ResumeSessionAt);
        Value("--resume-drops-turn", options.ResumeDropsTurn);
        Flag("--no-session-persistence", !options.PersistSession);
    }

    private void AddStream(ClaudeOptions options)
    {
        Flag("--include-partial-messages", options.IncludePartialMessages);
        Flag("--include-hook-events", options.IncludeHookEvents);
        Flag("--replay-user-messages", options.ReplayUserMessages);
        Flag("--session-mirror", options.SessionStore is not null);
    }

    private void AddPlace(ClaudeOptions options)
    {
        foreach (string directory in options.AdditionalDirectories)
            Value("--add-dir", OptionPaths.Full(options, directory));
        Value("--project-config-root", options.ProjectConfigRoot);
        if (options.DebugFile is { } file)
            Value("--debug-file", OptionPaths.Full(options, file));
        else
            Flag("--debug", options.Debug);
    }

    private void AddInitialize(SettingsLayer settings, IReadOnlyList<LaunchField> fields)
    {
        Value("--settings", settings.Path);
        if (fields.Count > 0)
            AddFields(fields);
    }

    private void AddFields(IReadOnlyList<LaunchField> fields)
    {
        _arguments.Add("--await-initialize");
        string[] named = [.. fields.Where(field => field.IsNamedOnCommandLine).Select(field => field.Member)];
        if (named.Length > 0)
            Value("--initialize-fields", string.Join(',', named));
        Flag("--managed-settings-in-initialize", fields.Contains(LaunchField.ManagedSettings));
    }

    private void AddExtra(ClaudeOptions options)
    {
        foreach ((string name, string? value) in options.ExtraArguments)
        {
            string flag = "--" + name.TrimStart('-');
            _arguments.Add(value is null ? flag : flag + "=" + value);
        }
    }

    private void Flag(string flag, bool isSet)
    {
        if (isSet)
            _arguments.Add(flag);
    }

    private void Value(string flag, string? value)
    {
        if (value is not null)
            _arguments.Add(flag + "=" + value);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
