using System.Text.Json;

namespace Nexus.Claude.Tests.Messages;

[Parallelizable(ParallelScope.All)]
public sealed class ContentBlockTests
{
    private static readonly string[] Known =
    [
        """{"type":"text","text":"a","citations":[{"x":1}]}""",
        """{"type":"thinking","thinking":"t","signature":"s"}""",
        """{"type":"redacted_thinking","data":"d"}""",
        """{"type":"tool_use","id":"i","name":"Bash","input":{"command":"ls"}}""",
        """{"type":"server_tool_use","id":"i","name":"web_search","input":{"query":"q"}}""",
        """{"type":"mcp_tool_use","id":"i","name":"n","server_name":"s","input":{}}""",
        """{"type":"mcp_tool_result","tool_use_id":"i","is_error":false,"content":[{"type":"text","text":"r"}]}""",
        """{"type":"tool_result","tool_use_id":"i","content":"plain","is_error":true}""",
        """{"type":"tool_result","tool_use_id":"i","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAEC"}}]}""",
        """{"type":"image","source":{"type":"url","url":"https://example.org/a.png"}}""",
        """{"type":"document","source":{"type":"text","media_type":"text/plain","data":"x"},"title":"t","context":"c","citations":{"enabled":true}}""",
        """{"type":"web_search_tool_result","tool_use_id":"i","content":[]}""",
        """{"type":"web_fetch_tool_result","tool_use_id":"i","content":{"type":"x"}}""",
        """{"type":"code_execution_tool_result","tool_use_id":"i","content":{}}""",
        """{"type":"bash_code_execution_tool_result","tool_use_id":"i","content":{}}""",
        """{"type":"text_editor_code_execution_tool_result","tool_use_id":"i","content":{}}""",
        """{"type":"tool_search_tool_result","tool_use_id":"i","content":{}}""",
        """{"type":"advisor_tool_result","tool_use_id":"i","content":"x"}""",
        """{"type":"container_upload","file_id":"f"}""",
        """{"type":"compaction","content":"summary"}""",
    ];

    [TestCaseSource(nameof(Known))]
    public void A_known_block_is_read_wherever_its_type_stands_and_written_as_it_was(string json)
    {
        using var expected = JsonDocument.Parse(json);
        var typeLast = "{" + string.Join(',', expected.RootElement.EnumerateObject().Reverse().Select(member => member.ToString())) + "}";
        foreach (var text in new[] { json, typeLast })
        {
            var block = Block(text);
            Assert.That(block, Is.Not.InstanceOf<UnknownBlock>());
            Assert.That(block.Type, Is.EqualTo(expected.RootElement.GetProperty("type").GetString()));
            Assert.That(block.AdditionalProperties, Is.Null);
            Assert.That(JsonComparison.Difference(expected.RootElement, Written(block)), Is.Null);
        }
    }

    [TestCase("""{"type":"brand_new","x":1}""", "brand_new")]
    [TestCase("""{"x":1}""", "")]
    [TestCase("""{"type":7}""", "")]
    [TestCase("\"just text\"", "")]
    [TestCase("null", "")]
    [TestCase("""{"type":"text","text":{"not":"text"}}""", "text")]
    [TestCase("""{"type":"tool_result","content":[],"is_error":[]}""", "tool_result")]
    public void A_block_that_cannot_be_read_is_kept_whole(string json, string type)
    {
        var block = Block(json);
        Assert.That(block, Is.InstanceOf<UnknownBlock>());
        Assert.That(block.Type, Is.EqualTo(type));
        using var expected = JsonDocument.Parse(json);
        Assert.That(JsonElement.DeepEquals(expected.RootElement, Written(block)));
    }

    [Test]
    public void Members_of_a_block_that_are_not_known_are_kept()
    {
        var block = Block("""{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}""");
        Assert.That(block.AdditionalProperties!.Keys, Is.EqualTo(new[] { "cache_control" }));
        Assert.That(Written(block).GetProperty("cache_control").GetProperty("type").GetString(), Is.EqualTo("ephemeral"));
    }

    [Test]
    public void A_thinking_block_may_have_no_signature()
    {
        var block = (ThinkingBlock)Block("""{"type":"thinking","thinking":"t"}""");
        Assert.That((block.Thinking, block.Signature), Is.EqualTo(("t", (string?)null)));
    }

    [TestCase("\"hello\"", "hello")]
    [TestCase("7", "7")]
    [TestCase("null", "")]
    [TestCase("""{"type":"text","text":"one"}""", "one")]
    [TestCase("""[{"type":"text","text":"a"},{"type":"brand_new"},{"type":"text","text":"b"},{"type":"text","text":"c"}]""", "abc")]
    public void Content_may_be_a_string_a_number_one_block_or_a_list(string json, string text)
    {
        var message = (UserMessage)ClaudeMessage.Parse($$$"""{"type":"user","message":{"role":"user","content":{{{json}}}}}""");
        Assert.That(message.Text, Is.EqualTo(text));
    }

    [Test]
    public void Content_that_was_a_string_is_written_as_a_string_and_a_list_as_a_list()
    {
        foreach (var json in new[] { """{"type":"user","message":{"role":"user","content":"a"}}""", """{"type":"user","message":{"role":"user","content":[{"type":"text","text":"a"}]}}""" })
            Assert.That(ClaudeMessage.Parse(json).ToJson(), Is.EqualTo(json));
    }

    [Test]
    public void Blocks_to_send_are_made_in_one_call()
    {
        ContentBlock fromText = "hi";
        Assert.That(fromText, Is.EqualTo(new TextBlock("hi")));
        Assert.That(Written(ImageBlock.FromBytes(new byte[] { 0, 1, 2 }, "image/png")).ToString(), Is.EqualTo("""{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAEC"}}"""));
        Assert.That(Written(ImageBlock.FromUrl(new Uri("https://example.org/a b.png"))).GetProperty("source").GetProperty("url").GetString(), Is.EqualTo("https://example.org/a b.png"));
        Assert.That(Written(DocumentBlock.FromText("x", "t")).ToString(), Is.EqualTo("""{"type":"document","source":{"type":"text","media_type":"text/plain","data":"x"},"title":"t"}"""));
        Assert.That(DocumentBlock.FromBytes("%PDF"u8.ToArray(), "application/pdf").Source.GetBytes(), Is.EqualTo("%PDF"u8.ToArray()));
        Assert.That(DocumentBlock.FromUrl(new Uri("https://example.org/a.pdf")).Source.GetBytes(), Is.Null);
        Assert.That(() => ImageBlock.FromBytes(default, ""), Throws.ArgumentException);
        Assert.That(() => ImageBlock.FromUrl(null!), Throws.ArgumentNullException);
        Assert.That(Written(new ToolUseBlock()).GetProperty("input").ToString(), Is.EqualTo("{}"));
    }

    private static ContentBlock Block(string json) =>
        ((AssistantMessage)ClaudeMessage.Parse($$$"""{"type":"assistant","message":{"content":[{{{json}}}]}}""")).Content.Single();

    private static JsonElement Written(ContentBlock block)
    {
        var message = new UserMessage { Message = new UserMessageBody { Content = [block] } };
        return JsonElement.Parse(message.ToJson()).GetProperty("message").GetProperty("content")[0];
    }
}
