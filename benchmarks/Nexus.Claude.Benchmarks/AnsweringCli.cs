using System.IO.Pipelines;
using System.Text;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Benchmarks;

/// <summary>A CLI in memory: answers every control request with success, and ends with its input.</summary>
internal sealed class AnsweringCli : ICliConnection
{
    private readonly Pipe _input = new();
    private readonly Pipe _output = new();
    private readonly TaskCompletionSource<int?> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _answering;

    public AnsweringCli()
    {
        Input = _input.Writer.AsStream();
        Output = _output.Reader.AsStream();
        _answering = AnswerAsync();
    }

    public Stream Output { get; }

    public Stream Input { get; }

    public int ProcessId => 0;

    public DateTimeOffset StartedAt => default;

    public string StandardErrorTail => "";

    public Task<int?> Exited => _exited.Task;

    public Task StandardErrorDrained => Task.CompletedTask;

    public void Interrupt()
    {
    }

    public void Kill() => _input.Reader.CancelPendingRead();

    public async ValueTask DisposeAsync() => await _answering;

    private async Task AnswerAsync()
    {
        using var lines = new StreamReader(_input.Reader.AsStream());
        while (await lines.ReadLineAsync() is { } line)
        {
            const string Marker = "\"request_id\":\"";
            var start = line.IndexOf(Marker, StringComparison.Ordinal) + Marker.Length;
            var id = line[start..line.IndexOf('"', start)];
            await _output.Writer.WriteAsync(Encoding.UTF8.GetBytes(
                "{\"type\":\"control_response\",\"response\":{\"subtype\":\"success\",\"request_id\":\"" + id + "\",\"response\":{}}}\n"));
        }

        await _output.Writer.CompleteAsync();
        _exited.TrySetResult(0);
    }
}
