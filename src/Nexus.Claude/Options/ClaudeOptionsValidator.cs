namespace Nexus.Claude;

/// <summary>Finds everything that is wrong with options before a process is started: what the CLI would refuse, and what it would drop without a word.</summary>
internal sealed partial class ClaudeOptionsValidator
{
    private const int SmallestMaxLineBytes = 64 * 1024;

    private readonly ClaudeOptions _options;
    private readonly bool _isWindows;
    private readonly List<string> _mistakes = [];

    private ClaudeOptionsValidator(ClaudeOptions options, bool isWindows)
    {
        _options = options;
        _isWindows = isWindows;
    }

    /// <summary>Throws when there is a mistake.</summary>
    /// <exception cref="OptionsValidationException">The options have mistakes; all are named.</exception>
    public static void Validate(ClaudeOptions options)
    {
        List<string> mistakes = Collect(options, OperatingSystem.IsWindows());
        if (mistakes.Count > 0)
            throw new OptionsValidationException(mistakes);
    }

    /// <summary>One sentence for each mistake; each names the property and says what to do.</summary>
    public static List<string> Collect(ClaudeOptions options, bool isWindows)
    {
        var validator = new ClaudeOptionsValidator(options, isWindows);
        validator.CheckPlace();
        validator.CheckModel();
        validator.CheckSession();
        validator.CheckSessionStore();
        validator.CheckTools();
        // Asked here: to call them would load everything about agents, servers and hooks, and this is on the way to the first process.
        if (options.Agent is not null || options.Agents.Count > 0)
            validator.CheckAgents();
        if (options.McpServers.Count > 0)
            validator.CheckServers();
        validator.CheckToolServers();
        validator.CheckPermissions();
        if (options.Hooks.Count > 0)
            validator.CheckHooks();
        validator.CheckSettings();
        if (options.Environment.Count > 0)
            validator.CheckEnvironment();
        if (options.User is not null || options.ExtraArguments.Count > 0)
            validator.CheckProcess();
        validator.CheckLimits();
        validator.CheckUsage();
        return validator._mistakes;
    }

    private void CheckModel()
    {
        Word("Model", _options.Model);
        for (int index = 0; index < _options.FallbackModels.Count; index++)
        {
            string name = $"FallbackModels[{index}]";
            string? model = _options.FallbackModels[index];
            if (!RequiredWord(name, model))
                continue;
            if (model.Contains(',', StringComparison.Ordinal))
                Add($"{name} holds a comma; give each model as an entry of its own.");
            else if (model == _options.Model)
                Add($"{name} is the same as Model ('{model}'); name another model or leave it out.");
        }

        Known("Effort", _options.Effort?.Value, "low", "medium", "high", "xhigh", "max");
        Known("Thinking.Display", _options.Thinking?.Display?.Value, "summarized", "omitted", "highlights");
        if (_options.Thinking?.BudgetTokens <= 0)
            Add("Thinking has a budget that is not greater than zero; use Thinking.Disabled to turn thinking off.");
        Entries("Betas", _options.Betas);
        Known("QuestionPreviewFormat", _options.QuestionPreviewFormat?.Value, "markdown", "html");
        switch (_options.SystemPrompt)
        {
            case SystemPrompt.CustomPrompt custom:
                if (custom.Blocks.Count == 0)
                    Add("SystemPrompt has no blocks; use SystemPrompt.Empty for no prompt, or null for Claude Code's own.");
                for (int index = 0; index < custom.Blocks.Count; index++)
                {
                    // The name is made only for the message: the first text that is put together loads what pools are watched by.
                    if (!IsWellFormed(custom.Blocks[index]))
                        Text($"SystemPrompt block {index}", custom.Blocks[index]);
                }
                break;
            case SystemPrompt.ClaudeCodePrompt { Append: { } append }:
                Text("SystemPrompt (append)", append);
                break;
            case SystemPrompt.PromptFile file when FullPath("SystemPrompt", file.Path) is { } path && !File.Exists(path):
                Add($"SystemPrompt names the file '{path}', which does not exist.");
                break;
        }

        Text("PlanModeInstructions", _options.PlanModeInstructions);
        if (_options.OutputSchema?.Content is { } schema)
        {
            if (schema.Mistake is { } mistake)
                Add($"OutputSchema {mistake}; give a JSON schema whose root is an object.");
            else if (schema.Value!["type"]?.ToJsonString() is { } type and not "\"object\"")
                Add($"OutputSchema has the root type {type}; it must be \"object\", so put the value into a member of an object.");
        }
    }

    private void CheckSession()
    {
        RequiredIfSet("Resume", _options.Resume);
        if (_options.Resume is not null && _options.Continue)
            Add("Resume and Continue are both set; use Resume for a certain session or Continue for the newest one.");
        bool takesUp = _options.Resume is not null || _options.Continue;
        if (_options.ForkSession && !takesUp)
            Add("ForkSession is set without Resume or Continue; set one of them or leave ForkSession out.");
        if (_options.SessionId is { } id)
            CheckSessionId(id, takesUp);
        RequiredIfSet("ResumeSessionAt", _options.ResumeSessionAt);
        if (_options.ResumeSessionAt is not null && _options.Resume is null)
            Add("ResumeSessionAt is set without Resume; set Resume to the session it belongs to.");
        Argument("ResumeDropsTurn", _options.ResumeDropsTurn);
        if (_options.ResumeDropsTurn is not null && _options.ResumeSessionAt is null)
            Add("ResumeDropsTurn is set without ResumeSessionAt; it only checks what ResumeSessionAt drops.");
        Text("Title", _options.Title);
        Entries("SupportedDialogKinds", _options.SupportedDialogKinds);
    }

    private void CheckSessionId(Guid id, bool takesUp)
    {
        if (takesUp && !_options.ForkSession)
            Add("SessionId is set together with Resume or Continue; set ForkSession too, or leave SessionId out to keep the session's own id.");
        if (id == Guid.Empty)
            Add("SessionId is the empty Guid; use Guid.NewGuid() or leave it out.");
    }

    private void CheckLimits()
    {
        Positive("MaxTurns", _options.MaxTurns);
        Positive("MaxOutputTokens", _options.MaxOutputTokens);
        Positive("TaskBudget", _options.TaskBudget);
        if (_options.MaxBudgetUsd <= 0)
            Add("MaxBudgetUsd must be greater than zero; leave it null for no limit.");
        Positive("ControlRequestTimeout", _options.ControlRequestTimeout);
        Positive("InitializeTimeout", _options.InitializeTimeout);
        Positive("ShutdownTimeout", _options.ShutdownTimeout);
        Positive("IdleTimeout", _options.IdleTimeout);
        Positive("TurnTimeout", _options.TurnTimeout);
        Positive("PermissionTimeout", _options.PermissionTimeout);
        if (_options.MaxLineBytes < SmallestMaxLineBytes)
            Add($"MaxLineBytes is {_options.MaxLineBytes}; it must be at least {SmallestMaxLineBytes}, as ordinary messages are longer than that would allow.");
        if (_options.Buffering.ByteBudget <= 0)
            Add("Buffering has a byte budget that is not greater than zero; use MessageBuffering.Unbounded for no budget.");
    }

    private void Positive(string name, int? value)
    {
        if (value <= 0)
            Add($"{name} must be greater than zero; leave it null for no limit.");
    }

    private void Positive(string name, TimeSpan? value)
    {
        // A timer cannot wait longer than about 49 days.
        if (value <= TimeSpan.Zero || value?.TotalMilliseconds > uint.MaxValue - 1)
            Add($"{name} must be greater than zero and less than 49 days.");
    }

    private void Add(string mistake) => _mistakes.Add(mistake);
}
