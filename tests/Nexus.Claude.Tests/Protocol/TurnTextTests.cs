namespace Nexus.Claude.Tests.Protocol;

/// <summary>The pieces of text add up to what the assistant said, whatever partial messages are missing.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class TurnTextTests
{
    private const string Start = """{"type":"stream_event","event":{"type":"message_start","message":{"id":"m","role":"assistant","content":[]}},"parent_tool_use_id":null}""";

    [Test]
    public async Task Deltas_come_as_they_are_and_the_whole_message_adds_nothing() =>
        Assert.That(await TextAsync(Start, CliLines.Delta("Hel"), CliLines.Delta("lo"), CliLines.Assistant("Hello")), Is.EqualTo(new[] { "Hel", "lo" }));

    [Test]
    public async Task Without_deltas_the_whole_text_comes() =>
        Assert.That(await TextAsync(CliLines.Assistant("Hello"), CliLines.Assistant("World")), Is.EqualTo(new[] { "Hello", "World" }));

    [Test]
    public async Task What_deltas_did_not_bring_is_made_up() =>
        Assert.That(await TextAsync(CliLines.Delta("Hel"), CliLines.Assistant("Hello"), CliLines.Delta("Wor"), CliLines.Assistant("World")),
            Is.EqualTo(new[] { "Hel", "lo", "Wor", "ld" }));

    [Test]
    public async Task A_retried_stream_is_not_heard_twice() =>
        Assert.That(await TextAsync(Start, CliLines.Delta("Hel"), Start, CliLines.Delta("Hel"), CliLines.Delta("lo"), CliLines.Assistant("Hello")),
            Is.EqualTo(new[] { "Hel", "lo" }));

    [Test]
    public async Task A_retry_that_says_something_else_is_heard_whole() =>
        Assert.That(await TextAsync(Start, CliLines.Delta("Hel"), Start, CliLines.Delta("Bye"), CliLines.Assistant("Bye now")), Is.EqualTo(new[] { "Hel", "Bye now" }));

    [Test]
    public async Task After_dropped_partials_the_text_is_complete_all_the_same()
    {
        var dropped = new StreamWarningMessage { Kind = StreamWarning.PartialMessagesDropped, Count = 1 };
        var pieces = await TextAsync(Message(CliLines.Delta("a")), dropped, Message(CliLines.Delta("c")), Message(CliLines.Assistant("abc")), Message(CliLines.Delta("e")),
            Message(CliLines.Assistant("def")));

        Assert.That(pieces, Is.EqualTo(new[] { "a", "bc", "def" }));
    }

    [Test]
    public async Task Sub_agents_are_left_out() =>
        Assert.That(
            await TextAsync(
                CliLines.Delta("x").Replace("\"parent_tool_use_id\":null", "\"parent_tool_use_id\":\"t\"", StringComparison.Ordinal),
                CliLines.Assistant("y").Replace("\"parent_tool_use_id\":null", "\"parent_tool_use_id\":\"t\"", StringComparison.Ordinal),
                CliLines.Assistant("Hello")),
            Is.EqualTo(new[] { "Hello" }));

    private static ClaudeMessage Message(string line) => ClaudeMessage.Parse(System.Text.Encoding.UTF8.GetBytes(line));

    private static Task<List<string>> TextAsync(params string[] lines) => TextAsync([.. lines.Select(Message)]);

    private static async Task<List<string>> TextAsync(params ClaudeMessage[] messages)
    {
        List<string> pieces = [];
        await foreach (var piece in messages.ToAsyncEnumerable().TextAsync())
            pieces.Add(piece);
        return pieces;
    }
}
