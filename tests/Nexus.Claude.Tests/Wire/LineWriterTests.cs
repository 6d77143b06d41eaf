using System.Text;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Wire;

[Parallelizable(ParallelScope.All)]
internal sealed class LineWriterTests
{
    [Test]
    public async Task Lines_of_many_callers_never_mix()
    {
        using var stream = new SlowStream();
        var writer = new LineWriter(stream);
        var lines = Enumerable.Range(0, 500).Select(static i => new string((char)('a' + i % 26), 1 + i % 90) + "\n").ToArray();
        await Task.WhenAll(lines.Select(line => Task.Run(() => writer.WriteAsync(Encoding.ASCII.GetBytes(line)))));
        var written = Encoding.ASCII.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(written.Order(), Is.EqualTo(lines.Select(static line => line.TrimEnd('\n')).Order()));
    }

    [Test]
    public async Task Lines_of_one_caller_keep_their_order()
    {
        using var stream = new SlowStream();
        var writer = new LineWriter(stream);
        var writes = Enumerable.Range(0, 200).Select(i => writer.WriteAsync(Encoding.ASCII.GetBytes($"{i}\n"))).ToArray();
        await Task.WhenAll(writes);
        Assert.That(Encoding.ASCII.GetString(stream.ToArray()), Is.EqualTo(string.Concat(Enumerable.Range(0, 200).Select(static i => $"{i}\n"))));
    }

    [Test]
    public async Task Closing_writes_out_what_was_queued()
    {
        var stream = new SlowStream();
        var writer = new LineWriter(stream);
        var write = writer.WriteAsync("last words\n"u8.ToArray());
        await writer.CloseAsync(CancellationToken.None);
        Assert.That(write.IsCompletedSuccessfully, Is.True);
        Assert.That(Encoding.ASCII.GetString(stream.ToArray()), Is.EqualTo("last words\n"));
        Assert.That(async () => await writer.WriteAsync("too late\n"u8.ToArray()), Throws.InstanceOf<IOException>());
    }

    [Test]
    public async Task A_broken_pipe_fails_the_line_and_all_later_ones()
    {
        using var stream = new BrokenStream();
        var writer = new LineWriter(stream);
        Assert.That(async () => await writer.WriteAsync("a\n"u8.ToArray()), Throws.InstanceOf<IOException>());
        Assert.That(async () => await writer.WriteAsync("b\n"u8.ToArray()), Throws.InstanceOf<IOException>());
        await writer.CloseAsync(CancellationToken.None);
    }

    private class SlowStream : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            foreach (var each in buffer.ToArray())
            {
                if (each % 7 == 0)
                    await Task.Yield();
                WriteByte(each);
            }
        }
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromException(new IOException("Broken pipe"));
    }
}
