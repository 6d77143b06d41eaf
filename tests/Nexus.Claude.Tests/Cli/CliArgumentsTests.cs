using CsCheck;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Tests.Cli;

[Parallelizable(ParallelScope.All)]
public sealed class CliArgumentsTests
{
    private static readonly Guid Session = new("11111111-1111-4111-8111-111111111111");

    private static TestCaseData Case(string name, Action<ClaudeOptions> configure, params string[] expected) =>
        new TestCaseData(configure, expected).SetArgDisplayNames(name);

    private static IEnumerable<TestCaseData> Options() =>
    [
        Case("Model", o => o.Model = "opus", "--model=opus"),
        Case("Model with a dash first", o => o.Model = "--resume", "--model=--resume"),
        Case("Model with quotes and spaces", o => o.Model = "a \"b\" 'c' d", "--model=a \"b\" 'c' d"),
        Case("FallbackModels", o => o.FallbackModels = ["haiku", "sonnet"], "--fallback-model=haiku,sonnet"),
        Case("FallbackModels empty", o => o.FallbackModels = []),
        Case("Thinking adaptive", o => o.Thinking = Thinking.Adaptive, "--thinking=adaptive"),
        Case("Thinking adaptive with display", o => o.Thinking = Thinking.Adaptive with { Display = ThinkingDisplay.Omitted }, "--thinking=adaptive", "--thinking-display=omitted"),
        Case("Thinking budget", o => o.Thinking = Thinking.Enabled(2048) with { Display = ThinkingDisplay.Summarized }, "--max-thinking-tokens=2048", "--thinking-display=summarized"),
        Case("Thinking without budget", o => o.Thinking = Thinking.Enabled(), "--thinking=adaptive"),
        Case("Thinking disabled", o => o.Thinking = Thinking.Disabled with { Display = ThinkingDisplay.Omitted }, "--thinking=disabled"),
        Case("Effort", o => o.Effort = EffortLevel.XHigh, "--effort=xhigh"),
        Case("Betas", o => o.Betas = ["context-1m-2025-08-07", "x"], "--betas=context-1m-2025-08-07,x"),
        Case("MaxTurns", o => o.MaxTurns = 3, "--max-turns=3"),
        Case("MaxBudgetUsd", o => o.MaxBudgetUsd = 1234.5m, "--max-budget-usd=1234.5"),
        Case("MaxBudgetUsd small", o => o.MaxBudgetUsd = 0.0001m, "--max-budget-usd=0.0001"),
        Case("TaskBudget", o => o.TaskBudget = 30_000, "--task-budget=30000"),
        Case("Agent", o => o.Agent = "reviewer", "--agent=reviewer"),
        Case("Tools list", o => o.Tools = ["Bash", "Read"], "--tools=Bash,Read"),
        Case("Tools empty list", o => o.Tools = [], "--tools="),
        Case("Tools none", o => o.Tools = ToolSet.None, "--tools="),
        Case("Tools default", o => o.Tools = ToolSet.Default, "--tools=default"),
        Case("AllowedTools", o => o.AllowedTools = ["Read", "Bash(git log, git diff *)"], "--allowedTools=Read,Bash(git log, git diff *)"),
        Case("AllowedTools empty", o => o.AllowedTools = []),
        Case("Skills all", o => { o.Skills = SkillSet.All; o.AllowedTools = ["Read"]; }, "--allowedTools=Read,Skill"),
        Case("Skills list", o => { o.Skills = ["pdf", "p:x"]; o.AllowedTools = ["Skill(pdf)"]; }, "--allowedTools=Skill(pdf),Skill(p:x)"),
        Case("Skills none", o => o.Skills = []),
        Case("StrictMcpConfig", o => o.StrictMcpConfig = true, "--strict-mcp-config"),
        Case("PermissionMode", o => o.PermissionMode = new PermissionMode("plan"), "--permission-mode=plan"),
        Case("Bypass", o => { o.PermissionMode = new PermissionMode("bypassPermissions"); o.AllowDangerouslySkipPermissions = true; }, "--permission-mode=bypassPermissions", "--allow-dangerously-skip-permissions"),
        Case("PermissionPromptToolName", o => o.PermissionPromptToolName = "mcp__a__b", "--permission-prompt-tool=mcp__a__b"),
        Case("PermissionPrompts", o => o.PermissionPrompts = PermissionPromptTarget.None, "--permission-prompts=none"),
        Case("SettingSources", o => o.SettingSources = [SettingSource.User, SettingSource.Project, SettingSource.Local], "--setting-sources=user,project,local"),
        Case("SettingSources empty is still sent", o => o.SettingSources = [], "--setting-sources="),
        Case("Resume", o => o.Resume = "my title", "--resume=my title"),
        Case("Resume with a line break", o => o.Resume = "-a\n--b 日本", "--resume=-a\n--b 日本"),
        Case("Continue and fork with an id", o => { o.Continue = true; o.ForkSession = true; o.SessionId = Session; }, "--continue", "--fork-session", "--session-id=11111111-1111-4111-8111-111111111111"),
        Case("SessionId", o => o.SessionId = Session, "--session-id=11111111-1111-4111-8111-111111111111"),
        Case("ResumeSessionAt", o => { o.Resume = "a"; o.ResumeSessionAt = "b"; o.ResumeDropsTurn = ""; }, "--resume=a", "--resume-session-at=b", "--resume-drops-turn="),
        Case("PersistSession", o => o.PersistSession = false, "--no-session-persistence"),
        Case("IncludePartialMessages", o => o.IncludePartialMessages = true, "--include-partial-messages"),
        Case("IncludeHookEvents", o => o.IncludeHookEvents = true, "--include-hook-events"),
        Case("ReplayUserMessages", o => o.ReplayUserMessages = true, "--replay-user-messages"),
        Case("SessionStore", o => o.SessionStore = new InMemorySessionStore(), "--session-mirror"),
        Case("Debug", o => o.Debug = true, "--debug"),
        Case("ExtraArguments flag", o => o.ExtraArguments["bare"] = null, "--bare"),
        Case("ExtraArguments with dashes", o => o.ExtraArguments["--plugin-url"] = "--x y", "--plugin-url=--x y"),
        Case("ExtraArguments empty value", o => o.ExtraArguments["worktree"] = "", "--worktree="),
        Case("What rides elsewhere", o => { o.Environment["A"] = "b"; o.EnableFileCheckpointing = true; o.Title = "t"; o.User = "nobody"; o.VerbatimPrompts = true; }),
    ];

    [TestCaseSource(nameof(Options))]
    public void An_option_becomes_exactly_these_arguments(Action<ClaudeOptions> configure, string[] expected) =>
        Assert.That(CommandReading.Command(configure).Own(), Is.EqualTo(expected));

    [Test]
    public void Defaults_produce_the_shortest_command_and_an_empty_initialize()
    {
        CliCommand command = CommandReading.Command();

        Assert.Multiple(() =>
        {
            Assert.That(command.Arguments, Is.EqualTo(new[] { "--output-format=stream-json", "--verbose", "--input-format=stream-json" }));
            Assert.That(command.Initialize().ToJsonString(), Is.EqualTo("""{"subtype":"initialize"}"""));
            Assert.That(command.HasLaunchFields, Is.False);
            Assert.That(command.WorkingDirectory, Is.Null);
        });
    }

    [Test]
    public void A_flag_that_an_option_stands_for_is_refused_as_an_extra_argument()
    {
        // These come from ExtraArguments in the cases above; --debug takes a filter that the option does not offer.
        string[] free = ["--bare", "--plugin-url", "--worktree", "--debug"];
        IEnumerable<string> flags = Options().SelectMany(test => (string[])test.Arguments[1]!).Select(argument => argument.Split('=')[0]).Except(free);

        Assert.Multiple(() =>
        {
            foreach (string flag in flags)
                Assert.That(ClaudeOptionsValidator.Collect(new ClaudeOptions { ExtraArguments = { [flag] = null } }, isWindows: false), Is.Not.Empty, flag);
        });
    }

    [Test]
    public void Relative_paths_start_at_the_working_directory_and_arrive_in_full()
    {
        using var folder = new TemporaryFolder();
        string extra = folder.Folder("-extra dir");
        string prompt = folder.File("prompt.txt", "p");
        string settings = folder.File("settings.json", "{}");

        CliCommand command = CommandReading.Command(o =>
        {
            o.WorkingDirectory = folder.Path;
            o.AdditionalDirectories = ["-extra dir", folder.Path];
            o.SystemPrompt = SystemPrompt.File("prompt.txt");
            o.Settings = ClaudeSettings.File("settings.json");
            o.DebugFile = "debug.txt";
            o.ProjectConfigRoot = folder.Path;
        });

        Assert.Multiple(() =>
        {
            Assert.That(command.WorkingDirectory, Is.EqualTo(folder.Path));
            Assert.That(command.Own(), Is.EquivalentTo(new[]
            {
                "--system-prompt-file=" + prompt, "--settings=" + settings, "--add-dir=" + extra, "--add-dir=" + folder.Path,
                "--project-config-root=" + folder.Path, "--debug-file=" + Path.Combine(folder.Path, "debug.txt"),
            }));
            Assert.That(command.Initialize(), Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void A_debug_file_implies_debug_without_a_second_flag()
    {
        string file = Path.Combine(Path.GetTempPath(), "d.txt");

        Assert.That(CommandReading.Command(o => { o.Debug = true; o.DebugFile = file; }).Own(), Is.EqualTo(new[] { "--debug-file=" + file }));
    }

    [Test]
    public void No_text_of_a_caller_can_begin_an_argument()
    {
        string[] flags =
        [
            "--model=", "--fallback-model=", "--betas=", "--agent=", "--tools=", "--allowedTools=", "--resume=", "--resume-session-at=",
            "--resume-drops-turn=", "--permission-prompt-tool=", "--plugin-url=", "--effort=", "--permission-mode=",
            "--await-initialize", "--initialize-fields=settings", "--initialize-fields=disallowedTools", "--initialize-fields=settings,disallowedTools",
        ];
        Gen<string> text = Gen.OneOf(
            Gen.String,
            Gen.String[Gen.Char["-= ,()\"'\\\n\tabA9é日/*"], 0, 30],
            Gen.String[Gen.Char["-= ,\n\"abc"], 1, 30].Select(s => "--" + s));

        text.Array[13].Sample(
            values =>
            {
                var options = new ClaudeOptions
                {
                    CliPath = "claude",
                    Model = values[0],
                    FallbackModels = [values[1]],
                    Betas = [values[2]],
                    Agent = values[3],
                    Tools = [values[4]],
                    AllowedTools = [values[5]],
                    DisallowedTools = [values[6]],
                    Resume = values[7],
                    ResumeSessionAt = values[8],
                    ResumeDropsTurn = values[9],
                    PermissionPromptToolName = values[10],
                    Effort = new EffortLevel(values[11]),
                    PermissionMode = new PermissionMode(values[12]),
                };
                options.ExtraArguments["plugin-url"] = values[0];
                Drop(options);

                IReadOnlyList<string> arguments = CliCommand.Create(options, isWindows: false).Arguments;

                return arguments.Take(3).SequenceEqual(CliArguments.Fixed)
                    && arguments.Skip(3).All(argument => flags.Any(flag => flag[^1] == '=' ? argument.StartsWith(flag, StringComparison.Ordinal) : argument == flag))
                    && arguments.Skip(3).Select(argument => argument.Split('=')[0]).Distinct().Count() == arguments.Count - 3;
            },
            iter: 2000);
    }

    /// <summary>Takes out what the validator refuses, so that the rest of a random set of options is still tried.</summary>
    private static void Drop(ClaudeOptions options)
    {
        foreach (string mistake in ClaudeOptionsValidator.Collect(options, isWindows: false))
        {
            switch (mistake.Split(' ', '[', '\'')[0])
            {
                case "Model": options.Model = null; break;
                case "FallbackModels": options.FallbackModels = []; break;
                case "Betas": options.Betas = []; break;
                case "Agent": options.Agent = null; break;
                case "Tools": options.Tools = null; break;
                case "AllowedTools": options.AllowedTools = []; break;
                case "DisallowedTools": options.DisallowedTools = []; break;
                case "PermissionPromptToolName": options.PermissionPromptToolName = null; break;
                case "Effort": options.Effort = null; break;
                case "PermissionMode": options.PermissionMode = null; break;
                case "ExtraArguments": options.ExtraArguments.Clear(); break;
                default: options.Resume = options.ResumeSessionAt = options.ResumeDropsTurn = null; break;
            }
        }
    }
}
