using Microsoft.Extensions.Logging;

namespace Nexus.Claude;

/// <summary>
/// What a caller may say about a query or a client. Everything has a default: <c>new ClaudeOptions()</c> behaves as the Claude Code CLI
/// does. All mistakes are reported together by an <see cref="OptionsValidationException"/> before a process is started.
/// </summary>
/// <remarks>A session takes a copy when it starts; later changes have no effect on it.</remarks>
public sealed partial class ClaudeOptions
{
    /// <summary>The model, an alias such as <c>opus</c> or an id; null for the CLI's default.</summary>
    public string? Model { get; set; }

    /// <summary>Models to turn to, in order, when <see cref="Model"/> is busy or unavailable. Default none.</summary>
    public IList<string> FallbackModels { get; set => field = value ?? []; } = [];

    /// <summary>Whether and how the model thinks; null leaves it to the CLI.</summary>
    public Thinking? Thinking { get; set; }

    /// <summary>How much effort the model puts in; null leaves it to the CLI.</summary>
    public EffortLevel? Effort { get; set; }

    /// <summary>Beta headers for API requests, for example <c>context-1m-2025-08-07</c>. The CLI warns about and drops what it does not know.</summary>
    public IList<string> Betas { get; set => field = value ?? []; } = [];

    /// <summary>The most tokens of one API answer (<c>CLAUDE_CODE_MAX_OUTPUT_TOKENS</c>); null leaves it to the CLI.</summary>
    public int? MaxOutputTokens { get; set; }

    /// <summary>The most turns of a prompt before it ends with <c>error_max_turns</c>; null for no limit.</summary>
    public int? MaxTurns { get; set; }

    /// <summary>
    /// The most US dollars the session may cost before a prompt ends with <c>error_max_budget_usd</c>; null for no limit. The CLI checks
    /// after each API answer, so the last one can exceed it.
    /// </summary>
    public decimal? MaxBudgetUsd { get; set; }

    /// <summary>A token budget that the model is told about so that it can pace itself (<c>output_config.task_budget</c>); null for none.</summary>
    public int? TaskBudget { get; set; }

    /// <summary>
    /// The system prompt. Null (the default) sends nothing, so Claude Code's own prompt applies as on the command line. This differs from
    /// the official SDKs, which replace it with an empty one unless told otherwise; <see cref="Nexus.Claude.SystemPrompt.Empty"/> does that here.
    /// </summary>
    public SystemPrompt? SystemPrompt { get; set; }

    /// <summary>What plan mode tells the model to do, in the place of its usual steps; null for those.</summary>
    public string? PlanModeInstructions { get; set; }

    /// <summary>A JSON schema for the final answer; null for free text.</summary>
    public OutputSchema? OutputSchema { get; set; }

    /// <summary>
    /// True delivers each prompt as written: no <c>@file</c> expansion and no slash commands (<c>client_composed</c>). Use it for text that
    /// the user did not type. Default false.
    /// </summary>
    public bool VerbatimPrompts { get; set; }

    /// <summary>The format of previews in questions to the user; null leaves it to the CLI, which uses Markdown.</summary>
    public QuestionPreviewFormat? QuestionPreviewFormat { get; set; }

    /// <summary>True adds <c>stream_event</c> messages while an answer is being written. Default false.</summary>
    public bool IncludePartialMessages { get; set; }

    /// <summary>True adds messages about the hooks of settings files. Default false.</summary>
    public bool IncludeHookEvents { get; set; }

    /// <summary>True forwards text and thinking of subagents, not only their tool calls. Default false.</summary>
    public bool ForwardSubagentText { get; set; }

    /// <summary>True echoes each user message once the CLI has taken it. Default false.</summary>
    public bool ReplayUserMessages { get; set; }

    /// <summary>True adds a message with a likely next prompt after each turn. Default false.</summary>
    public bool PromptSuggestions { get; set; }

    /// <summary>True adds short summaries of what running subagents do. Default false.</summary>
    public bool AgentProgressSummaries { get; set; }

    /// <summary>
    /// True says that the program can stop single background tasks, so an interrupt spares them. Default false: an interrupt ends them too.
    /// </summary>
    public bool PerTaskStopAffordance { get; set; }

    /// <summary>The kinds of dialog that <see cref="OnUserDialog"/> can show; the CLI never asks for one that is not listed. Default none.</summary>
    public IList<string> SupportedDialogKinds { get; set => field = value ?? []; } = [];

    /// <summary>What happens to messages that nobody has read yet. Default <see cref="MessageBuffering.Default"/>.</summary>
    public MessageBuffering Buffering { get; set => field = value ?? MessageBuffering.Default; } = MessageBuffering.Default;

    /// <summary>
    /// The longest line of the CLI that is taken, in bytes; a longer one is skipped and reported, and the session lives. Default 64 MiB, at least 64 KiB.
    /// </summary>
    public int MaxLineBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Where the SDK logs; null for nowhere. Prompts, keys and environment values are never logged above Trace.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>The clock. Default <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; set => field = value ?? TimeProvider.System; } = TimeProvider.System;

    /// <summary>A copy that shares no list or dictionary with this object. Values such as a <see cref="SandboxOptions"/> are shared: they do not change.</summary>
    /// <returns>The copy.</returns>
    public ClaudeOptions Clone()
    {
        var copy = (ClaudeOptions)MemberwiseClone();
        copy.FallbackModels = CopyOf(FallbackModels);
        copy.Betas = CopyOf(Betas);
        copy.SupportedDialogKinds = CopyOf(SupportedDialogKinds);
        copy.AllowedTools = CopyOf(AllowedTools);
        copy.DisallowedTools = CopyOf(DisallowedTools);
        copy.ToolAliases = new Dictionary<string, string>(ToolAliases);
        copy.McpServers = new Dictionary<string, McpServerOptions>(McpServers);
        copy.ToolServers = [.. ToolServers];
        copy.Plugins = [.. Plugins];
        copy.Agents = new Dictionary<string, AgentDefinition>(Agents);
        copy.Hooks = new HookCollection(Hooks);
        copy.SettingSources = SettingSources is null ? null : [.. SettingSources];
        copy.AdditionalDirectories = CopyOf(AdditionalDirectories);
        copy.ExtraArguments = new Dictionary<string, string?>(ExtraArguments);
        copy.Environment = new Dictionary<string, string?>(EnvironmentNames);
        if (Environment.Count > 0)
        {
            foreach ((string name, string? value) in Environment)
                copy.Environment[name] = value;
        }

        return copy;
    }

    // Not spread: that goes through the interface, which loads a dozen methods even for lists that are empty, as nearly all are.
    private static List<string> CopyOf(IList<string> list) => list.Count == 0 ? [] : new List<string>(list);
}
