using BenchmarkDotNet.Attributes;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Benchmarks;

/// <summary>Bytes to lines: 1,000 text deltas, and one line of 8 MiB that arrives in pieces.</summary>
[MemoryDiagnoser]
public class FramingBenchmarks
{
    private byte[] _deltas = [];
    private byte[] _giant = [];

    [GlobalSetup]
    public void Prepare()
    {
        _deltas = [.. Enumerable.Repeat<byte[]>([.. Samples.TextDelta, (byte)'\n'], 1000).SelectMany(static line => line)];
        _giant = new byte[8 * 1024 * 1024];
        _giant.AsSpan().Fill((byte)'x');
        _giant[^1] = (byte)'\n';
    }

    [Benchmark(OperationsPerInvoke = 1000)]
    public Task<long> Text_deltas() => ReadAsync(_deltas);

    [Benchmark]
    public Task<long> One_line_of_8_MiB() => ReadAsync(_giant);

    private static async Task<long> ReadAsync(byte[] bytes)
    {
        using var reader = new LineReader(new MemoryStream(bytes), int.MaxValue);
        long total = 0;
        while (await reader.WaitAsync(CancellationToken.None))
        {
            while (reader.TryRead(out var line))
                total += line.Length;
        }

        return total;
    }
}
