using System.Text;
using System.Text.Json;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Wire;

[Parallelizable(ParallelScope.All)]
public sealed class MessageReaderTests
{
    [Test]
    public void The_kind_is_found_wherever_it_stands_in_the_line()
    {
        var message = Read("""{"duration_api_ms":7,"usage":{"type":"x","subtype":"y"},"subtype":"success","is_error":false,"type":"result","result":"ok"}""");
        Assert.That(message, Is.InstanceOf<ResultMessage>());
        var result = (ResultMessage)message;
        Assert.That((result.Text, result.IsSuccess, result.ApiDuration), Is.EqualTo(("ok", true, TimeSpan.FromMilliseconds(7))));
    }

    [Test]
    public void A_kind_that_the_caller_has_found_is_taken_as_given()
    {
        var line = """{"type":"system","subtype":"session_state_changed","state":"idle"}"""u8.ToArray();
        var message = (SessionStateChangedMessage)MessageReader.Read(line, "system"u8, "session_state_changed"u8);
        Assert.That(message.State, Is.EqualTo(SessionState.Idle));
        Assert.That(message.Raw.Utf8.ToArray(), Is.EqualTo(line));
    }

    [Test]
    public void An_unknown_type_keeps_its_bytes_its_ids_and_no_problem()
    {
        const string Json = """{"subtype":"s","type":"brand_new","uuid":"u","session_id":"i","x":[1, 2]}""";
        var message = (UnknownMessage)Read(Json);
        Assert.That((message.Type, message.Subtype, message.Uuid, message.SessionId, message.Problem), Is.EqualTo(("brand_new", "s", "u", "i", (string?)null)));
        Assert.That(message.Raw.ToString(), Is.EqualTo(Json));
        Assert.That(message.ToJson(), Is.EqualTo(Json));
        Assert.That(message.Raw.Parse().GetProperty("x").GetArrayLength(), Is.EqualTo(2));
    }

    [Test]
    public void An_unknown_system_subtype_is_a_system_message()
    {
        var message = (UnknownSystemMessage)Read("""{"type":"system","subtype":"brand_new","n":1}""");
        Assert.That(message.Subtype, Is.EqualTo("brand_new"));
        Assert.That(message.ToString(), Is.EqualTo("system: brand_new"));
    }

    [TestCase("""{"a":1}""")]
    [TestCase("{}")]
    [TestCase("""{"type":5}""")]
    [TestCase("""{"type":null}""")]
    [TestCase("""{"type":{"type":"result"}}""")]
    public void An_object_without_a_type_is_an_unknown_message(string json) =>
        Assert.That(Read(json), Is.InstanceOf<UnknownMessage>().With.Property(nameof(UnknownMessage.Type)).Empty);

    [TestCase("")]
    [TestCase("   ")]
    [TestCase("garbage")]
    [TestCase("[]")]
    [TestCase("7")]
    [TestCase("null")]
    [TestCase("\"text\"")]
    [TestCase("""{"type":"result" """)]
    [TestCase("""{"type":"result"} x""")]
    [TestCase("""{"type":"result","a":}""")]
    [TestCase("""{"type":"brand_new","a":}""")]
    [TestCase("""{"type":"brand_new"} {}""")]
    public void Only_a_line_that_is_no_JSON_object_is_an_error(string line) =>
        Assert.That(() => Read(line), Throws.InstanceOf<JsonException>());

    [Test]
    public void A_member_of_the_wrong_kind_is_left_out_and_the_rest_arrives()
    {
        const string Json = """
            {"type":"result","subtype":"success","is_error":false,"num_turns":{"odd":1},"usage":{"input_tokens":[1],"output_tokens":5},
            "modelUsage":{"a.b":{"inputTokens":"three","outputTokens":4},"c":{"outputTokens":6}},
            "permission_denials":[{"tool_name":"A"},{"tool_name":["B"],"tool_use_id":"b"}],"duration_ms":"12","result":"fine"}
            """;
        var result = (ResultMessage)Read(Json);
        Assert.That((result.Text, result.IsSuccess, result.NumTurns), Is.EqualTo(("fine", true, 0)));
        Assert.That(result.Duration, Is.EqualTo(TimeSpan.FromMilliseconds(12)));
        Assert.That((result.TurnUsage.InputTokens, result.TurnUsage.OutputTokens), Is.EqualTo((0, 5)));
        Assert.That(result.SessionModelUsage["a.b"].OutputTokens, Is.EqualTo(4));
        Assert.That(result.SessionModelUsage["c"].OutputTokens, Is.EqualTo(6));
        Assert.That(result.PermissionDenials.Select(denial => (denial.ToolName, denial.ToolUseId)), Is.EqualTo(new[] { ("A", ""), ("", "b") }));
        Assert.That(result.Raw.ToString(), Is.EqualTo(Json));
    }

    [Test]
    public void Numbers_and_strings_and_truth_values_are_read_in_each_others_place()
    {
        var init = (InitMessage)Read("""{"type":"system","subtype":"init","cwd":7,"model":true,"tools":[1,"b"],"permissionMode":3}""");
        Assert.That((init.WorkingDirectory, init.Model, init.PermissionMode.Value), Is.EqualTo(("7", "true", "3")));
        Assert.That(init.Tools, Is.EqualTo(new[] { "1", "b" }));

        var retry = (ApiRetryMessage)Read("""{"type":"system","subtype":"api_retry","attempt":"2","max_retries":3.0,"retry_delay_ms":"585.5","error_status":"529"}""");
        Assert.That((retry.Attempt, retry.MaxRetries, retry.RetryDelay, retry.ErrorStatus), Is.EqualTo((2, 3, TimeSpan.FromMilliseconds(585.5), 529)));
    }

    [Test]
    public void A_null_in_place_of_a_value_is_the_default()
    {
        var result = (ResultMessage)Read("""
            {"type":"result","subtype":null,"is_error":null,"num_turns":null,"total_cost_usd":null,"duration_ms":null,"usage":null,"modelUsage":null,"errors":null,"permission_denials":null}
            """);
        Assert.That((result.Subtype.Value, result.IsError, result.NumTurns, result.SessionCostUsd, result.Duration), Is.EqualTo(("", false, 0, 0m, TimeSpan.Zero)));
        Assert.That((result.Errors.Count, result.PermissionDenials.Count, result.SessionModelUsage.Count, result.TurnUsage.InputTokens), Is.EqualTo((0, 0, 0, 0L)));
        Assert.That(((AssistantMessage)Read("""{"type":"assistant","message":null}""")).Text, Is.Empty);
        Assert.That(((AssistantMessage)Read("""{"type":"assistant","message":{"content":null}}""")).Content, Is.Empty);
    }

    [Test]
    public void Bytes_that_are_not_UTF8_become_U_FFFD_and_stay_as_they_are_in_Raw()
    {
        byte[] line = [.. """{"type":"assistant","message":{"content":[{"type":"text","text":"a"""u8, 0xC3, 0x28, .. "z\"}]},\"new\":\"\xff\"}"u8];
        var message = (AssistantMessage)MessageReader.Read(line);
        Assert.That(message.Text, Is.EqualTo("a\uFFFD(z"));
        Assert.That(message.Raw.Utf8.ToArray(), Is.EqualTo(line));
        Assert.That(message.ToJson(), Does.Contain("a\uFFFD(z"));
    }

    [Test]
    public void Bytes_that_are_not_UTF8_in_a_text_delta_become_U_FFFD_too()
    {
        byte[] line = [.. """{"type":"stream_event","event":{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"""u8, 0xFF, .. "\"}},\"uuid\":\"u\"}"u8];
        Assert.That(((StreamEventMessage)MessageReader.Read(line)).TextDelta, Is.EqualTo("a\uFFFD"));
    }

    [TestCase("""\ud83d""", "\uFFFD")]
    [TestCase("""\uDE00""", "\uFFFD")]
    [TestCase("""\ud83d\ud83d\ude00""", "\uFFFD\U0001F600")]
    [TestCase("""\ud83d\ude00""", "\U0001F600")]
    [TestCase("""\ud83dx\ude00""", "\uFFFDx\uFFFD")]
    [TestCase("""\\ud83d""", "\\ud83d")]
    [TestCase("""\\\ud83d""", "\\\uFFFD")]
    public void Half_an_emoji_that_JavaScript_escaped_costs_one_character_and_not_the_message(string escaped, string expected)
    {
        var message = (AssistantMessage)Read($$"""{"type":"assistant","message":{"content":[{"type":"text","text":"{{escaped}}"}]},"x":"{{escaped}}"}""");
        Assert.That(message.Text, Is.EqualTo(expected));
        Assert.That(message.AdditionalProperties!["x"].GetString(), Is.EqualTo(expected));
        var delta = (StreamEventMessage)Read($$$$"""{"type":"stream_event","event":{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{{escaped}}}}"}}}""");
        Assert.That(delta.TextDelta, Is.EqualTo(expected));
    }

    [Test]
    public void Nesting_beyond_every_limit_still_arrives()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"a":""", 3000)) + "1" + new string('}', 3000);
        var result = (ResultMessage)Read($$"""{"type":"result","result":"ok","structured_output":{{deep}}}""");
        Assert.That(result.Text, Is.EqualTo("ok"));
        Assert.That(result.Raw.Parse().TryGetProperty("structured_output", out _));
        Assert.That(Read($$"""{"type":"brand_new","x":{{deep}}}"""), Is.InstanceOf<UnknownMessage>());
        var tool = (AssistantMessage)Read($$$$"""{"type":"assistant","uuid":"u","message":{"id":"m","content":[{"type":"tool_use","id":"t","input":{{{{deep}}}}}]}}""");
        Assert.That((tool.Uuid, tool.MessageId), Is.EqualTo(("u", "m")));
    }

    [Test]
    public void Blocks_nested_in_blocks_without_end_neither_overflow_the_stack_nor_lose_the_message()
    {
        var nested = string.Concat(Enumerable.Repeat("""[{"type":"tool_result","content":""", 20000)) + "1" + string.Concat(Enumerable.Repeat("}]", 20000));
        var user = (UserMessage)Read($$$$"""{"type":"user","uuid":"u","message":{"role":"user","content":{{{{nested}}}}}}""");
        Assert.That((user.Uuid, user.Message.Role), Is.EqualTo(("u", "user")));
    }

    [Test]
    public void The_last_of_two_members_with_one_name_counts()
    {
        Assert.That(((LocalCommandOutputMessage)Read("""{"type":"result","subtype":"x","type":"system","subtype":"local_command_output","content":"a","content":"b"}""")).Content, Is.EqualTo("b"));
        Assert.That(((ResultMessage)Read("""{"type":"result","new":1,"new":2}""")).AdditionalProperties!["new"].GetInt32(), Is.EqualTo(2));
    }

    [Test]
    public void A_carriage_return_before_the_line_end_is_white_space() =>
        Assert.That(Read("{\"type\":\"result\"}\r"), Is.InstanceOf<ResultMessage>());

    [Test]
    public void The_id_of_a_session_is_one_string_for_all_its_deltas()
    {
        var first = (StreamEventMessage)Read(Delta("a", "11111111-2222-4333-8444-555555555555"));
        var second = (StreamEventMessage)Read(Delta("b", "11111111-2222-4333-8444-555555555555"));
        Assert.That(second.SessionId, Is.SameAs(first.SessionId));
    }

    [Test]
    public void Ids_of_many_sessions_are_never_mixed_up() => Parallel.For(0, 5000, i =>
    {
        var id = $"{i % 300:D8}-2222-4333-8444-555555555555";
        var message = (StreamEventMessage)Read(Delta("a", id));
        if (message.SessionId != id)
            throw new InvalidOperationException($"{message.SessionId} is not {id}");
    });

    [Test]
    public void A_text_delta_costs_its_record_and_its_text_and_no_other_allocation()
    {
        ReadOnlyMemory<byte> line = Encoding.UTF8.GetBytes(Delta("Hello", "11111111-2222-4333-8444-555555555555"));
        MessageReader.Read(line);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            MessageReader.Read(line);
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
        Assert.That(each, Is.LessThanOrEqualTo(192));
    }

    [TestCase("$.a.b", "a/b")]
    [TestCase("$.a[3].b", "a/\03/b")]
    [TestCase("$.a[3]", "a")]
    [TestCase("$['a.b'].c", "a.b/c")]
    [TestCase("$", "")]
    public void The_place_of_a_failure_is_read_from_its_path(string path, string steps) =>
        Assert.That(string.Join('/', MessageSalvage.ParsePath(path)!), Is.EqualTo(steps));

    private static ClaudeMessage Read(string line) => MessageReader.Read(Encoding.UTF8.GetBytes(line));

    private static string Delta(string text, string session) =>
        $$$"""{"type":"stream_event","event":{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"{{{text}}}"}},"session_id":"{{{session}}}","parent_tool_use_id":null,"uuid":"99999999-2222-4333-8444-555555555555"}""";
}
