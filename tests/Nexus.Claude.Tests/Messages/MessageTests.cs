using System.Text.Json;

namespace Nexus.Claude.Tests.Messages;

[Parallelizable(ParallelScope.All)]
public sealed class MessageTests
{
    [TestCase("success", false, null, true, false)]
    [TestCase("success", true, "api_error", false, false)]
    [TestCase("error_max_turns", true, "max_turns", false, false)]
    [TestCase("error_during_execution", true, "aborted_streaming", false, true)]
    [TestCase("error_during_execution", true, "aborted_tools", false, true)]
    [TestCase("brand_new", false, "brand_new", false, false)]
    public void A_result_says_whether_it_succeeded_and_whether_it_was_interrupted(string subtype, bool isError, string? reason, bool isSuccess, bool isInterrupted)
    {
        var result = new ResultMessage
        {
            Subtype = new(subtype),
            IsError = isError,
            TerminalReason = reason is null ? null : new TerminalReason(reason),
        };
        Assert.That((result.IsSuccess, result.IsInterrupted), Is.EqualTo((isSuccess, isInterrupted)));
    }

    [Test]
    public void Money_is_exact_and_times_are_written_as_the_numbers_that_came()
    {
        const string Json = """{"type":"result","subtype":"success","is_error":false,"duration_ms":498,"duration_api_ms":283.25,"total_cost_usd":0.000376,"request_sent_wall_ms":1795357840530}""";
        var result = (ResultMessage)ClaudeMessage.Parse(Json);
        Assert.That(result.SessionCostUsd, Is.EqualTo(0.000376m));
        Assert.That(result.RequestSentAt, Is.EqualTo(DateTimeOffset.FromUnixTimeMilliseconds(1795357840530)));
        var written = JsonElement.Parse(result.ToJson());
        Assert.That(written.GetProperty("duration_api_ms").GetRawText(), Is.EqualTo("283.25"));
        Assert.That(written.GetProperty("total_cost_usd").GetRawText(), Is.EqualTo("0.000376"));
        Assert.That(written.GetProperty("request_sent_wall_ms").GetRawText(), Is.EqualTo("1795357840530"));
        Assert.That(((ToolProgressMessage)ClaudeMessage.Parse("""{"type":"tool_progress","elapsed_time_seconds":1.5}""")).Elapsed, Is.EqualTo(TimeSpan.FromSeconds(1.5)));
    }

    [TestCase("2026-11-22T14:31:37.922Z")]
    [TestCase("2026-11-22T15:31:37.922000+01:00")]
    public void A_timestamp_is_an_instant_and_is_written_as_the_text_that_came(string text)
    {
        var message = (AssistantMessage)ClaudeMessage.Parse($$"""{"type":"assistant","timestamp":"{{text}}"}""");
        Assert.That(message.Timestamp, Is.EqualTo(new DateTimeOffset(2026, 11, 22, 14, 31, 37, 922, TimeSpan.Zero)));
        Assert.That(JsonElement.Parse(message.ToJson()).GetProperty("timestamp").GetString(), Is.EqualTo(text));
        Assert.That(message with { Timestamp = message.Timestamp!.Value.AddHours(1) }, Has.Property(nameof(message.Timestamp)).EqualTo(message.Timestamp.Value.AddHours(1)));
    }

    [Test]
    public void A_timestamp_that_cannot_be_read_is_no_timestamp_and_stays_in_the_JSON()
    {
        var message = (AssistantMessage)ClaudeMessage.Parse("""{"type":"assistant","timestamp":"noon"}""");
        Assert.That(message.Timestamp, Is.Null);
        Assert.That(message.ToJson(), Does.Contain("noon"));
    }

    [Test]
    public void An_assistant_message_offers_its_text_and_says_who_wrote_it()
    {
        var message = (AssistantMessage)ClaudeMessage.Parse("""
            {"type":"assistant","message":{"id":"m","model":"x","content":[{"type":"text","text":"a"},{"type":"tool_use","name":"Bash"},{"type":"text","text":"b"}]},
            "parent_tool_use_id":"p","error":"rate_limit"}
            """);
        Assert.That((message.Text, message.Model, message.MessageId, message.IsSidechain, message.Error), Is.EqualTo(("ab", "x", "m", true, (AssistantError?)AssistantError.RateLimit)));
        Assert.That(message.ToString(), Is.EqualTo("assistant: a [Bash] b"));
        Assert.That((new AssistantMessage().Text, new AssistantMessage().IsSidechain), Is.EqualTo(("", false)));
    }

    [Test]
    public void Members_that_are_not_known_are_kept_and_written_at_every_level()
    {
        const string Json = """{"type":"result","subtype":"success","is_error":false,"new":{"a":[1]},"usage":{"input_tokens":1,"brand_new":2}}""";
        var result = (ResultMessage)ClaudeMessage.Parse(Json);
        Assert.That(result.AdditionalProperties!["new"].GetProperty("a")[0].GetInt32(), Is.EqualTo(1));
        Assert.That(result.TurnUsage.AdditionalProperties!["brand_new"].GetInt32(), Is.EqualTo(2));
        var written = JsonElement.Parse(result.ToJson());
        Assert.That(written.GetProperty("new").GetProperty("a")[0].GetInt32(), Is.EqualTo(1));
        Assert.That(written.GetProperty("usage").GetProperty("brand_new").GetInt32(), Is.EqualTo(2));
    }

    [Test]
    public void Every_record_can_be_made_empty_written_and_read_back()
    {
        var records = typeof(ClaudeMessage).Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(typeof(ClaudeMessage)) && type.GetConstructor([]) is not null && !type.IsAbstract)
            .ToList();
        Assert.That(records, Has.Count.GreaterThan(40));
        foreach (var type in records)
        {
            var message = (ClaudeMessage)Activator.CreateInstance(type)!;
            _ = ObjectGraph.Walk(message).Count();
            Assert.That(message.Raw.IsEmpty);
            Assert.That(message.ToString(), Does.StartWith(message.Type));
            var again = ClaudeMessage.Parse(message.ToJson());
            if (message is not StreamWarningMessage)
                Assert.That(again, Is.InstanceOf(type));
        }
    }

    [Test]
    public void A_warning_of_the_SDK_says_what_happened()
    {
        var warning = new StreamWarningMessage { Kind = StreamWarning.LineTooLong, Count = 1, Bytes = 70, Text = "A line was too long." };
        Assert.That(warning.ToString(), Is.EqualTo("nexus_warning: A line was too long."));
        Assert.That(warning.ToJson(), Is.EqualTo("""{"type":"nexus_warning","kind":"LineTooLong","count":1,"bytes":70,"text":"A line was too long."}"""));
    }

    [Test]
    public void Messages_are_members_of_a_callers_own_JSON()
    {
        ClaudeMessage[] messages = [ClaudeMessage.Parse("""{"type":"prompt_suggestion","suggestion":"go on"}"""), ClaudeMessage.Parse("""{"type":"brand_new","a":1}""")];
        var json = JsonSerializer.Serialize(messages);
        Assert.That(json, Is.EqualTo("""[{"type":"prompt_suggestion","suggestion":"go on"},{"type":"brand_new","a":1}]"""));
        var read = JsonSerializer.Deserialize<ClaudeMessage[]>(json)!;
        Assert.That((read[0] as PromptSuggestionMessage)?.Suggestion, Is.EqualTo("go on"));
        Assert.That((read[1] as UnknownMessage)?.Type, Is.EqualTo("brand_new"));
    }

    [Test]
    public void Text_that_is_not_ASCII_is_written_as_it_is() =>
        Assert.That(new LocalCommandOutputMessage { Content = "été < \U0001F600" }.ToJson(), Does.Contain("été < "));

    [Test]
    public void Open_strings_compare_by_text_and_are_never_null()
    {
        Assert.That(new StopReason("end_turn"), Is.EqualTo(StopReason.EndTurn));
        Assert.That(default(PermissionMode).Value, Is.Empty);
        Assert.That(default(PermissionMode), Is.EqualTo(new PermissionMode("")));
        Assert.That(new PermissionMode(null!).Value, Is.Empty);
        Assert.That(PermissionMode.AcceptEdits.ToString(), Is.EqualTo("acceptEdits"));
        Assert.That(JsonSerializer.Serialize(new[] { PermissionMode.Plan }), Is.EqualTo("""["plan"]"""));
        Assert.That(JsonSerializer.Deserialize<Dictionary<PermissionMode, int>>("""{"auto":1}""")![PermissionMode.Auto], Is.EqualTo(1));
        Assert.That(((StatusMessage)ClaudeMessage.Parse("""{"type":"system","subtype":"status","status":"dreaming"}""")).Status?.Value, Is.EqualTo("dreaming"));
    }
}
