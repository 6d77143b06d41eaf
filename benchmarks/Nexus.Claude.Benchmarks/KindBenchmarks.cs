using BenchmarkDotNet.Attributes;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Benchmarks;

/// <summary>Finding the type and subtype of a line.</summary>
[MemoryDiagnoser]
public class KindBenchmarks
{
    [Benchmark(Baseline = true)]
    public bool Text_delta() => FrameScanner.TryScan(Samples.TextDelta, out _, out _);

    [Benchmark]
    public bool Init() => FrameScanner.TryScan(Samples.Init, out _, out _);

    [Benchmark]
    public bool Result_with_its_type_near_the_end() => FrameScanner.TryScan(Samples.Result, out _, out _);
}
