using System.Text.Json;
using Nexus.Claude.Protocol;

namespace Nexus.Claude.Tests.Protocol;

/// <summary>Answers as they come through a session, whole and damaged.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ControlChannelTests
{
    [Test]
    public async Task An_answer_that_is_damaged_is_reported_and_a_whole_one_is_taken()
    {
        var cli = new FakeCli();
        await using var session = await cli.StartAsync();
        var asking = AskAsync(session);
        var id = await cli.TakeControlAsync("ask");

        await cli.SayAsync(
            $$$$"""{"type":"control_response","response":{"subtype":"success","request_id":"{{{{id}}}}","response":{"a":"damaged"}},"more":tru}""",
            $$$$"""{"type":"control_response","response":{"subtype":"success","request_id":"{{{{id}}}}","response":{"a":"damaged"}}} {}""",
            $$$$"""{"type":"control_response","response":{"subtype":"success","request_id":"{{{{id}}}}","response":{"a":"whole"}}}""");

        Assert.That((await asking.InTime()).Text("a"u8), Is.EqualTo("whole"));
        cli.Exit(0);
        await session.Completion.InTime();
        var batch = new Queue<ClaudeMessage>();
        Assert.That(session.Unprompted.TryTake(ref batch), Is.True);
        var warnings = batch.OfType<StreamWarningMessage>().ToList();
        Assert.That(warnings.Select(warning => warning.Kind), Is.EqualTo(new[] { StreamWarning.LineNotJson, StreamWarning.LineNotJson }));
        Assert.That(warnings[0].Raw.ToString(), Does.EndWith("tru}"));
    }

    [Test]
    public async Task What_is_no_Unicode_in_an_answer_arrives_as_replacement_characters()
    {
        var cli = new FakeCli();
        await using var session = await cli.StartAsync();
        var asking = AskAsync(session);

        await cli.AnswerAsync(await cli.TakeControlAsync("ask"), """{"a":"x\ud83dy","b":true}""");

        var reply = await asking.InTime();
        Assert.That(reply.Text("a"u8), Is.EqualTo("x\uFFFDy"));
        Assert.That(reply.Parse().GetProperty("b").GetBoolean(), Is.True);
        cli.Exit(0);
    }

    [Test]
    public async Task A_request_that_is_damaged_inside_of_an_escape_ends_no_session()
    {
        var cli = new FakeCli();
        await using var session = await cli.StartAsync();
        var asking = AskAsync(session);

        await cli.SayAsync("{\"type\":\"control_request\",\"request_id\":\"\\ud8\uFFFDd\",\"request\":{\"subtype\":\"brand_new\"}}");
        await cli.AnswerAsync(await cli.TakeControlAsync("ask"), """{"a":"whole"}""");

        Assert.That((await asking.InTime()).Text("a"u8), Is.EqualTo("whole"));
        cli.Exit(0);
    }

    [Test]
    public async Task A_deep_answer_arrives_whole()
    {
        const int Depth = 400;
        var deep = new string('[', Depth) + new string(']', Depth);
        var cli = new FakeCli();
        await using var session = await cli.StartAsync();
        var asking = AskAsync(session);

        await cli.AnswerAsync(await cli.TakeControlAsync("ask"), deep);

        Assert.That((await asking.InTime()).Parse().GetRawText(), Is.EqualTo(deep));
        cli.Exit(0);
    }

    [Test]
    public async Task A_bare_acknowledgement_is_an_answer()
    {
        var cli = new FakeCli();
        await using var session = await cli.StartAsync();
        var asking = AskAsync(session);

        var id = await cli.TakeControlAsync("ask");
        await cli.SayAsync($$$"""{"type":"control_response","response":{"subtype":"success","request_id":"{{{id}}}"}}""");

        Assert.That((await asking.InTime()).Parse().ValueKind, Is.EqualTo(JsonValueKind.Undefined));
        cli.Exit(0);
    }

    [TestCase(""","error":"not now","error_code":"busy" """, "not now", "busy")]
    [TestCase(""","error":{"text":"not now"},"error_code":5""", "it gave no reason", null)]
    [TestCase("", "it gave no reason", null)]
    public async Task A_refusal_says_what_the_CLI_says(string members, string reason, string? code)
    {
        var cli = new FakeCli();
        await using var session = await cli.StartAsync();
        var asking = AskAsync(session);

        var id = await cli.TakeControlAsync("ask");
        await cli.SayAsync($$$"""{"type":"control_response","response":{"subtype":"error","request_id":"{{{id}}}"{{{members}}}}}""");

        var refusal = await asking.FailureAsync<ProtocolException>();
        Assert.That(refusal.Message, Is.EqualTo($"The CLI refused the control request 'ask': {reason}"));
        Assert.That((refusal.RequestSubtype, refusal.ErrorCode), Is.EqualTo(("ask", code)));
        cli.Exit(0);
    }

    [Test]
    public async Task Requests_that_an_answer_brings_along_are_answered()
    {
        var cli = new FakeCli();
        await using var session = await cli.StartAsync();
        var asking = AskAsync(session);

        var id = await cli.TakeControlAsync("ask");
        await cli.SayAsync($$$"""
            {"type":"control_response","response":{"pending_elicitation_requests":[{"request_id":"third","request":{"subtype":"elicitation"}}],"pending_user_dialog_requests":[],"pending_permission_requests":[{"type":"control_request","request_id":"first","request":{"subtype":"brand_new"}},5,{"request_id":"second"}],"request_id":"{{{id}}}","subtype":"success"}}
            """);

        await asking.InTime();
        var codes = new List<string?>();
        foreach (var pending in new[] { "first", "second" })
            codes.Add(FakeCli.Text((await TakeResponseAsync(cli, pending)), "error_code"));
        Assert.That(codes, Has.All.EqualTo("unsupported_request"));
        Assert.That(FakeCli.Text((await TakeResponseAsync(cli, "third")).GetProperty("response"), "action"), Is.EqualTo("decline"));
        cli.Exit(0);
    }

    private static Task<ControlReply> AskAsync(Session session) =>
        session.Control.RequestAsync("ask", null, TimeSpan.FromSeconds(60), CancellationToken.None);

    private static async Task<JsonElement> TakeResponseAsync(FakeCli cli, string requestId)
    {
        var line = await cli.TakeAsync(line => FakeCli.Text(line, "type") == "control_response"
            && FakeCli.Text(line.GetProperty("response"), "request_id") == requestId);
        return line.GetProperty("response");
    }
}
