using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nexus.Claude.Hooks;

namespace Nexus.Claude.Tests.Hooks;

/// <summary>The exact JSON of every answer.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class HookOutputTests
{
    private static readonly Type[] OutputTypes =
        [.. typeof(HookOutput).Assembly.GetExportedTypes().Where(type => type.IsSubclassOf(typeof(HookOutput)) && !type.IsAbstract)];

    private static IEnumerable<TestCaseData> Answers()
    {
        JsonObject input = new() { ["command"] = "ls" };
        yield return Case(PreToolUseHookOutput.Allow(), """{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow"}}""");
        yield return Case(PreToolUseHookOutput.Allow(input), """{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow","updatedInput":{"command":"ls"}}}""");
        yield return Case(PreToolUseHookOutput.Deny("no"), """{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"no"}}""");
        yield return Case(PreToolUseHookOutput.Ask("hm"), """{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"ask","permissionDecisionReason":"hm"}}""");
        yield return Case(PreToolUseHookOutput.Defer(), """{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"defer"}}""");
        yield return Case(new PreToolUseHookOutput { AdditionalContext = "c" }, """{"hookSpecificOutput":{"hookEventName":"PreToolUse","additionalContext":"c"}}""");
        yield return Case(new PreToolUseHookOutput { UpdatedInput = input }, """{"hookSpecificOutput":{"hookEventName":"PreToolUse","updatedInput":{"command":"ls"}}}""");
        yield return Case(
            new PostToolUseHookOutput { AdditionalContext = "c", UpdatedToolOutput = "t", UpdatedMcpToolOutput = new JsonArray(1), ClassifierContext = "u" },
            """{"hookSpecificOutput":{"hookEventName":"PostToolUse","additionalContext":"c","updatedToolOutput":"t","updatedMCPToolOutput":[1],"classifierContext":"u"}}""");
        yield return Case(PostToolUseHookOutput.Block("bad"), """{"decision":"block","reason":"bad"}""");
        yield return Case(new PostToolUseFailureHookOutput { AdditionalContext = "c" }, """{"hookSpecificOutput":{"hookEventName":"PostToolUseFailure","additionalContext":"c"}}""");
        yield return Case(new PostToolBatchHookOutput { AdditionalContext = "c" }, """{"hookSpecificOutput":{"hookEventName":"PostToolBatch","additionalContext":"c"}}""");
        yield return Case(PostToolBatchHookOutput.Block("b"), """{"decision":"block","reason":"b"}""");
        yield return Case(new NotificationHookOutput { AdditionalContext = "c" }, """{"hookSpecificOutput":{"hookEventName":"Notification","additionalContext":"c"}}""");
        yield return Case(UserPromptSubmitHookOutput.AddContext("c"), """{"hookSpecificOutput":{"hookEventName":"UserPromptSubmit","additionalContext":"c"}}""");
        yield return Case(
            UserPromptSubmitHookOutput.Block("b") with { SuppressOriginalPrompt = true, SessionTitle = "t" },
            """{"decision":"block","reason":"b","hookSpecificOutput":{"hookEventName":"UserPromptSubmit","sessionTitle":"t","suppressOriginalPrompt":true}}""");
        yield return Case(
            UserPromptExpansionHookOutput.Block("b") with { SuppressOriginalPrompt = true, AdditionalContext = "c" },
            """{"decision":"block","reason":"b","hookSpecificOutput":{"hookEventName":"UserPromptExpansion","additionalContext":"c","suppressOriginalPrompt":true}}""");
        yield return Case(
            new SessionStartHookOutput { AdditionalContext = "c", InitialUserMessage = "i", SessionTitle = "t", WatchPaths = ["/a"], ReloadSkills = true },
            """{"hookSpecificOutput":{"hookEventName":"SessionStart","additionalContext":"c","initialUserMessage":"i","sessionTitle":"t","watchPaths":["/a"],"reloadSkills":true}}""");
        yield return Case(new SessionEndHookOutput { SystemMessage = "m" }, """{"systemMessage":"m"}""");
        yield return Case(StopHookOutput.Block("go on"), """{"decision":"block","reason":"go on"}""");
        yield return Case(new StopHookOutput { AdditionalContext = "c" }, """{"hookSpecificOutput":{"hookEventName":"Stop","additionalContext":"c"}}""");
        yield return Case(new StopFailureHookOutput(), "{}");
        yield return Case(new SubagentStartHookOutput { AdditionalContext = "c" }, """{"hookSpecificOutput":{"hookEventName":"SubagentStart","additionalContext":"c"}}""");
        yield return Case(SubagentStopHookOutput.Block("go on"), """{"decision":"block","reason":"go on"}""");
        yield return Case(PreCompactHookOutput.Block("b"), """{"decision":"block","reason":"b"}""");
        yield return Case(new PostCompactHookOutput { SuppressOutput = true }, """{"suppressOutput":true}""");
        yield return Case(PreModelSwitchHookOutput.Deny("no"), """{"hookSpecificOutput":{"hookEventName":"PreModelSwitch","permissionDecision":"deny","permissionDecisionReason":"no"}}""");
        yield return Case(PreModelSwitchHookOutput.Allow(), """{"hookSpecificOutput":{"hookEventName":"PreModelSwitch","permissionDecision":"allow"}}""");
        yield return Case(new PostModelSwitchHookOutput { AdditionalContext = "c" }, """{"hookSpecificOutput":{"hookEventName":"PostModelSwitch","additionalContext":"c"}}""");
        yield return Case(
            PermissionRequestHookOutput.Allow(input, [new SetModeUpdate(PermissionMode.Plan)]),
            """{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"allow","updatedInput":{"command":"ls"},"updatedPermissions":[{"type":"setMode","mode":"plan","destination":"session"}]}}}""");
        yield return Case(
            PermissionRequestHookOutput.Deny("no", interrupt: true),
            """{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"deny","message":"no","interrupt":true}}}""");
        yield return Case(new PermissionRequestHookOutput(), "{}");
        yield return Case(new PermissionDeniedHookOutput { Retry = true }, """{"hookSpecificOutput":{"hookEventName":"PermissionDenied","retry":true}}""");
        yield return Case(new SetupHookOutput { AdditionalContext = "c" }, """{"hookSpecificOutput":{"hookEventName":"Setup","additionalContext":"c"}}""");
        yield return Case(new TeammateIdleHookOutput { Continue = false, StopReason = "enough" }, """{"continue":false,"stopReason":"enough"}""");
        yield return Case(TaskCreatedHookOutput.Block("b"), """{"decision":"block","reason":"b"}""");
        yield return Case(new TaskCompletedHookOutput { Decision = HookDecision.Approve }, """{"decision":"approve"}""");
        yield return Case(
            ElicitationHookOutput.Accept(new JsonObject { ["colour"] = "blue" }),
            """{"hookSpecificOutput":{"hookEventName":"Elicitation","action":"accept","content":{"colour":"blue"}}}""");
        yield return Case(ElicitationHookOutput.Decline("no"), """{"decision":"block","reason":"no","hookSpecificOutput":{"hookEventName":"Elicitation","action":"decline"}}""");
        yield return Case(ElicitationResultHookOutput.Decline(), """{"decision":"block","hookSpecificOutput":{"hookEventName":"ElicitationResult","action":"decline"}}""");
        yield return Case(ConfigChangeHookOutput.Block("b"), """{"decision":"block","reason":"b"}""");
        yield return Case(new WorktreeCreateHookOutput { WorktreePath = "/w" }, """{"hookSpecificOutput":{"hookEventName":"WorktreeCreate","worktreePath":"/w"}}""");
        yield return Case(new WorktreeRemoveHookOutput { TerminalSequence = "\a" }, """{"terminalSequence":"\u0007"}""");
        yield return Case(new InstructionsLoadedHookOutput { Async = true }, """{"async":true}""");
        yield return Case(new CwdChangedHookOutput { WatchPaths = [] }, """{"hookSpecificOutput":{"hookEventName":"CwdChanged","watchPaths":[]}}""");
        yield return Case(new FileChangedHookOutput { WatchPaths = ["/a", "/b"] }, """{"hookSpecificOutput":{"hookEventName":"FileChanged","watchPaths":["/a","/b"]}}""");
        yield return Case(new DirectoryAddedHookOutput(), "{}");
        yield return Case(new MessageDisplayHookOutput { DisplayContent = "…" }, """{"hookSpecificOutput":{"hookEventName":"MessageDisplay","displayContent":"\u2026"}}""");
        yield return Case(
            new PostToolUseHookOutput { Async = true, AsyncTimeout = TimeSpan.FromSeconds(2.5), AdditionalContext = "not sent", Continue = false },
            """{"async":true,"asyncTimeout":2500}""");
        yield return Case(RawHookOutput.Parse("""{"future":[1],"decision":"block"}"""), """{"future":[1],"decision":"block"}""");
    }

    [TestCaseSource(nameof(Answers))]
    public void An_answer_is_written_exactly_like_this(HookOutput output, string json)
    {
        Assert.That(output.FindMistake(), Is.Null);
        Assert.That(Written(output), Is.EqualTo(json));
    }

    [Test]
    public void Every_kind_of_answer_is_among_them() =>
        Assert.That(Answers().Select(data => data.Arguments[0]!.GetType()).Distinct(), Is.EquivalentTo(OutputTypes));

    [Test]
    public void What_the_CLI_would_not_take_is_found_before_it_is_sent()
    {
        HookOutput[] wrong =
        [
            new StopHookOutput { Decision = new HookDecision("perhaps") },
            new PreToolUseHookOutput { PermissionDecision = new HookPermissionDecision("perhaps") },
            new PreModelSwitchHookOutput { PermissionDecision = HookPermissionDecision.Defer },
            new PermissionRequestHookOutput { Behavior = HookPermissionDecision.Ask },
            new ElicitationHookOutput { Action = new HookElicitationAction("perhaps") },
            new ElicitationResultHookOutput { Action = default(HookElicitationAction) },
            new WorktreeCreateHookOutput { WorktreePath = "" },
            new StopHookOutput { Async = true, AsyncTimeout = TimeSpan.Zero },
            RawHookOutput.Parse("[]"),
            new RawHookOutput(default),
            RawHookOutput.Parse("""{"decision":5}"""),
            RawHookOutput.Parse("""{"decision":"perhaps"}"""),
            RawHookOutput.Parse("""{"continue":"no"}"""),
            RawHookOutput.Parse("""{"reason":1}"""),
            RawHookOutput.Parse("""{"asyncTimeout":"1"}"""),
            RawHookOutput.Parse("""{"hookSpecificOutput":{"permissionDecision":"deny"}}"""),
            RawHookOutput.Parse("""{"hookSpecificOutput":"deny"}"""),
        ];
        foreach (var output in wrong)
            Assert.That(output.FindMistake(), Is.Not.Null.And.Not.Empty, output.ToString());
    }

    [Test]
    public void A_raw_answer_names_the_event_it_is_for()
    {
        Assert.That(RawHookOutput.Parse("""{"hookSpecificOutput":{"hookEventName":"Stop"}}""").AnsweredEvent, Is.EqualTo(HookEvent.Stop.Name));
        Assert.That(RawHookOutput.Parse("{}").AnsweredEvent, Is.Null);
    }

    [Test]
    public void Every_refusal_says_no_with_its_reason()
    {
        foreach (var name in HookEvents.Names)
        {
            if (HookEvents.Find(name)!.Refuse is not { } refuse)
                continue;
            var json = Written(refuse("BECAUSE"));
            Assert.That(json, Does.Contain("BECAUSE"), name);
            Assert.That(json, Does.Contain("\"deny\"").Or.Contain("\"block\"").Or.Contain("\"decline\""), name);
        }
    }

    private static TestCaseData Case(HookOutput output, string json) => new TestCaseData(output, json).SetArgDisplayNames(output.GetType().Name, json);

    private static string Written(HookOutput output)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            output.Write(json);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
