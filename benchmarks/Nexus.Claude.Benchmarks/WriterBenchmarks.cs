using BenchmarkDotNet.Attributes;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Benchmarks;

/// <summary>Prompts to lines, and lines to the CLI's stdin.</summary>
[MemoryDiagnoser]
public class WriterBenchmarks
{
    private readonly UserPrompt _prompt = "Refactor the authentication module and explain what you changed.";
    private readonly LineWriter _writer = new(Stream.Null);
    private ReadOnlyMemory<byte> _line;

    [GlobalSetup]
    public void Prepare() => _line = _prompt.ToLine("c4e44a0d-6b6c-49a9-9d8a-000000000001", verbatimByDefault: false);

    [Benchmark]
    public int Prompt_to_line() => _prompt.ToLine("c4e44a0d-6b6c-49a9-9d8a-000000000001", verbatimByDefault: false).Length;

    [Benchmark]
    public Task Line_to_stream() => _writer.WriteAsync(_line);
}
