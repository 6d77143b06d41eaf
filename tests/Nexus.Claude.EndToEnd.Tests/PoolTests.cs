using System.Text.RegularExpressions;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>A pool of real processes: what the model is sent must not tell a leased client from a fresh one.</summary>
internal sealed partial class PoolTests
{
    private static readonly (string Name, Action<ClaudeOptions> Change)[] Changes =
    [
        ("nothing", _ => { }),
        ("model", options => options.Model = "haiku"),
        ("effort", options => options.Effort = EffortLevel.Low),
        ("thinking with a budget", options =>
        {
            options.Model = "sonnet";
            options.Thinking = Thinking.Enabled(3_000) with { Display = ThinkingDisplay.Omitted };
        }),
        ("no thinking", options => options.Thinking = Thinking.Disabled),
        ("adaptive thinking", options => options.Thinking = Thinking.Adaptive with { Display = ThinkingDisplay.Summarized }),
        ("accepting edits", options => options.PermissionMode = PermissionMode.AcceptEdits),
        ("system prompt and schema", options =>
        {
            options.SystemPrompt = "You are a cartographer.";
            options.OutputSchema = OutputSchema.Json("""{"type":"object","properties":{"place":{"type":"string"}}}""");
        }),
        ("appended prompt and agents", options =>
        {
            options.SystemPrompt = SystemPrompt.ClaudeCodeWith(append: "Speak like a cartographer.");
            options.Agents["surveyor"] = new AgentDefinition("Surveys.", "You survey.") { Model = "haiku" };
            options.ToolAliases["Bash"] = "Read";
        }),
        ("tools of this program", options => options.ToolServers.Add(new ToolServer("maps").Add("find", "Finds a place", (string name) => $"{name} is here"))),
        ("hooks", options => options.Hooks
            .On(HookEvent.SessionStart, _ => new SessionStartHookOutput { AdditionalContext = "The map is upside down." })
            .On(HookEvent.UserPromptSubmit, _ => UserPromptSubmitHookOutput.AddContext("The compass is broken."))),
        ("everything", options =>
        {
            options.Model = "haiku";
            options.Effort = EffortLevel.High;
            options.PermissionMode = PermissionMode.Default;
            options.SystemPrompt = SystemPrompt.ClaudeCodeWith(append: "Be brief.");
            options.Agents["surveyor"] = new AgentDefinition("Surveys.", "You survey.");
            options.Title = "Maps";
            options.VerbatimPrompts = true;
        }),
    ];

    private static IEnumerable<string> Names => Changes.Select(change => change.Name);

    [TestCaseSource(nameof(Names))]
    public async Task What_the_model_is_sent_does_not_tell_a_leased_client_from_a_fresh_one(string name)
    {
        await using var cli = await RealCli.StartAsync();
        var change = Changes.Single(each => each.Name == name).Change;
        IReadOnlyList<string> fresh;
        await using (var client = await cli.ConnectAsync(options =>
        {
            WaitForServers(options);
            change(options);
        }))
            fresh = await ConverseAsync(cli, client);

        foreach (bool stable in (bool[])[false, true])
        {
            await using var pool = OpenPool(cli, options =>
            {
                WaitForServers(options.Options);
                options.AssumeStableFolder = stable;
            });
            await UntilAsync(cli, pool, now => now.Idle == 1);
            var options = pool.CreateOptions();
            change(options);
            await using var lease = await pool.LeaseAsync(options, cli.Deadline);
            Assert.That(lease.IsWarm);
            Assert.That(await ConverseAsync(cli, lease.Client), Is.EqualTo(fresh), stable ? "with a stable folder" : "by default");
        }
    }

    [Test]
    public async Task The_options_of_a_lease_reach_the_model_and_its_servers_are_connected()
    {
        await using var cli = await RealCli.StartAsync();
        await using var pool = OpenPool(cli, options =>
        {
            options.Options.AllowedTools = ["mcp__tiny__greet"];
            options.Options.Environment["MCP_CONNECTION_NONBLOCKING"] = "0";
        });
        await UntilAsync(cli, pool, now => now.Idle == 1);
        cli.Api.Enqueue(ScriptedReply.ToolUse("mcp__tiny__greet", """{"name":"Ada"}"""));
        var options = pool.CreateOptions();
        options.Model = "haiku";
        options.SystemPrompt = "You are a cartographer.";
        options.McpServers["tiny"] = TinyMcpServer.Definition;

        await using var lease = await pool.LeaseAsync(options, cli.Deadline);
        var messages = await RealCli.ReadAsync(lease.Client.SendAsync("Where am I?", cli.Deadline));

        var request = cli.Api.ConversationRequests[0];
        Assert.That(lease.IsWarm);
        Assert.That(request.Model, Does.StartWith("claude-haiku"));
        Assert.That(request.System, Does.Contain("You are a cartographer."));
        Assert.That(messages.Blocks<ToolResultBlock>().Single().Text, Is.EqualTo("Hello, Ada!"));
    }

    [Test]
    public async Task A_leased_client_sees_the_folder_as_it_is_at_the_lease()
    {
        await using var cli = await RealCli.StartAsync();
        await File.WriteAllTextAsync(cli.PathOf("CLAUDE.md"), "The password is OLD.", cli.Deadline);
        await using var pool = OpenPool(cli);
        await UntilAsync(cli, pool, now => now.Idle == 1);
        await File.WriteAllTextAsync(cli.PathOf("CLAUDE.md"), "The password is NEW.", cli.Deadline);

        await using var lease = await pool.LeaseAsync(cancellationToken: cli.Deadline);
        await lease.Client.AskAsync("Hello", cli.Deadline);

        string body = cli.Api.ConversationRequests.Single().Body.GetRawText();
        Assert.That(lease.IsWarm);
        Assert.That(body, Does.Contain("The password is NEW.").And.Not.Contain("OLD"));
    }

    [Test]
    public async Task A_conversation_never_shows_up_in_another()
    {
        await using var cli = await RealCli.StartAsync();
        await using var pool = OpenPool(cli, options =>
        {
            options.MinIdle = 2;
            options.MaxProcesses = 3;
        });

        await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            await using var lease = await pool.LeaseAsync(cancellationToken: cli.Deadline);
            await lease.Client.AskAsync($"SECRET-{i}-ONE", cli.Deadline);
            await lease.Client.AskAsync($"SECRET-{i}-TWO", cli.Deadline);
        }));

        foreach (var request in cli.Api.ConversationRequests)
            Assert.That(Secret().Matches(request.Body.GetRawText()).Select(match => match.Groups[1].Value).Distinct().Count(), Is.EqualTo(1));
        Assert.That(pool.Statistics.Retired, Is.EqualTo(6));
    }

    [Test]
    public async Task Callbacks_of_a_lease_are_its_own()
    {
        await using var cli = await RealCli.StartAsync();
        await using var pool = OpenPool(cli, options => options.Options.CanUseTool = PermissionPolicy.DenyAll("Of the pool.").DecideAsync);
        await UntilAsync(cli, pool, now => now.Idle == 1);
        cli.Api.Enqueue(ScriptedReply.ToolUse("Bash", """{"command":"touch zz","description":"x"}"""));
        var options = pool.CreateOptions();
        options.PermissionMode = PermissionMode.Default;
        options.CanUseTool = PermissionPolicy.DenyAll("Of the lease.").DecideAsync;

        await using var lease = await pool.LeaseAsync(options, cli.Deadline);
        var messages = await RealCli.ReadAsync(lease.Client.SendAsync("Touch it", cli.Deadline));

        Assert.That(lease.IsWarm);
        Assert.That(messages.Blocks<ToolResultBlock>().Single().Text, Is.EqualTo("Of the lease."));
    }

    [Test]
    public async Task A_model_that_the_CLI_does_not_list_is_served_by_a_fresh_process_and_the_API_is_asked_nothing_else()
    {
        await using var cli = await RealCli.StartAsync();
        await using var pool = OpenPool(cli);
        await UntilAsync(cli, pool, now => now.Idle == 1);
        var options = pool.CreateOptions();
        options.Model = "claude-nobody-1";

        await using var lease = await pool.LeaseAsync(options, cli.Deadline);
        await lease.Client.AskAsync("Hello", cli.Deadline);

        Assert.That(lease.IsWarm, Is.False);
        Assert.That(cli.Api.ConversationRequests.Single().Model, Is.EqualTo("claude-nobody-1"));
    }

    [Test]
    public async Task A_kept_conversation_goes_on_where_it_was()
    {
        await using var cli = await RealCli.StartAsync();
        await using var pool = OpenPool(cli);
        var lease = await pool.LeaseAsync(cancellationToken: cli.Deadline);
        await lease.Client.AskAsync("My name is Ada.", cli.Deadline);
        lease.KeepFor("ada");
        await lease.DisposeAsync();

        Assert.That(pool.TryResume("ada", out var again));
        await using var second = again!;
        await second.Client.AskAsync("What is my name?", cli.Deadline);

        Assert.That(cli.Api.ConversationRequests[^1].Body.GetRawText(), Does.Contain("My name is Ada."));
    }

    [Test]
    [Platform("Linux", Reason = "Reads /proc.")]
    public async Task Nothing_is_left_of_a_pool_that_was_disposed()
    {
        await using var cli = await RealCli.StartAsync();
        List<int> processes = [];
        await using (var pool = OpenPool(cli, options => options.MinIdle = 2))
        {
            await UntilAsync(cli, pool, now => now.Idle == 2);
            var lease = await pool.LeaseAsync(cancellationToken: cli.Deadline);
            lease.Client.SendAsync("Hello", cli.Deadline);
            // Other tests have children of their own; these are those that run in this test's folder.
            processes.AddRange(ProcessTable.Children.Where(id => FolderOf(id) == cli.Environment.WorkingDirectory));
            Assert.That(processes, Has.Count.GreaterThanOrEqualTo(2).And.Member(lease.Client.ProcessId));
        }

        Assert.That(processes.Where(ProcessTable.IsRunning), Is.Empty);
    }

    /// <summary>Whether the first request has the tools of a server is a race otherwise, for a fresh client too.</summary>
    private static void WaitForServers(ClaudeOptions options) => options.Environment["MCP_CONNECTION_NONBLOCKING"] = "0";

    private static ClaudePool OpenPool(RealCli cli, Action<ClaudePoolOptions>? change = null)
    {
        var options = new ClaudePoolOptions { Options = cli.NewOptions(), MinIdle = 1, MaxConcurrentStarts = 1 };
        change?.Invoke(options);
        return ClaudePool.Create(options);
    }

    /// <summary>Two turns, and what the model was sent in them, without what differs between any two sessions.</summary>
    private static async Task<IReadOnlyList<string>> ConverseAsync(RealCli cli, ClaudeClient client)
    {
        int before = cli.Api.Requests.Count;
        await client.SendAsync("Hello", cli.Deadline).ResultAsync(cli.Deadline);
        await client.SendAsync("And again", cli.Deadline).ResultAsync(cli.Deadline);
        return [.. cli.Api.Requests.Skip(before).Select(request =>
            $"{request.Method} {request.Path} {request.Headers.GetValueOrDefault("anthropic-beta")} {Varying().Replace(request.Body.GetRawText(), "*")}")];
    }

    private static async Task UntilAsync(RealCli cli, ClaudePool pool, Func<ClaudePoolStatistics, bool> holds)
    {
        while (!holds(pool.Statistics))
            await Task.Delay(10, cli.Deadline);
    }

    private static string? FolderOf(int process)
    {
        try
        {
            return new DirectoryInfo($"/proc/{process}/cwd").LinkTarget;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Ids of sessions, users and tool calls (those are the scripted model's), and the checksum that the CLI puts into its first system block.
    [GeneratedRegex("toolu_[A-Za-z0-9_]+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{64}|cch=[0-9a-f]+")]
    private static partial Regex Varying();

    [GeneratedRegex("SECRET-([0-9]+)-")]
    private static partial Regex Secret();
}
