using System.Text.Json;

namespace Nexus.Claude.Tests.Messages;

[Parallelizable(ParallelScope.All)]
public sealed class StreamEventMessageTests
{
    private const string Delta = """{"type":"stream_event","event":{"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"Hello"}},"session_id":"s","parent_tool_use_id":null,"uuid":"u","api_message_id":"m"}""";

    [Test]
    public void A_text_delta_offers_its_text_and_the_event_on_demand()
    {
        var message = (StreamEventMessage)ClaudeMessage.Parse(Delta);
        Assert.That((message.TextDelta, message.Uuid, message.SessionId, message.ApiMessageId, message.IsSidechain), Is.EqualTo(("Hello", "u", "s", "m", false)));
        var made = message.Event;
        Assert.That(made, Is.EqualTo(new ContentBlockDeltaEvent { Index = 3, Delta = new TextDelta { Text = "Hello" } }));
        Assert.That(message.Event, Is.SameAs(made));
        using var expected = JsonDocument.Parse(Delta);
        Assert.That(JsonComparison.Difference(expected.RootElement, JsonElement.Parse(message.ToJson())), Is.Null);
    }

    [Test]
    public void A_copy_with_another_event_says_what_the_new_event_says_and_leaves_the_original_alone()
    {
        var message = (StreamEventMessage)ClaudeMessage.Parse(Delta);
        var copy = message with { Event = new MessageStopEvent(), ApiMessageId = "other", Uuid = "v", UserMessageUuid = "w" };
        Assert.That((copy.TextDelta, copy.Event.Type, copy.ApiMessageId, copy.Uuid, copy.UserMessageUuid), Is.EqualTo(((string?)null, "message_stop", "other", "v", "w")));
        Assert.That((message.TextDelta, message.Event.Type, message.ApiMessageId, message.Uuid, message.UserMessageUuid), Is.EqualTo(("Hello", "content_block_delta", "m", "u", (string?)null)));
    }

    [Test]
    public void Two_messages_of_the_same_bytes_are_equal_whatever_was_asked_of_them()
    {
        var one = ClaudeMessage.Parse(Delta);
        var two = ClaudeMessage.Parse(Delta);
        _ = ((StreamEventMessage)two).Event;
        Assert.That(one, Is.EqualTo(two));
        Assert.That(one.GetHashCode(), Is.EqualTo(two.GetHashCode()));
        Assert.That(one, Is.Not.EqualTo(ClaudeMessage.Parse(Delta.Replace("Hello", "Hallo", StringComparison.Ordinal))));
    }

    [Test]
    public void A_message_can_be_made_by_hand()
    {
        var message = new StreamEventMessage { Event = new ContentBlockDeltaEvent { Delta = new TextDelta { Text = "x" } }, ParentToolUseId = "p", UserMessageUuids = ["a"] };
        Assert.That((message.TextDelta, message.IsSidechain), Is.EqualTo(("x", true)));
        var again = (StreamEventMessage)ClaudeMessage.Parse(message.ToJson());
        Assert.That((again.TextDelta, again.ParentToolUseId, again.UserMessageUuids[0]), Is.EqualTo(("x", "p", "a")));
    }

    [TestCase("""{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"x","content":[],"usage":{"input_tokens":3}}}""", typeof(MessageStartEvent))]
    [TestCase("""{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}""", typeof(ContentBlockStartEvent))]
    [TestCase("""{"index":1,"delta":{"partial_json":"{","type":"input_json_delta"},"type":"content_block_delta"}""", typeof(ContentBlockDeltaEvent))]
    [TestCase("""{"type":"content_block_delta","index":1,"delta":{"type":"brand_new"}}""", typeof(ContentBlockDeltaEvent))]
    [TestCase("""{"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":{"a":1}}}""", typeof(ContentBlockDeltaEvent))]
    [TestCase("""{"type":"content_block_stop","index":1}""", typeof(ContentBlockStopEvent))]
    [TestCase("""{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":4}}""", typeof(MessageDeltaEvent))]
    [TestCase("""{"type":"message_stop"}""", typeof(MessageStopEvent))]
    [TestCase("""{"type":"ping"}""", typeof(PingEvent))]
    [TestCase("""{"type":"error","error":{"type":"overloaded_error"}}""", typeof(ErrorEvent))]
    [TestCase("""{"type":"brand_new","x":1}""", typeof(UnknownStreamEvent))]
    [TestCase("""{"type":"content_block_stop","index":[]}""", typeof(UnknownStreamEvent))]
    [TestCase("7", typeof(UnknownStreamEvent))]
    public void Every_event_is_read_and_written_as_it_was(string json, Type record)
    {
        var message = (StreamEventMessage)ClaudeMessage.Parse($$"""{"type":"stream_event","event":{{json}}}""");
        Assert.That(message.Event, Is.InstanceOf(record));
        using var expected = JsonDocument.Parse(json);
        Assert.That(JsonComparison.Difference(expected.RootElement, JsonElement.Parse(message.ToJson()).GetProperty("event")), Is.Null);
    }

    [Test]
    public void What_few_events_carry_is_there_as_it_came_and_a_copy_changes_only_itself()
    {
        var message = (StreamEventMessage)ClaudeMessage.Parse(
            """{"type":"stream_event","event":{"type":"message_stop"},"session_id":"s","ttft_ms":5,"user_message_uuids":["a","b"],"owed_rows":[{"row":1}],"abandoned_blocks":null}""");
        var copy = message with { OwedRows = null, TimeToFirstToken = TimeSpan.FromSeconds(1) };

        Assert.That((message.OwedRows!.Value.GetRawText(), message.AbandonedBlocks), Is.EqualTo(("""[{"row":1}]""", (JsonElement?)null)));
        Assert.That((message.TimeToFirstToken, message.UserMessageUuids), Is.EqualTo((TimeSpan.FromMilliseconds(5), new[] { "a", "b" })));
        Assert.That((copy.OwedRows, copy.TimeToFirstToken, copy.UserMessageUuids), Is.EqualTo(((JsonElement?)null, TimeSpan.FromSeconds(1), message.UserMessageUuids)));
    }
}
