using System.Text.Json;
using System.Text.Json.Nodes;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Permissions;

/// <summary>Recorded permission questions of the real CLI, in lock step with a client.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ReplayedPermissionTests
{
    private static readonly string[] AllowedThroughout =
    [
        "permission_parallel", "permission_persist_local", "permission_resp_allow_no_input", "permission_resp_bad_updates", "permission_allow_updated",
        "permission_mcp_tool",
    ];

    [TestCaseSource(nameof(AllowedThroughout))]
    public async Task A_recorded_session_in_which_everything_is_allowed(string name)
    {
        var (asked, result, replies) = await RunAsync(name, request => PermissionDecision.Allow(null, request.Suggestions));

        Assert.That(result.IsSuccess);
        Assert.That(asked, Is.Not.Empty);
        foreach (var (request, reply) in asked.Zip(replies))
        {
            Assert.That(reply["behavior"]!.GetValue<string>(), Is.EqualTo("allow"));
            Assert.That(reply["toolUseID"]!.GetValue<string>(), Is.EqualTo(request.ToolUseId));
            Assert.That(Same(reply["updatedInput"], request.Raw.GetProperty("input")));
            Assert.That(Same(reply["updatedPermissions"], request.Raw.GetProperty("permission_suggestions")), "suggestions go back verbatim");
        }
    }

    [TestCase("permission_allow_deny")]
    [TestCase("permission_allow_deny_v197")]
    public async Task One_is_allowed_and_one_is_denied(string name)
    {
        var (asked, result, replies) = await RunAsync(
            name, request => request.ToolName == "Write" ? PermissionDecision.Allow() : PermissionDecision.Deny("No thanks"));

        Assert.That(asked.Select(request => request.ToolName), Is.EqualTo(["Write", "Bash"]));
        Assert.That(asked[1].BlockedPath, Is.EqualTo("/srv/demo/b.txt"));
        Assert.That(asked[1].Suggestions, Has.Count.EqualTo(2));
        Assert.That(replies[1].ToJsonString(), Is.EqualTo("""{"behavior":"deny","message":"No thanks","toolUseID":"TOOL"}""".Replace("TOOL", asked[1].ToolUseId, StringComparison.Ordinal)));
        Assert.That(result.PermissionDenials.Single().ToolName, Is.EqualTo("Bash"));
    }

    [TestCase("permission_callback_error")]
    [TestCase("permission_resp_deny_no_message")]
    [TestCase("permission_resp_missing_behavior")]
    public async Task A_callback_that_fails_is_a_denial_that_the_CLI_accepts(string name)
    {
        var (_, result, replies) = await RunAsync(name, _ => throw new InvalidOperationException("callback exploded"));

        Assert.That(replies.Single()["behavior"]!.GetValue<string>(), Is.EqualTo("deny"));
        Assert.That(replies.Single()["message"]!.GetValue<string>(), Does.Contain("InvalidOperationException"));
        Assert.That(result.IsSuccess);
    }

    [Test]
    public async Task A_denial_that_interrupts_ends_the_turn()
    {
        var (_, result, replies) = await RunAsync("permission_deny_interrupt", _ => PermissionDecision.Deny("stop it", interrupt: true));

        Assert.That(replies.Single()["interrupt"]!.GetValue<bool>());
        Assert.That(result.IsInterrupted);
    }

    [Test]
    public async Task Questions_to_the_user_are_answered()
    {
        var (asked, result, replies) = await RunAsync("ask_user_question", request => request.Answer(request.Questions[0].Answer("B")));

        Assert.That(asked.Single().RequiresUserInteraction);
        Assert.That(replies.Single()["updatedInput"]!["answers"]!.ToJsonString(), Is.EqualTo("""{"Pick?":"B"}"""));
        Assert.That(result.IsSuccess);
    }

    [Test]
    public async Task A_plan_is_approved_with_a_mode_to_go_on_in()
    {
        var (asked, result, replies) = await RunAsync("exit_plan_mode", request => request.ApprovePlan(PermissionMode.AcceptEdits));

        Assert.That(asked.Single().IsPlan);
        Assert.That(replies.Single()["updatedPermissions"]!.ToJsonString(), Is.EqualTo("""[{"type":"setMode","mode":"acceptEdits","destination":"session"}]"""));
        Assert.That(result.IsSuccess);
    }

    [TestCase("rust_seed_permission_shape")]
    [TestCase("rust_seed_permission_shape_v197")]
    public async Task Where_a_wrong_shape_was_recorded_ours_is_right(string name)
    {
        var (_, _, replies) = await RunAsync(name, _ => PermissionDecision.Allow());

        Assert.That(replies, Is.Not.Empty);
        Assert.That(replies.Select(reply => reply["behavior"]?.GetValue<string>()), Has.All.EqualTo("allow"));
    }

    [TestCase("permission_auto_denied")]
    [TestCase("permission_dontask")]
    public async Task Where_the_CLI_decides_the_callback_is_not_asked(string name)
    {
        var (asked, result, _) = await RunAsync(name, _ => PermissionDecision.Allow());

        Assert.That(asked, Is.Empty);
        Assert.That(result.PermissionDenials, Is.Not.Empty);
    }

    [Test]
    public async Task An_interrupt_withdraws_a_question_that_is_open()
    {
        await using var cli = Recorded("interrupt_permission_pending");
        var asked = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = cli.Options();
        options.CanUseTool = async (_, cancellationToken) =>
        {
            cancellationToken.Register(told.SetResult);
            asked.SetResult(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return PermissionDecision.Allow();
        };
        await using var client = await ClaudeClient.ConnectAsync(options).InTime();

        var turn = client.SendAsync("x");
        await asked.Task.InTime();
        await client.InterruptAsync().InTime();

        await told.Task.InTime();
        Assert.That((await turn.ResultAsync().InTime()).IsInterrupted);
        await client.DisposeAsync().InTime();
        Assert.That(await RepliesAsync(cli), Is.Empty);
    }

    [Test]
    public async Task A_client_that_is_disposed_while_a_question_is_open_ends_and_tells_the_callback()
    {
        await using var cli = Recorded("shutdown_stdin_closed_permission_pending");
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = cli.Options();
        options.CanUseTool = async (_, cancellationToken) =>
        {
            cancellationToken.Register(told.SetResult);
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return PermissionDecision.Allow();
        };
        await using var client = await ClaudeClient.ConnectAsync(options).InTime();

        client.SendAsync("x");
        await asked.Task.InTime();
        await client.DisposeAsync().InTime();

        await told.Task.InTime();
        Assert.That((await client.Completion.InTime()).ExitCode, Is.Zero);
        Assert.That(await RepliesAsync(cli), Is.Empty);
    }

    private static async Task<(IReadOnlyList<ToolPermissionRequest> Asked, ResultMessage Result, IReadOnlyList<JsonNode> Replies)> RunAsync(
        string name, Func<ToolPermissionRequest, PermissionDecision> decide)
    {
        await using var cli = Recorded(name);
        List<ToolPermissionRequest> asked = [];
        var options = cli.Options();
        options.CanUseTool = (request, _) =>
        {
            lock (asked)
                asked.Add(request);
            return ValueTask.FromResult(decide(request));
        };
        await using var client = await ClaudeClient.ConnectAsync(options).InTime();
        var result = await client.SendAsync("x").ResultAsync().InTime();
        await client.DisposeAsync().InTime();
        return (asked, result, await RepliesAsync(cli));
    }

    /// <summary>The payloads of our answers to permission questions.</summary>
    private static async Task<IReadOnlyList<JsonNode>> RepliesAsync(ScriptedCli cli) =>
        [.. (await cli.ReadRecordAsync()).Select(record => record.LineJson)
            .Where(line => FakeCli.Text(line, "type") == "control_response" && FakeCli.Text(line.GetProperty("response"), "subtype") == "success")
            .Select(line => JsonNode.Parse(line.GetProperty("response").GetProperty("response").GetRawText())!)];

    private static bool Same(JsonNode? ours, JsonElement theirs) => JsonNode.DeepEquals(ours, JsonNode.Parse(theirs.GetRawText()));

    private static ScriptedCli Recorded(string name) => ScriptedCli.Create(new CliScript().Replay(
        Path.Combine(TestContext.CurrentContext.TestDirectory, "Fixtures", "cli-transcripts", name + ".jsonl")));
}
