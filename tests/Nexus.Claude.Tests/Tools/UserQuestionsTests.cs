using System.Text.Json;
using System.Text.Json.Nodes;
using Nexus.Claude.Tests.Protocol;
using Nexus.Claude.Tools;

namespace Nexus.Claude.Tests.Tools;

/// <summary>What MCP servers and the CLI ask the user.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class UserQuestionsTests
{
    private const string Question =
        """{"subtype":"elicitation","mcp_server_name":"tiny","message":"Who?","mode":"form","requested_schema":{"type":"object","properties":{"b":{},"a":{}}},"title":"T","display_name":"D","description":"L"}""";

    private const string Dialog = """{"subtype":"request_user_dialog","dialog_kind":"choice","payload":{"of":[1,2]},"tool_use_id":"toolu_1"}""";

    [Test]
    public async Task A_question_arrives_whole_and_its_answer_goes_back()
    {
        ElicitationRequest? asked = null;
        await using var talk = Begin(new ClaudeOptions
        {
            OnElicitation = (request, _) =>
            {
                asked = request;
                return ValueTask.FromResult(ElicitationResponse.Accept(new JsonObject { ["a"] = 1 }));
            },
        });

        Assert.That(await AskAsync(talk, Question), Is.EqualTo("""{"action":"accept","content":{"a":1}}"""));
        Assert.That(
            (asked!.ServerName, asked.Message, asked.Mode, asked.Title, asked.DisplayName, asked.Description),
            Is.EqualTo(("tiny", "Who?", ElicitationMode.Form, "T", "D", "L")));
        Assert.That(asked.Fields, Is.EqualTo(["b", "a"]));
    }

    [TestCase(true, """{"action":"decline"}""")]
    [TestCase(false, """{"action":"cancel"}""")]
    public async Task A_refusal_goes_back(bool decline, string expected)
    {
        await using var talk = Begin(new ClaudeOptions
        {
            OnElicitation = (_, _) => ValueTask.FromResult(decline ? ElicitationResponse.Decline : ElicitationResponse.Cancel),
        });

        Assert.That(await AskAsync(talk, Question), Is.EqualTo(expected));
    }

    [Test]
    public async Task A_callback_that_throws_or_gives_nothing_is_a_user_who_left()
    {
        await using var throws = Begin(new ClaudeOptions
        {
            OnElicitation = (_, _) => throw new InvalidOperationException(),
            SupportedDialogKinds = ["choice"],
            OnUserDialog = (_, _) => throw new InvalidOperationException(),
        });
        await using var gives = Begin(new ClaudeOptions { OnElicitation = (_, _) => ValueTask.FromResult<ElicitationResponse>(null!) });

        Assert.That(await AskAsync(throws, Question), Is.EqualTo("""{"action":"cancel"}"""));
        Assert.That(await AskAsync(throws, Dialog), Is.EqualTo("""{"behavior":"cancelled"}"""));
        Assert.That(await AskAsync(gives, Question), Is.EqualTo("""{"action":"cancel"}"""));
    }

    [Test]
    public async Task A_question_that_is_withdrawn_cancels_its_token_and_is_not_answered()
    {
        var cancelled = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        await using var talk = Begin(new ClaudeOptions
        {
            OnElicitation = async (_, cancellationToken) =>
            {
                await using var registration = cancellationToken.Register(cancelled.SetResult);
                started.SetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return ElicitationResponse.Cancel;
            },
        });

        await talk.Cli.SayAsync($$"""{"type":"control_request","request_id":"q","request":{{Question}}}""");
        await started.Task.InTime();
        await talk.Cli.SayAsync("""{"type":"control_cancel_request","request_id":"q"}""");
        await cancelled.Task.InTime();

        await AssertUnansweredAsync(talk, "q");
    }

    [Test]
    public async Task A_dialog_of_a_declared_kind_is_shown_and_its_result_goes_back()
    {
        UserDialogRequest? shown = null;
        await using var talk = Begin(new ClaudeOptions
        {
            SupportedDialogKinds = ["choice"],
            OnUserDialog = (request, _) =>
            {
                shown = request;
                return ValueTask.FromResult(UserDialogResponse.Completed(JsonDocument.Parse("[2]").RootElement));
            },
        });

        Assert.That(await AskAsync(talk, Dialog), Is.EqualTo("""{"behavior":"completed","result":[2]}"""));
        Assert.That((shown!.Kind, shown.ToolUseId, shown.Payload.GetRawText()), Is.EqualTo(("choice", "toolu_1", """{"of":[1,2]}""")));
    }

    [Test]
    public async Task A_dialog_of_another_kind_or_without_a_callback_is_left_to_other_hosts()
    {
        var shown = false;
        await using var other = Begin(new ClaudeOptions
        {
            SupportedDialogKinds = ["another"],
            OnUserDialog = (_, _) =>
            {
                shown = true;
                return ValueTask.FromResult(UserDialogResponse.Cancelled);
            },
        });
        await using var none = Begin(new ClaudeOptions { OnElicitation = (_, _) => ValueTask.FromResult(ElicitationResponse.Decline) });

        foreach (var talk in new[] { other, none })
        {
            await talk.Cli.SayAsync($$"""{"type":"control_request","request_id":"d","request":{{Dialog}}}""");
            await AssertUnansweredAsync(talk, "d");
        }

        Assert.That(shown, Is.False);
    }

    private static McpTalk Begin(ClaudeOptions options) => McpTalk.Begin([new UserQuestions(options)]);

    private static async Task<string> AskAsync(McpTalk talk, string request)
    {
        var id = Guid.NewGuid().ToString();
        await talk.Cli.SayAsync($$"""{"type":"control_request","request_id":"{{id}}","request":{{request}}}""");
        return (await talk.AnswerToAsync(id)).GetProperty("response").GetRawText();
    }

    private static async Task AssertUnansweredAsync(McpTalk talk, string id)
    {
        // What comes later is answered, so the silence before it is no delay.
        await talk.AnswerToAsync(await talk.SayAsync("nope", "{}"));
        talk.Cli.Exit(0);
        await talk.Start.Session.DisposeAsync().InTime();
        var rest = await talk.Cli.TakeRestAsync();
        Assert.That(rest.Where(line => FakeCli.Text(line, "type") == "control_response").Select(line => FakeCli.Text(line.GetProperty("response"), "request_id")), Does.Not.Contain(id));
    }
}
