using System.Text.Json;
using System.Text.Json.Nodes;
using Nexus.Claude.Tests.Cli;

namespace Nexus.Claude.Tests.Permissions;

[Parallelizable(ParallelScope.All)]
internal sealed class PermissionPolicyTests
{
    [TestCase("Read", "Read", true)]
    [TestCase("Read", "Reader", false)]
    [TestCase("Read", "read", false)]
    [TestCase("mcp__calc", "mcp__calc__add", true)]
    [TestCase("mcp__calc__*", "mcp__calc__add", true)]
    [TestCase("mcp__calc__add", "mcp__calc__add", true)]
    [TestCase("mcp__calc__add", "mcp__calc__sub", false)]
    [TestCase("mcp__calc", "mcp__calculator__add", false)]
    [TestCase("mcp__calc", "mcp__calc", false)]
    public async Task Tools_match_by_their_whole_name_and_servers_by_theirs(string entry, string tool, bool matches)
    {
        Assert.That(await PermissionPolicy.AllowTools(entry).TryDecideAsync(Request(tool)), matches ? Is.Not.Null : Is.Null);
        Assert.That((await PermissionPolicy.DenyTools(entry).TryDecideAsync(Request(tool)))?.IsAllowed, matches ? Is.False : Is.Null);
    }

    [Test]
    public async Task A_server_is_known_by_what_the_CLI_says_and_not_by_the_look_of_the_tool()
    {
        var policy = PermissionPolicy.AllowTools("mcp__git");
        var other = Request("mcp__git__evil__push") with { McpServer = new ToolMcpServer { Name = "git__evil", Source = "project" } };
        var dotted = Request("mcp__my_server__push") with { McpServer = new ToolMcpServer { Name = "my.server", Source = "user" } };

        Assert.That(await policy.TryDecideAsync(other), Is.Null);
        Assert.That(await policy.TryDecideAsync(other with { McpServer = new ToolMcpServer { Name = "git", Source = "user" } }), Is.Not.Null);
        Assert.That(await PermissionPolicy.AllowTools("mcp__my_server").TryDecideAsync(dotted), Is.Not.Null);
    }

    [TestCase("")]
    [TestCase("Bash(git *)")]
    [TestCase("Read Write")]
    [TestCase("*")]
    [TestCase("mcp__")]
    [TestCase("mcp__*")]
    [TestCase(null)]
    public void What_is_no_name_of_a_tool_is_refused(string? name) =>
        Assert.That(() => PermissionPolicy.AllowTools(name!), Throws.ArgumentException);

    [Test]
    public async Task The_first_decision_wins_and_what_nobody_decides_is_denied()
    {
        var policy = PermissionPolicy.DenyTools("WebFetch")
            .Then(PermissionPolicy.AllowTools("WebFetch", "WebSearch"))
            .Then(PermissionPolicy.Ask((request, _) => ValueTask.FromResult(request.ToolName == "Bash" ? PermissionDecision.Allow() : null)));

        Assert.That((await policy.DecideAsync(Request("WebFetch"))).IsAllowed, Is.False);
        Assert.That((await policy.DecideAsync(Request("WebSearch"))).IsAllowed);
        Assert.That((await policy.DecideAsync(Request("Bash"))).IsAllowed);
        Assert.That((await policy.DecideAsync(Request("Write"))).Message, Does.Contain("Write"));
        Assert.That((await policy.Then(PermissionPolicy.DenyAll("Never.")).DecideAsync(Request("Write"))).Message, Is.EqualTo("Never."));
    }

    [Test]
    public async Task What_a_person_should_decide_is_not_allowed_by_a_rule_but_can_be_denied_by_one()
    {
        ToolPermissionRequest[] requests =
        [
            Request("Write") with { RequiresUserInteraction = true },
            Request("Write") with { DecisionReasonType = PermissionReasonType.SafetyCheck },
            Request("Write") with { ClassifierApprovable = true },
            Request("Write") with { MatchedAskRule = new MatchedAskRule("userSettings", new PermissionRule("Write")) },
        ];
        foreach (var request in requests)
        {
            Assert.That(await PermissionPolicy.AllowTools("Write").TryDecideAsync(request), Is.Null);
            Assert.That((await PermissionPolicy.DenyTools("Write").TryDecideAsync(request))?.IsAllowed, Is.False);
        }
    }

    [Test]
    public async Task Paths_below_a_root_are_allowed_and_others_are_left_open()
    {
        using var folder = new TemporaryFolder();
        var root = Path.Combine(folder.Path, "root");
        Directory.CreateDirectory(Path.Combine(root, "src"));
        var reads = PermissionPolicy.AllowReadsWithin(root);
        var edits = PermissionPolicy.AllowEditsWithin(root);
        var inside = Path.Combine(root, "src", "new.txt");

        Assert.Multiple(async () =>
        {
            Assert.That(await reads.TryDecideAsync(Request("Read", "file_path", inside)), Is.Not.Null);
            Assert.That(await reads.TryDecideAsync(Request("Grep", "path", root)), Is.Not.Null);
            Assert.That(await reads.TryDecideAsync(Request("Write", "file_path", inside)), Is.Null);
            Assert.That(await edits.TryDecideAsync(Request("Write", "file_path", inside)), Is.Not.Null);
            Assert.That(await edits.TryDecideAsync(Request("NotebookEdit", "notebook_path", inside)), Is.Not.Null);
            Assert.That(await edits.TryDecideAsync(Request("Read", "file_path", inside)), Is.Not.Null);
            Assert.That(await edits.TryDecideAsync(Request("Bash", "command", $"cat {inside}")), Is.Null);
            Assert.That(await edits.TryDecideAsync(Request("Write", "file_path", root + "-other/x")), Is.Null);
            Assert.That(await edits.TryDecideAsync(Request("Write", "file_path", Path.Combine(root, "..", "x"))), Is.Null);
            Assert.That(await edits.TryDecideAsync(Request("Write", "file_path", "src/x")), Is.Null);
            Assert.That(await edits.TryDecideAsync(Request("Write", "file_path", "~/x")), Is.Null);
            Assert.That(await edits.TryDecideAsync(Request("Write", "file_path", inside + "\0")), Is.Null);
            Assert.That(await edits.TryDecideAsync(Request("Write", "path", inside)), Is.Null);
        });
    }

    [Test]
    public async Task A_pattern_counts_as_a_path_when_it_leads_elsewhere()
    {
        using var folder = new TemporaryFolder();
        var policy = PermissionPolicy.AllowReadsWithin(folder.Path);

        Assert.Multiple(async () =>
        {
            Assert.That(await policy.TryDecideAsync(Glob("**/*.cs", folder.Path)), Is.Not.Null);
            Assert.That(await policy.TryDecideAsync(Glob(folder.Path + "/**/*.cs", null)), Is.Not.Null);
            Assert.That(await policy.TryDecideAsync(Glob("/etc/**", folder.Path)), Is.Null);
            Assert.That(await policy.TryDecideAsync(Glob("/**", folder.Path)), Is.Null);
            Assert.That(await policy.TryDecideAsync(Glob("../**", folder.Path)), Is.Null);
            Assert.That(await policy.TryDecideAsync(Glob("~/**", folder.Path)), Is.Null);
            Assert.That(await policy.TryDecideAsync(Glob(folder.Path + "/*/../../**", folder.Path)), Is.Null);
            Assert.That(await policy.TryDecideAsync(Glob("**", null)), Is.Null);
        });
    }

    [Test]
    [Platform(Exclude = "Win", Reason = "Links need a privilege there.")]
    public async Task Links_are_followed_before_paths_are_compared()
    {
        using var folder = new TemporaryFolder();
        var root = Path.Combine(folder.Path, "root");
        var secret = Path.Combine(folder.Path, "secret");
        Directory.CreateDirectory(Path.Combine(root, "src"));
        Directory.CreateDirectory(Path.Combine(secret, "deep"));
        Directory.CreateSymbolicLink(Path.Combine(root, "out"), "../secret");
        Directory.CreateSymbolicLink(Path.Combine(root, "in"), "src");
        Directory.CreateSymbolicLink(Path.Combine(root, "loop"), "loop");
        File.CreateSymbolicLink(Path.Combine(root, "file"), Path.Combine(secret, "absent"));
        Directory.CreateSymbolicLink(Path.Combine(root, "far"), Path.Combine(secret, "deep"));
        Directory.CreateSymbolicLink(Path.Combine(folder.Path, "alias"), root);
        var policy = PermissionPolicy.AllowEditsWithin(Path.Combine(folder.Path, "alias"));

        async Task<bool> AllowedAsync(string path) => await policy.TryDecideAsync(Request("Write", "file_path", path)) is not null;

        Assert.Multiple(async () =>
        {
            Assert.That(await AllowedAsync(Path.Combine(root, "in", "x")));
            Assert.That(await AllowedAsync(Path.Combine(folder.Path, "alias", "x")));
            Assert.That(await AllowedAsync(Path.Combine(root, "out", "x")), Is.False);
            Assert.That(await AllowedAsync(Path.Combine(root, "file")), Is.False);
            Assert.That(await AllowedAsync(Path.Combine(root, "loop", "x")), Is.False);
            // The file system goes to secret/x, whoever strikes out "far/.." as text to root/x.
            Assert.That(await AllowedAsync(root + "/far/../x"), Is.False);
            Assert.That(await AllowedAsync(root + "/src/../x"));
        });
    }

    [Test]
    public async Task What_lies_outside_is_denied_with_a_reason()
    {
        using var folder = new TemporaryFolder();
        var policy = PermissionPolicy.DenyOutside(folder.Path);

        Assert.Multiple(async () =>
        {
            Assert.That(await policy.TryDecideAsync(Request("Read", "file_path", Path.Combine(folder.Path, "x"))), Is.Null);
            Assert.That((await policy.TryDecideAsync(Request("Read", "file_path", Path.GetTempPath())))?.Message, Does.Contain(folder.Path));
            Assert.That((await policy.TryDecideAsync(Request("Write", "file_path", "x")))?.Message, Does.Contain("absolute"));
            Assert.That(await policy.TryDecideAsync(Request("Grep", "pattern", "x")), Is.Null);
            Assert.That(await policy.TryDecideAsync(Request("Bash", "command", "ls")), Is.Null);
        });
    }

    [Test]
    public void Roots_must_be_absolute_and_there_must_be_one()
    {
        Assert.That(() => PermissionPolicy.AllowReadsWithin("src"), Throws.ArgumentException);
        Assert.That(() => PermissionPolicy.AllowEditsWithin(""), Throws.ArgumentException);
        Assert.That(() => PermissionPolicy.DenyOutside(), Throws.ArgumentException);
    }

    [Test]
    public async Task Questions_are_read_and_answered()
    {
        var request = Request("AskUserQuestion") with
        {
            Input = JsonElement.Parse("""
                {"questions":[{"question":"Which?","header":"W","multiSelect":false,"options":[{"label":"A","description":"a","preview":"[A]"},{"label":"B","description":"b"}]},
                {"question":"What else?","header":"E","multiSelect":true,"options":[{"label":"C","description":"c"},{"label":"D","description":"d"}]}],"metadata":{"source":"x"}}
                """),
        };

        Assert.That(request.Questions.Select(question => question.IsMultiSelect), Is.EqualTo([false, true]));
        Assert.That(request.Questions[0].Options[0], Is.EqualTo(new UserQuestionOption("A", "a", "[A]")));
        var decision = request.Answer(request.Questions[0].Answer("A") with { Notes = "quickly" }, request.Questions[1].Answer("C", "D"));

        var input = JsonNode.Parse(decision.UpdatedInput!.Value.GetRawText())!;
        Assert.That(input["answers"]!.ToJsonString(), Is.EqualTo("""{"Which?":"A","What else?":"C, D"}"""));
        Assert.That(input["annotations"]!.ToJsonString(), Is.EqualTo("""{"Which?":{"preview":"[A]","notes":"quickly"}}"""));
        Assert.That(input["metadata"]!["source"]!.GetValue<string>(), Is.EqualTo("x"));
        Assert.That(() => request.Questions[0].Answer("A", "B"), Throws.ArgumentException);
        Assert.That(() => request.Questions[0].Answer(), Throws.ArgumentException);
        Assert.That(() => request.Answer(new UserAnswer("Other?", "x")), Throws.ArgumentException);
        Assert.That(() => Request("Bash").Answer(), Throws.InvalidOperationException);
        await Task.CompletedTask;
    }

    [Test]
    public void A_plan_is_read_and_approved()
    {
        var request = Request("ExitPlanMode", "plan", "1. do it");

        Assert.That(request.Plan, Is.EqualTo("1. do it"));
        Assert.That(request.ApprovePlan().UpdatedPermissions, Is.Empty);
        Assert.That(request.ApprovePlan(PermissionMode.AcceptEdits).UpdatedPermissions, Is.EqualTo(new[] { new SetModeUpdate(PermissionMode.AcceptEdits) }));
        Assert.That(() => Request("Bash").ApprovePlan(), Throws.InvalidOperationException);
        Assert.That(Request("Bash", "plan", "x").Plan, Is.Null);
    }

    private static ToolPermissionRequest Request(string tool, string? member = null, string? value = null) => new()
    {
        ToolName = tool,
        Input = member is null ? default : JsonElement.Parse(new JsonObject { [member] = value }.ToJsonString()),
    };

    private static ToolPermissionRequest Glob(string pattern, string? path)
    {
        var input = new JsonObject { ["pattern"] = pattern };
        if (path is not null)
            input["path"] = path;
        return new ToolPermissionRequest { ToolName = "Glob", Input = JsonElement.Parse(input.ToJsonString()) };
    }
}
