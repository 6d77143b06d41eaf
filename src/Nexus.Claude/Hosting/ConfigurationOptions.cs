using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Nexus.Claude.Hosting;

/// <summary>
/// Options out of configuration, by hand: the usual binder needs reflection, cannot make an open value out of a string, and passes over a key
/// that is misspelled.
/// </summary>
/// <param name="configuration">The section.</param>
internal sealed class ConfigurationOptions(IConfiguration configuration)
{
    private static readonly Dictionary<string, Action<ClaudeOptions, IConfigurationSection>> Readers = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(ClaudeOptions.Model)] = (options, value) => options.Model = Text(value),
        [nameof(ClaudeOptions.FallbackModels)] = (options, value) => options.FallbackModels = List(value),
        [nameof(ClaudeOptions.Effort)] = (options, value) => options.Effort = new EffortLevel(Text(value)),
        [nameof(ClaudeOptions.Thinking)] = (options, value) => options.Thinking = ThinkingOf(value),
        [nameof(ClaudeOptions.Betas)] = (options, value) => options.Betas = List(value),
        [nameof(ClaudeOptions.MaxOutputTokens)] = (options, value) => options.MaxOutputTokens = Number(value),
        [nameof(ClaudeOptions.MaxTurns)] = (options, value) => options.MaxTurns = Number(value),
        [nameof(ClaudeOptions.MaxBudgetUsd)] = (options, value) => options.MaxBudgetUsd = Money(value),
        [nameof(ClaudeOptions.TaskBudget)] = (options, value) => options.TaskBudget = Number(value),
        [nameof(ClaudeOptions.SystemPrompt)] = (options, value) => options.SystemPrompt = SystemPrompt.Custom(Text(value)),
        [nameof(ClaudeOptions.PlanModeInstructions)] = (options, value) => options.PlanModeInstructions = Text(value),
        [nameof(ClaudeOptions.OutputSchema)] = (options, value) => options.OutputSchema = OutputSchema.Json(Text(value)),
        [nameof(ClaudeOptions.MaxStructuredOutputRetries)] = (options, value) => options.MaxStructuredOutputRetries = Number(value),
        [nameof(ClaudeOptions.VerbatimPrompts)] = (options, value) => options.VerbatimPrompts = Flag(value),
        [nameof(ClaudeOptions.IncludePartialMessages)] = (options, value) => options.IncludePartialMessages = Flag(value),
        [nameof(ClaudeOptions.IncludeHookEvents)] = (options, value) => options.IncludeHookEvents = Flag(value),
        [nameof(ClaudeOptions.ForwardSubagentText)] = (options, value) => options.ForwardSubagentText = Flag(value),
        [nameof(ClaudeOptions.PromptSuggestions)] = (options, value) => options.PromptSuggestions = Flag(value),
        [nameof(ClaudeOptions.AgentProgressSummaries)] = (options, value) => options.AgentProgressSummaries = Flag(value),
        [nameof(ClaudeOptions.IncludeContentInTelemetry)] = (options, value) => options.IncludeContentInTelemetry = Flag(value),
        [nameof(ClaudeOptions.MaxLineBytes)] = (options, value) => options.MaxLineBytes = Number(value),
        [nameof(ClaudeOptions.PersistSession)] = (options, value) => options.PersistSession = Flag(value),
        [nameof(ClaudeOptions.SessionStoreLoadTimeout)] = (options, value) => options.SessionStoreLoadTimeout = Duration(value),
        [nameof(ClaudeOptions.EnableFileCheckpointing)] = (options, value) => options.EnableFileCheckpointing = Flag(value),
        [nameof(ClaudeOptions.WorkingDirectory)] = (options, value) => options.WorkingDirectory = Text(value),
        [nameof(ClaudeOptions.AdditionalDirectories)] = (options, value) => options.AdditionalDirectories = List(value),
        [nameof(ClaudeOptions.ProjectConfigRoot)] = (options, value) => options.ProjectConfigRoot = Text(value),
        [nameof(ClaudeOptions.Tools)] = (options, value) => options.Tools = ToolsOf(value),
        [nameof(ClaudeOptions.AllowedTools)] = (options, value) => options.AllowedTools = List(value),
        [nameof(ClaudeOptions.DisallowedTools)] = (options, value) => options.DisallowedTools = List(value),
        [nameof(ClaudeOptions.StrictMcpConfig)] = (options, value) => options.StrictMcpConfig = Flag(value),
        [nameof(ClaudeOptions.Agent)] = (options, value) => options.Agent = Text(value),
        [nameof(ClaudeOptions.PermissionMode)] = (options, value) => options.PermissionMode = new PermissionMode(Text(value)),
        [nameof(ClaudeOptions.AllowDangerouslySkipPermissions)] = (options, value) => options.AllowDangerouslySkipPermissions = Flag(value),
        [nameof(ClaudeOptions.PermissionPromptToolName)] = (options, value) => options.PermissionPromptToolName = Text(value),
        [nameof(ClaudeOptions.PermissionTimeout)] = (options, value) => options.PermissionTimeout = Duration(value),
        [nameof(ClaudeOptions.SettingSources)] = (options, value) => options.SettingSources = [.. List(value).Select(static name => new SettingSource(name))],
        [nameof(ClaudeOptions.CliPath)] = (options, value) => options.CliPath = Text(value),
        [nameof(ClaudeOptions.AutoDownload)] = (options, value) => options.AutoDownload = Flag(value),
        [nameof(ClaudeOptions.Environment)] = (options, value) => Fill(options.Environment, value),
        [nameof(ClaudeOptions.InheritEnvironment)] = (options, value) => options.InheritEnvironment = Flag(value),
        [nameof(ClaudeOptions.ExtraArguments)] = (options, value) => Fill(options.ExtraArguments, value),
        [nameof(ClaudeOptions.User)] = (options, value) => options.User = Text(value),
        [nameof(ClaudeOptions.Debug)] = (options, value) => options.Debug = Flag(value),
        [nameof(ClaudeOptions.DebugFile)] = (options, value) => options.DebugFile = Text(value),
        [nameof(ClaudeOptions.ControlRequestTimeout)] = (options, value) => options.ControlRequestTimeout = Duration(value),
        [nameof(ClaudeOptions.InitializeTimeout)] = (options, value) => options.InitializeTimeout = Duration(value),
        [nameof(ClaudeOptions.ShutdownTimeout)] = (options, value) => options.ShutdownTimeout = Duration(value),
        [nameof(ClaudeOptions.IdleTimeout)] = (options, value) => options.IdleTimeout = Duration(value),
        [nameof(ClaudeOptions.TurnTimeout)] = (options, value) => options.TurnTimeout = Duration(value),
    };

    /// <summary>The names of the options that configuration can set.</summary>
    public static IReadOnlyCollection<string> Names => Readers.Keys;

    /// <summary>Sets what the configuration says; the rest stays.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="OptionsValidationException">A key is not known or a value cannot be read; all are named, values are not.</exception>
    public void ApplyTo(ClaudeOptions options)
    {
        List<string> mistakes = [];
        foreach (var section in configuration.GetChildren())
        {
            if (!Readers.TryGetValue(section.Key, out var read))
            {
                mistakes.Add(
                    $"{section.Path} is no option that can be set by configuration; see the list in docs/hosting.md, or set it in code.");
                continue;
            }

            try
            {
                read(options, section);
            }
            catch (FormatException wrong)
            {
                mistakes.Add($"{section.Path} {wrong.Message}");
            }
        }

        if (mistakes.Count > 0)
            throw new OptionsValidationException(mistakes);
    }

    private static string Text(IConfigurationSection section) => section.Value ?? throw new FormatException("must be a text.");

    private static int Number(IConfigurationSection section) =>
        int.TryParse(section.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException("must be a whole number.");

    private static decimal Money(IConfigurationSection section) =>
        decimal.TryParse(section.Value, NumberStyles.Number, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException("must be a number such as 2.50.");

    private static bool Flag(IConfigurationSection section) =>
        bool.TryParse(section.Value, out var flag) ? flag : throw new FormatException("must be true or false.");

    private static TimeSpan Duration(IConfigurationSection section) =>
        TimeSpan.TryParse(section.Value, CultureInfo.InvariantCulture, out var duration)
            ? duration
            : throw new FormatException("must be a duration such as 00:01:30.");

    /// <summary>A list by items, or one text with commas, as environment variables give it.</summary>
    private static List<string> List(IConfigurationSection section)
    {
        if (section.Value is { } text)
            return [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        return [.. section.GetChildren().Select(static item => item.Value ?? throw new FormatException("must be a list of texts."))];
    }

    private static void Fill(IDictionary<string, string?> values, IConfigurationSection section)
    {
        if (section.Value is { Length: > 0 })
            throw new FormatException("must be an object of names and texts.");
        foreach (var item in section.GetChildren())
            values[item.Key] = item.Value;
    }

    private static ToolSet ToolsOf(IConfigurationSection section) => section.Value switch
    {
        "default" => ToolSet.Default,
        "none" => ToolSet.None,
        _ => ToolSet.Of(List(section)),
    };

    private static Thinking ThinkingOf(IConfigurationSection section) => section.Value switch
    {
        "adaptive" => Thinking.Adaptive,
        "disabled" => Thinking.Disabled,
        "enabled" => Thinking.Enabled(),
        { } text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var budget) => Thinking.Enabled(budget),
        _ => throw new FormatException("must be adaptive, enabled, disabled or a budget of tokens."),
    };
}
