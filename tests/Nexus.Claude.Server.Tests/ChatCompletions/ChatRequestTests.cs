using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests.ChatCompletions;

internal sealed class ChatRequestTests
{
    [Test]
    [Property("gateway-row", 12)]
    [Property("seed-row", 94)]
    public async Task A_history_is_translated_message_by_message()
    {
        var request = await Translate.Messages(
            """
            [{"role":"system","content":"Be brief."},
             {"role":"developer","content":[{"type":"text","text":"Be kind."}]},
             {"role":"user","content":"Hi"},
             {"role":"assistant","content":[{"type":"text","text":"Yes?"},{"type":"refusal","refusal":"No."}],"reasoning_content":"hidden","annotations":[]},
             {"role":"system","content":"Now in French."},
             {"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]
            """);
        Assert.That(request.Turn.System, Is.EqualTo("Be brief.\n\nBe kind."));
        Assert.That(request.Turn.Messages.Select(static message => (message.Role, Said(message))), Is.EqualTo(new[]
        {
            (TurnRole.User, "Hi"),
            (TurnRole.Assistant, "Yes?|No."),
            (TurnRole.User, "<system-reminder>\nNow in French.\n</system-reminder>|a|b"),
        }));
    }

    [Test]
    [Property("gateway-row", 10)]
    [Property("seed-row", 101)]
    public async Task Tool_calls_of_the_history_keep_their_ids_arguments_and_results()
    {
        var request = await Translate.Messages(
            """
            [{"role":"user","content":"Weather?"},
             {"role":"assistant","content":null,"tool_calls":[
               {"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\": \"P\"}"}},
               {"id":"functions.weather:1","type":"function","function":{"name":"weather","arguments":""}}]},
             {"role":"tool","tool_call_id":"call_1","content":"sunny"},
             {"role":"tool","tool_call_id":"functions.weather:1","content":[{"type":"text","text":"rain"},{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}],"is_error":true}]
            """);
        var calls = request.Turn.Messages[1].Content.Cast<ToolUseBlock>().ToArray();
        var results = request.Turn.Messages[2].Content.Cast<ToolResultBlock>().ToArray();
        Assert.That(calls.Select(static call => call.Input.GetRawText()), Is.EqualTo(new[] { """{"city": "P"}""", "{}" }));
        Assert.That(calls[0].Id, Is.EqualTo("call_1"));
        Assert.That(calls[1].Id, Does.Match("^[A-Za-z0-9_-]+$"), "The API refuses other characters.");
        Assert.That(results.Select(static result => result.ToolUseId), Is.EqualTo(calls.Select(static call => call.Id)));
        Assert.That(results[0].Text, Is.EqualTo("sunny"));
        Assert.That(results[1].Content[1], Is.InstanceOf<ImageBlock>());
        Assert.That(results[1].IsError, Is.True);
    }

    [Test]
    public async Task Legacy_function_messages_become_a_call_and_its_result()
    {
        var request = await Translate.Messages(
            """
            [{"role":"user","content":"Weather?"},
             {"role":"assistant","content":null,"function_call":{"name":"weather","arguments":"{}"}},
             {"role":"function","name":"weather","content":"sunny"}]
            """);
        var call = (ToolUseBlock)request.Turn.Messages[1].Content.Single();
        Assert.That(((ToolResultBlock)request.Turn.Messages[2].Content.Single()).ToolUseId, Is.EqualTo(call.Id));
    }

    [Test]
    [Property("gateway-row", 8)]
    [Property("gateway-row", 9)]
    [Property("seed-row", 93)]
    public async Task Every_form_of_tool_choice_is_taken()
    {
        const string Tools = ""","tools":[{"type":"function","function":{"name":"a"}},{"type":"function","function":{"name":"b"}}]""";
        foreach (var (choice, mode, name) in new[]
        {
            ("\"auto\"", ToolChoiceMode.Auto, null),
            ("\"none\"", ToolChoiceMode.None, null),
            ("\"required\"", ToolChoiceMode.Required, null),
            ("null", ToolChoiceMode.Auto, null),
            ("""{"type":"function","function":{"name":"b"}}""", ToolChoiceMode.Named, "b"),
        })
        {
            var turn = (await Translate.With($"{Tools},\"tool_choice\":{choice},\"parallel_tool_calls\":false")).Turn;
            Assert.That(turn.ToolChoice, Is.EqualTo(new ToolChoice(mode, name)));
            Assert.That(turn.ParallelToolCalls, Is.False);
            Assert.That(turn.Tools, Has.Count.EqualTo(2));
        }

        var allowed = (await Translate.With(Tools + ""","tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"a"}}]}}""")).Turn;
        Assert.That(allowed.ToolChoice.Mode, Is.EqualTo(ToolChoiceMode.Required));
        Assert.That(allowed.Tools.Single().Name, Is.EqualTo("a"));
        Assert.That((await Translate.With(",\"tool_choice\":\"none\"")).Turn.ToolChoice.Mode, Is.EqualTo(ToolChoiceMode.None), "Clients say so without tools.");
    }

    [TestCase("\"END\"", new[] { "END" })]
    [TestCase("""["a","b"]""", new[] { "a", "b" })]
    [TestCase("null", new string[0])]
    [TestCase("""["a"," \n"]""", new[] { "a" })]
    [Property("gateway-row", 16)]
    [Property("seed-row", 93)]
    public async Task Stop_is_a_string_or_an_array(string stop, string[] expected) =>
        Assert.That((await Translate.With($",\"stop\":{stop}")).Turn.Sampling.StopSequences, Is.EqualTo(expected));

    [Test]
    [Property("gateway-row", 15)]
    [Property("gateway-row", 17)]
    public async Task Sampling_values_reach_the_turn()
    {
        var sampling = (await Translate.With(",\"temperature\":1.7,\"top_p\":0.5,\"max_tokens\":9,\"max_completion_tokens\":7")).Turn.Sampling;
        Assert.That(sampling.Temperature, Is.EqualTo(1), "OpenAI's range ends at 2, Anthropic's at 1.");
        Assert.That(sampling.TopP, Is.EqualTo(0.5));
        Assert.That(sampling.MaxTokens, Is.EqualTo(7));
    }

    [Test]
    [Property("gateway-row", 17)]
    [Property("gateway-row", 37)]
    public async Task Sampling_values_that_thinking_excludes_are_dropped_and_named()
    {
        var request = await Translate.With(",\"temperature\":0.3,\"top_p\":0.5,\"reasoning_effort\":\"medium\"");
        Assert.That((request.Turn.Sampling.Temperature, request.Turn.Sampling.TopP), Is.EqualTo(((double?)null, (double?)null)));
        Assert.That(request.Ignored.Names, Is.EqualTo(new[] { "temperature", "top_p" }));
    }

    [Test]
    [Property("gateway-row", 20)]
    public async Task Thinking_fits_into_the_reply_or_is_left_out()
    {
        var fits = await Translate.With(",\"max_tokens\":4000,\"reasoning_effort\":\"high\"");
        Assert.That(fits.Turn.Sampling.Reasoning!.BudgetTokens, Is.InRange(1024, 3999));
        var small = await Translate.With(",\"max_tokens\":500,\"reasoning_effort\":\"high\"");
        Assert.That(small.Turn.Sampling.Reasoning, Is.Null);
        Assert.That(small.Ignored.Names, Is.EqualTo(new[] { "reasoning_effort" }));
        Assert.That((await Translate.With(",\"reasoning_effort\":\"none\"")).Turn.Sampling.Reasoning, Is.Null);
        var effort = await Translate.Body("""{"model":"opus","reasoning_effort":"xhigh","messages":[{"role":"user","content":"Hi"}]}""");
        Assert.That(effort.Turn.Sampling.Reasoning!.Effort, Is.EqualTo(EffortLevel.XHigh));
    }

    [Test]
    [Property("gateway-row", 37)]
    public async Task What_has_no_effect_is_named_and_what_openai_ignores_by_default_is_not()
    {
        var request = await Translate.With(
            """
            ,"seed":1,"logit_bias":{"50256":-100},"presence_penalty":0.5,"frequency_penalty":0,"logprobs":true,"n":1,"user":"u","metadata":{"a":"b"},
            "store":false,"service_tier":"auto","modalities":["text"],"verbosity":"low","stream_options":{"include_usage":true},"something_else":1,"tools":null
            """);
        Assert.That(request.Ignored.Names, Is.EquivalentTo(new[] { "seed", "logit_bias", "presence_penalty", "logprobs", "verbosity" }));
        Assert.That(request.IsStream, Is.False, "stream_options without stream is taken.");
    }

    [TestCase(",\"seed\":1", "seed", "unsupported_parameter")]
    [TestCase(",\"logprobs\":true", "logprobs", "unsupported_parameter")]
    [TestCase(",\"something_else\":1", "something_else", "unknown_parameter")]
    [Property("gateway-row", 37)]
    public async Task Strict_mode_refuses_it(string more, string param, string code)
    {
        var error = await Translate.Fails(() => Translate.With(more, new GatewayRequestOptions { Strict = true }));
        Assert.That((error.Status, error.Param, error.Code), Is.EqualTo((400, param, code)));
        error = await Translate.Fails(() => Translate.With(more + ",\"nexus\":{\"strict\":true}"));
        Assert.That(error.Code, Is.EqualTo(code));
    }

    [TestCase("""{"messages":[{"role":"user","content":"Hi"}]}""", 400, "model")]
    [TestCase("""{"model":"sonnet"}""", 400, "messages")]
    [TestCase("""{"model":"sonnet","messages":[]}""", 400, "messages")]
    [TestCase("""{"model":"sonnet","messages":"Hi"}""", 400, "messages")]
    [TestCase("""{"model":"gpt-nope","messages":[{"role":"user","content":"Hi"}]}""", 404, "model")]
    [TestCase("""{"model":"sonnet","messages":[{"content":"Hi"}]}""", 400, "messages[0].role")]
    [TestCase("""{"model":"sonnet","messages":[{"role":"robot","content":"Hi"}]}""", 400, "messages[0].role")]
    [TestCase("""{"model":"sonnet","messages":[{"role":"user","content":5}]}""", 400, "messages[0].content")]
    [TestCase("""{"model":"sonnet","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"","format":"wav"}}]}]}""", 400, "messages[0].content[0].type")]
    [TestCase("""{"model":"sonnet","messages":[{"role":"user","content":[{"type":"text"}]}]}""", 400, "messages[0].content[0].text")]
    [TestCase("""{"model":"sonnet","messages":[{"role":"user","content":"Hi"},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{"}}]}]}""", 400, "messages[1].tool_calls[0].function.arguments")]
    [TestCase("""{"model":"sonnet","messages":[{"role":"user","content":"Hi"},{"role":"tool","tool_call_id":"c","content":"x"}]}""", 400, "messages[1]")]
    public async Task A_wrong_message_is_refused_by_its_name(string json, int status, string param)
    {
        var error = await Translate.Fails(() => Translate.Body(json));
        Assert.That((error.Status, error.Param), Is.EqualTo((status, param)), error.Message);
    }

    [TestCase(",\"n\":2", "n")]
    [TestCase(",\"temperature\":3", "temperature")]
    [TestCase(",\"temperature\":\"hot\"", "temperature")]
    [TestCase(",\"top_p\":1.5", "top_p")]
    [TestCase(",\"max_tokens\":0", "max_tokens")]
    [TestCase(",\"max_completion_tokens\":1.5", "max_completion_tokens")]
    [TestCase(",\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]", "stop")]
    [TestCase(",\"stream\":\"yes\"", "stream")]
    [TestCase(",\"audio\":{\"voice\":\"x\"}", "audio")]
    [TestCase(",\"modalities\":[\"text\",\"audio\"]", "modalities[1]")]
    [TestCase(",\"web_search_options\":{}", "web_search_options")]
    [TestCase(",\"reasoning_effort\":\"huge\"", "reasoning_effort")]
    [TestCase(",\"response_format\":{\"type\":\"xml\"}", "response_format.type")]
    [TestCase(",\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\"}}", "response_format.json_schema.schema")]
    [TestCase(",\"tool_choice\":\"required\"", "tool_choice")]
    [TestCase(",\"tool_choice\":\"always\"", "tool_choice")]
    [TestCase(",\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"x\"}}]", "tools[0].type")]
    [TestCase(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"bad name\"}}]", "tools[0].function.name")]
    [TestCase(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a.b\"}},{\"type\":\"function\",\"function\":{\"name\":\"a_b\"}}]", "tools[1].function.name")]
    [TestCase(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\",\"parameters\":{\"type\":\"string\"}}}]", "tools[0].function.parameters.type")]
    [TestCase(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a\"}}],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"b\"}}", "tool_choice.function.name")]
    public async Task A_wrong_parameter_is_refused_by_its_name(string more, string param)
    {
        var error = await Translate.Fails(() => Translate.With(more));
        Assert.That((error.Status, error.Param), Is.EqualTo((400, param)), error.Message);
    }

    [Test]
    public async Task Requests_beyond_the_limits_are_refused()
    {
        var messages = string.Join(',', Enumerable.Repeat("""{"role":"user","content":"x"}""", 501));
        Assert.That((await Translate.Fails(() => Translate.Messages($"[{messages}]"))).Param, Is.EqualTo("messages"));
        var tools = string.Join(',', Enumerable.Range(0, 129).Select(static index => $$"""{"type":"function","function":{"name":"t{{index}}"} }"""));
        Assert.That((await Translate.Fails(() => Translate.With($",\"tools\":[{tools}]"))).Param, Is.EqualTo("tools[128].function"));
        var schema = $$"""{"type":"object","description":"{{new string('x', 70_000)}}"}""";
        var error = await Translate.Fails(() => Translate.With($$""","tools":[{"type":"function","function":{"name":"a","parameters":{{schema}} } }]"""));
        Assert.That((error.Param, error.Code), Is.EqualTo(("tools[0].function.parameters", "schema_too_large")));
    }

    [Test]
    public async Task A_schema_passes_word_for_word_and_gets_its_type_when_it_has_none()
    {
        const string Schema = """{"type":"object","$defs":{"a":{"anyOf":[{"type":"null"},{"const":1.50}]}},"properties":{"x":{"$ref":"#/$defs/a"}}}""";
        var tools = (await Translate.With($$""","tools":[{"type":"function","function":{"name":"a","strict":true,"parameters":{{Schema}} } },{"type":"function","function":{"name":"b","parameters":{"anyOf":[]} } }]""")).Turn.Tools;
        Assert.That(tools[0].Schema.GetRawText(), Is.EqualTo(Schema));
        Assert.That(tools[1].Schema.GetRawText(), Is.EqualTo("""{"type":"object","anyOf":[]}"""));
    }

    [Test]
    [Property("gateway-row", 33)]
    public async Task A_folder_outside_of_what_the_key_may_use_is_refused()
    {
        var error = await Translate.Fails(() => Translate.With($",\"cwd\":{Translate.Json(Path.GetTempPath())}"));
        Assert.That((error.Status, error.Param), Is.EqualTo((403, "cwd")));
    }

    [Test]
    public async Task Half_a_pair_of_surrogates_becomes_the_replacement_character_everywhere()
    {
        var request = await Translate.Messages(
            """
            [{"role":"user","content":"a\ud83d b \ud83d\ude00 \\ud83d c\udE00"},
             {"role":"assistant","tool_calls":[{"id":"c1","function":{"name":"f","arguments":"{\"x\":\"\\ud83d\"}"}}]},
             {"role":"tool","tool_call_id":"c1","content":"\udfff"}]
            """, ",\"un\\ud83dknown\":1");
        Assert.That(Said(request.Turn.Messages[0]), Is.EqualTo("a\uFFFD b \U0001F600 \\ud83d c\uFFFD"));
        Assert.That(((ToolUseBlock)request.Turn.Messages[1].Content[0]).Input.GetProperty("x").GetString(), Is.EqualTo("\uFFFD"));
        Assert.That(((ToolResultBlock)request.Turn.Messages[2].Content[0]).Text, Is.EqualTo("\uFFFD"));
    }

    private static string Said(TurnMessage message) => string.Join('|', message.Content.OfType<TextBlock>().Select(static block => block.Text));
}
