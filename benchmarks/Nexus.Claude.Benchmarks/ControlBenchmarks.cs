using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Nexus.Claude.Protocol;

namespace Nexus.Claude.Benchmarks;

/// <summary>A control request and its answer through a whole session, with a CLI in memory that answers at once.</summary>
[MemoryDiagnoser]
public class ControlBenchmarks : IAsyncDisposable
{
    private AnsweringCli _cli = null!;
    private Session _session = null!;

    [GlobalSetup]
    public void Prepare()
    {
        _cli = new AnsweringCli();
        _session = Session.Start(_cli, new SessionSettings { Logger = NullLogger.Instance });
    }

    [GlobalCleanup]
    public async Task CleanAsync() => await DisposeAsync();

    [Benchmark]
    public Task Round_trip() => _session.Control.RequestAsync("set_model", null, TimeSpan.FromSeconds(10), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await _cli.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
