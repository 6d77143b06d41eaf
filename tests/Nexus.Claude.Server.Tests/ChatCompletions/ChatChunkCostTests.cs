using System.Buffers;
using System.Diagnostics;
using Nexus.Claude.Server.ChatCompletions;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests.ChatCompletions;

internal sealed class ChatChunkCostTests
{
    [Test]
    public void Encoding_a_chunk_allocates_nothing()
    {
        const int Chunks = 20_000;
        var output = new ArrayBufferWriter<byte>(64 * 1024);
        var request = new ChatRequest
        {
            Ignored = new IgnoredParams(strict: false),
            IncludesUsage = true,
            Turn = new TurnRequest { RequestId = "req", Caller = Caller.Anonymous, Model = "m", Messages = [] },
        };
        var encoder = new ChatChunkEncoder(output, request, "claude-sonnet-4-5", "chatcmpl-1", 1);
        TurnEvent[] events = [new TurnEvent.TextDelta("Hello, 世界 \"quoted\"\n and more of it"), new TurnEvent.ToolArguments(0, "{\"city\":\"Bern\"")];
        Run(1000);

        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var began = Stopwatch.GetTimestamp();
        Run(Chunks);
        var elapsed = Stopwatch.GetElapsedTime(began);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        TestContext.Out.WriteLine($"{elapsed.TotalMicroseconds / Chunks:0.000} us a chunk, encoding only.");
        Assert.That(allocated, Is.LessThan(Chunks), "Less than a byte a chunk.");

        void Run(int count)
        {
            for (var index = 0; index < count; index++)
            {
                output.ResetWrittenCount();
                encoder.Write(events[index & 1]);
            }
        }
    }
}
