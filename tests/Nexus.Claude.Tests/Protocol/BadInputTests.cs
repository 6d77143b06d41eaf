using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Protocol;

/// <summary>What the CLI should never say, said by a real process: each has one stated outcome, and no whole message is lost.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class BadInputTests
{
    private const string UserDialog = """{"subtype":"request_user_dialog","dialog_kind":"x"}""";

    [Test]
    public async Task An_answer_to_initialize_that_says_nothing_readable_about_the_CLI_fails_whoever_asks_and_no_prompt()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize("""{"models":[5]}""").Turn("fine").Turn("fine again"));
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        Assert.That(await client.AskAsync("Hi").InTime(), Is.EqualTo("fine"));
        Assert.That(() => client.Server, Throws.InstanceOf<ProtocolException>().With.Property(nameof(ProtocolException.RequestSubtype)).EqualTo("initialize"));
        Assert.That(await client.AskAsync("Hi").InTime(), Is.EqualTo("fine again"));
    }

    [Test]
    public async Task Noise_is_skipped_and_a_broken_object_is_reported()
    {
        var messages = await QueryAsync(new CliScript().AnswerInitialize().WriteText("npm WARN this is not JSON").WriteText("{\"type\":\"assistant\",").Turn("Hello."));

        var warning = messages.OfType<StreamWarningMessage>().Single();
        Assert.That(warning.Kind, Is.EqualTo(StreamWarning.LineNotJson));
        Assert.That(warning.Raw.ToString(), Is.EqualTo("{\"type\":\"assistant\","));
        AssertAnswered(messages, "Hello.");
    }

    [Test]
    public async Task Half_a_line_at_the_end_is_reported_with_its_bytes()
    {
        var messages = await QueryAsync(new CliScript().AnswerInitialize().Turn("Hello.").WriteText("{\"type\":\"assistant\",\"mess", newLine: false).Exit());

        var warning = messages.OfType<StreamWarningMessage>().Single();
        Assert.That(warning.Kind, Is.EqualTo(StreamWarning.LineCutOff));
        Assert.That(warning.Raw.ToString(), Is.EqualTo("{\"type\":\"assistant\",\"mess"));
        AssertAnswered(messages, "Hello.");
    }

    [Test]
    public async Task A_whole_message_without_line_end_at_the_end_is_kept()
    {
        var messages = await QueryAsync(new CliScript().AnswerInitialize().Turn("Hello.").WriteText("{\"type\":\"last_words\"}", newLine: false).Exit());

        Assert.That(messages[^1], Is.InstanceOf<UnknownMessage>().With.Property(nameof(ClaudeMessage.Type)).EqualTo("last_words"));
        Assert.That(messages.OfType<StreamWarningMessage>(), Is.Empty);
    }

    [Test]
    public async Task Invalid_UTF_8_arrives_as_replacement_characters()
    {
        var messages = await QueryAsync(new CliScript().AnswerInitialize()
            .WriteBytes([.. """{"type":"assistant","message":{"role":"assistant","content":[{"type":"text","text":"a"""u8, 0xC3, 0x28, 0xFF, .. "b\"}]},\"uuid\":\"u\"}\n"u8])
            .Turn("Hello."));

        Assert.That(messages.OfType<AssistantMessage>().First().Text, Is.EqualTo("a\uFFFD(\uFFFDb"));
        AssertAnswered(messages, "Hello.");
    }

    [Test]
    public async Task A_line_over_the_limit_is_skipped_and_reported_and_the_session_lives()
    {
        const long Length = 70 << 20;
        var messages = await QueryAsync(new CliScript().AnswerInitialize().GiantLine(Length).Turn("Hello."));

        var warning = messages.OfType<StreamWarningMessage>().Single();
        Assert.That(warning.Kind, Is.EqualTo(StreamWarning.LineTooLong));
        Assert.That(warning.Bytes, Is.EqualTo(Length - 1), "without its line feed");
        AssertAnswered(messages, "Hello.");
    }

    [Test]
    public async Task A_line_of_70_MiB_arrives_when_the_limit_allows_it()
    {
        const int Length = 70 << 20;
        var messages = await QueryAsync(
            new CliScript().AnswerInitialize().GiantLine(Length).Turn("Hello."), options => options.MaxLineBytes = Length);

        Assert.That(messages.OfType<StreamWarningMessage>(), Is.Empty);
        var giant = messages.OfType<AssistantMessage>().First();
        Assert.That(giant.Raw.Utf8.Length, Is.EqualTo(Length - 1));
        Assert.That(giant.Text, Does.EndWith("ggg"));
        AssertAnswered(messages, "Hello.");
    }

    [Test]
    public async Task Values_of_the_wrong_kind_and_kinds_nobody_knows_arrive_as_far_as_they_go()
    {
        var messages = await QueryAsync(new CliScript().AnswerInitialize()
            .WriteLine("""{"type":"assistant","message":{"id":5,"role":7,"content":[{"type":"text","text":"kept"},{"type":"hologram","depth":3}]},"uuid":3}""")
            .WriteLine("""{"type":"brand_new","answer":42}""")
            .WriteLine("""{"type":"system","subtype":"brand_new"}""")
            .WriteLine("""{"type":17}""")
            .WriteLine("""{}""")
            .WriteLine("""[1,2]""")
            .Turn("Hello.", resultJson: """{"subtype":"error_brand_new","is_error":true,"terminal_reason":"brand_new"}"""));

        var assistant = messages.OfType<AssistantMessage>().First();
        Assert.That(assistant.Text, Is.EqualTo("kept"));
        Assert.That(assistant.Content, Has.Count.EqualTo(2));
        Assert.That(assistant.Content[1].Type, Is.EqualTo("hologram"));
        Assert.That(messages.OfType<UnknownMessage>().Select(message => message.Raw.ToString()),
            Is.EqualTo(new[] { """{"type":"brand_new","answer":42}""", """{"type":17}""", """{}""" }));
        Assert.That(messages.OfType<UnknownSystemMessage>().Single().Raw.ToString(), Does.Contain("brand_new"));
        var result = messages.OfType<ResultMessage>().Single();
        Assert.That(result.IsSuccess, Is.False);
        Assert.That(result.Subtype.Value, Is.EqualTo("error_brand_new"));
    }

    [Test]
    public async Task Answers_that_nobody_waits_for_and_second_answers_are_ignored()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize()
            .Respond("nobody", """{"model":"stray"}""")
            .WriteLine("""{"type":"control_response"}""")
            .WriteLine("""{"type":"control_response","response":{"subtype":"success","request_id":5}}""")
            .AnswerControl("set_model", """{"model":"first"}""")
            .Respond(payloadJson: """{"model":"second"}""")
            .Turns());
        await using var client = await ClaudeClient.ConnectAsync(cli.Options()).InTime();

        Assert.That(await client.SetModelAsync("x").InTime(), Is.EqualTo("first"));
        Assert.That(await client.SetModelAsync("third").InTime(), Is.EqualTo("third"));
        Assert.That(await client.AskAsync("Hi").InTime(), Is.EqualTo("You said: Hi"));
    }

    [Test]
    public async Task Requests_of_the_CLI_are_answered_once_refused_or_left_alone_as_the_protocol_wants()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize()
            .SendControl("""{"subtype":"brand_new"}""", "twice")
            .SendControl("""{"subtype":"brand_new"}""", "twice")
            .SendControl(UserDialog, "silent")
            .WriteLine("""{"type":"control_request","request_id":"bare"}""")
            .SendControl("""{"subtype":"elicitation","mcp_server_name":"s","message":"?"}""", "asked")
            .CancelControl("never_sent")
            .AwaitControlResponse("asked")
            .Turn("Hello."));
        var messages = await ClaudeCode.QueryAsync("Hi", cli.Options()).ReadAsync();

        var answers = (await cli.ReadRecordAsync()).Where(record => record.Kind == "input" && FakeCli.Text(record.LineJson, "type") == "control_response")
            .Select(record => record.LineJson.GetProperty("response")).ToLookup(response => FakeCli.Text(response, "request_id"));
        Assert.That(FakeCli.Text(answers["twice"].Single(), "error_code"), Is.EqualTo("unsupported_request"));
        Assert.That(FakeCli.Text(answers["twice"].Single(), "error"), Does.Contain("brand_new"));
        Assert.That(FakeCli.Text(answers["bare"].Single(), "error_code"), Is.EqualTo("unsupported_request"));
        Assert.That(answers["silent"], Is.Empty);
        Assert.That(FakeCli.Text(answers["asked"].Single().GetProperty("response"), "action"), Is.EqualTo("decline"));
        AssertAnswered(messages, "Hello.");
    }

    private static async Task<List<ClaudeMessage>> QueryAsync(CliScript script, Action<ClaudeOptions>? configure = null)
    {
        await using var cli = ScriptedCli.Create(script);
        var options = cli.Options();
        configure?.Invoke(options);
        return await ClaudeCode.QueryAsync("Hi", options).ReadAsync();
    }

    private static void AssertAnswered(List<ClaudeMessage> messages, string text)
    {
        Assert.That(messages.OfType<AssistantMessage>().Last().Text, Is.EqualTo(text));
        Assert.That(messages.OfType<ResultMessage>().Single().Text, Is.EqualTo(text));
    }
}
