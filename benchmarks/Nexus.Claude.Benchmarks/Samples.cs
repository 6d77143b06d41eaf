using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Benchmarks;

/// <summary>Lines of real exchanges with CLI 2.1.330, and the text delta that a streamed answer is made of.</summary>
internal static class Samples
{
    public static byte[] TextDelta { get; } = Encoding.UTF8.GetBytes(
        """{"type":"stream_event","event":{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"the reader parses each line as it arrives and hands typed events to its caller without copying twice "}},"session_id":"374ae469-77da-4ff8-9427-28a253486075","parent_tool_use_id":null,"uuid":"c4e44a0d-6b6c-49a9-9d8a-000000000001","api_message_id":"msg_01FakeBenchmark0030"}""");

    public static byte[] EscapedTextDelta { get; } = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(TextDelta).Replace("the reader", "\\n- \\\"the\\\" reader", StringComparison.Ordinal));

    public static byte[] Init { get; } = FirstLine("hello_330", "system");

    public static byte[] Assistant { get; } = FirstLine("hello_330", "assistant");

    public static byte[] Result { get; } = FirstLine("hello_330", "result");

    public static byte[] InitializeReply { get; } = FirstLine("hello_330", "control_response");

    private static byte[] FirstLine(string transcript, string type)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Transcripts", transcript + ".jsonl");
        foreach (var entry in File.ReadLines(path))
        {
            using var document = JsonDocument.Parse(entry);
            var root = document.RootElement;
            if (root.GetProperty("dir").GetString() == "out" && root.GetProperty("line").GetProperty("type").GetString() == type)
                return Encoding.UTF8.GetBytes(JsonSerializer.Serialize(root.GetProperty("line")));
        }

        throw new InvalidOperationException($"{path} has no line of type {type}.");
    }
}
