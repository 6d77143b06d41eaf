using System.Text;

namespace Nexus.Claude.Testing.Cli;

/// <summary>The program's stdout: whole lines under one lock, so that answers given by the reader thread never cut into a message.</summary>
internal sealed class Output
{
    private readonly Lock _lock = new();
    private readonly FileStream _stream = StandardStreams.Output();

    public void WriteLine(string json) => Write(Encoding.UTF8.GetBytes(json + "\n"));

    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            try
            {
                _stream.Write(bytes);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // Whoever reads has gone, or a step closed the stream; the real CLI does not outlive its reader either.
                throw new OutputClosedException();
            }
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            StandardStreams.CloseDuplicatesOfOutput();
            _stream.Dispose();
        }
    }
}

/// <summary>Nobody reads the output any more.</summary>
internal sealed class OutputClosedException : Exception;
