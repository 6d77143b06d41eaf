using BenchmarkDotNet.Attributes;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Benchmarks;

/// <summary>Lines to typed messages.</summary>
[MemoryDiagnoser]
public class MessageBenchmarks
{
    [Benchmark(Baseline = true)]
    public string? Text_delta() => ((StreamEventMessage)MessageReader.Read(Samples.TextDelta)).TextDelta;

    [Benchmark]
    public string? Text_delta_with_escapes() => ((StreamEventMessage)MessageReader.Read(Samples.EscapedTextDelta)).TextDelta;

    [Benchmark]
    public ClaudeMessage Init() => MessageReader.Read(Samples.Init, "system"u8, "init"u8);

    [Benchmark]
    public string Assistant() => ((AssistantMessage)MessageReader.Read(Samples.Assistant, "assistant"u8, default)).Text;

    [Benchmark]
    public ClaudeMessage Result() => MessageReader.Read(Samples.Result, "result"u8, "success"u8);
}
