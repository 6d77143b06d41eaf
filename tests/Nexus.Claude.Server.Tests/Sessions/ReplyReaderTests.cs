using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Sessions;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests.Sessions;

/// <summary>What the CLI says when the API breaks off in the middle of an answer, as CLI 2.1.330 says it.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ReplyReaderTests
{
    private const string Abandoned = ""","abandoned_blocks":{"api_message_id":"msg_1","from_block_index":0}""";

    [Test]
    public void A_message_that_is_given_up_and_said_again_is_handed_out_once([Values("", Abandoned)] string abandoned)
    {
        var reader = new ReplyReader(new ClientTools([], defers: false), showsThinking: false);

        Begin(reader, "msg_1", "Hel", "lo ");
        if (abandoned.Length > 0)
        {
            Read(reader, """{"type":"content_block_stop","index":0}""");
            Read(reader, """{"type":"message_stop"}""", abandoned);
        }

        Begin(reader, "msg_2", "Hello", " world");
        End(reader);

        Assert.That(reader.Events.OfType<TurnEvent.TextDelta>().Select(static delta => delta.Text), Is.EqualTo(new[] { "Hel", "lo ", "world" }));
        Assert.That(((TextBlock)reader.Reply.Content[0]).Text, Is.EqualTo("Hello world"));
    }

    [Test]
    public void A_message_that_is_given_up_and_said_otherwise_is_an_error()
    {
        var reader = new ReplyReader(new ClientTools([], defers: false), showsThinking: false);
        Begin(reader, "msg_1", "Hello");
        Read(reader, """{"type":"message_stop"}""", Abandoned);

        var error = Assert.Throws<GatewayException>(() => Begin(reader, "msg_2", "Good day"))!;

        Assert.That(error.Code, Is.EqualTo("upstream_broken_off"));
    }

    [Test]
    public void A_message_after_one_that_is_complete_is_set_apart()
    {
        var reader = new ReplyReader(new ClientTools([], defers: false), showsThinking: false);
        Begin(reader, "msg_1", "Hello");
        End(reader);
        Begin(reader, "msg_2", "Hello again");

        Assert.That(((TextBlock)reader.Reply.Content[0]).Text, Is.EqualTo("Hello\n\nHello again"));
    }

    private static void Begin(ReplyReader reader, string id, params string[] pieces)
    {
        Read(reader, $$$$"""{"type":"message_start","message":{"id":"{{{{id}}}}","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"usage":{"input_tokens":1,"output_tokens":1}}}""");
        Read(reader, """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""");
        foreach (var piece in pieces)
            Read(reader, $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"{{{piece}}}"}}""");
    }

    private static void End(ReplyReader reader)
    {
        Read(reader, """{"type":"content_block_stop","index":0}""");
        Read(reader, """{"type":"message_stop"}""");
    }

    private static void Read(ReplyReader reader, string streamEvent, string members = "") => reader.Read(ClaudeMessage.Parse(
        $$$"""{"type":"stream_event","event":{{{streamEvent}}},"session_id":"s","parent_tool_use_id":null,"uuid":"u"{{{members}}} }"""));
}
