using System.IO.Pipelines;
using System.IO.Pipes;
using System.Text;
using CsCheck;
using Nexus.Claude.Tests.Protocol;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Wire;

[Parallelizable(ParallelScope.All)]
internal sealed class LineReaderTests
{
    [Test]
    public async Task Any_text_cut_into_any_pieces_gives_the_same_lines()
    {
        var text = Gen.String[Gen.Char["ab\u00e9\u4e2d \r\n{}"], 0, 200];
        var pieces = Gen.Int[1, 17].Array[1, 20];
        await Gen.Select(text, pieces).SampleAsync(async sample =>
        {
            var (content, sizes) = sample;
            var bytes = Encoding.UTF8.GetBytes(content);
            var read = await ReadAllAsync(new PieceStream(bytes, sizes), maxLineBytes: 10_000);
            var expected = content.Split('\n').Select(static line => line.EndsWith('\r') ? line[..^1] : line).Where(static line => line.Length > 0);
            Assert.That(read.Select(static line => Encoding.UTF8.GetString(line.Bytes.Span)), Is.EqualTo(expected));
        });
    }

    [Test]
    public async Task A_line_over_the_limit_is_reported_with_its_length_and_the_next_ones_arrive()
    {
        var bytes = Encoding.ASCII.GetBytes("one\n" + new string('x', 5000) + "\ntwo\n" + new string('y', 5001));
        var read = await ReadAllAsync(new PieceStream(bytes, [64]), maxLineBytes: 1000);
        Assert.That(read.Select(static line => (line.Kind, line.Length)), Is.EqualTo(new[]
        {
            (LineKind.Whole, 3L), (LineKind.TooLong, 5000L), (LineKind.Whole, 3L), (LineKind.TooLong, 5001L),
        }));
    }

    [Test]
    public async Task A_line_of_exactly_the_limit_is_kept()
    {
        var read = await ReadAllAsync(new PieceStream(Encoding.ASCII.GetBytes(new string('x', 1000) + "\n"), [64]), maxLineBytes: 1000);
        Assert.That(read.Single().Kind, Is.EqualTo(LineKind.Whole));
    }

    [Test]
    public async Task Half_a_line_at_the_end_is_handed_out_as_cut_off()
    {
        var read = await ReadAllAsync(new PieceStream("{\"a\":1}\n{\"b\":"u8.ToArray(), [5]), maxLineBytes: 1000);
        Assert.That(read.Select(static line => line.Kind), Is.EqualTo(new[] { LineKind.Whole, LineKind.CutOff }));
        Assert.That(Encoding.UTF8.GetString(read[1].Bytes.Span), Is.EqualTo("{\"b\":"));
    }

    [Test]
    public async Task Lines_of_all_lengths_between_long_ones_stay_whole()
    {
        // The buffer has 16 bytes and a part 128 or more: lines begin and end everywhere in both.
        var lines = Gen.String[Gen.Char["ab\u00e9\r"], 0, 700].Array[1, 12];
        var pieces = Gen.Int[1, 500].Array[1, 8];
        await Gen.Select(lines, pieces).SampleAsync(async sample =>
        {
            var (content, sizes) = sample;
            var read = await ReadAllAsync(new PieceStream(Encoding.UTF8.GetBytes(string.Join('\n', content) + "\n"), sizes), maxLineBytes: 10_000);
            var expected = content.Select(static line => line.EndsWith('\r') ? line[..^1] : line).Where(static line => line.Length > 0);
            Assert.That(read.Select(static line => Encoding.UTF8.GetString(line.Bytes.Span)), Is.EqualTo(expected));
        });
    }

    [Test]
    public async Task A_line_of_megabytes_comes_whole_through_a_pipe_that_is_enlarged_for_it()
    {
        await using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
        await using var stream = new AnonymousPipeClientStream(PipeDirection.In, writer.ClientSafePipeHandle);
        var content = new byte[5_000_000];
        for (var i = 0; i < content.Length; i++)
            content[i] = (byte)('a' + (i * 7 % 26));
        var writing = Task.Run(async () =>
        {
            await writer.WriteAsync(content);
            await writer.WriteAsync("\nshort\n"u8.ToArray());
            await writer.DisposeAsync();
        });

        var lines = await ReadAllAsync(stream, maxLineBytes: int.MaxValue, bufferBytes: 80 * 1024);

        await writing;
        Assert.That(lines.Select(static line => line.Kind), Has.All.EqualTo(LineKind.Whole));
        Assert.That(lines[0].Bytes.Span.SequenceEqual(content), Is.True);
        Assert.That(Encoding.UTF8.GetString(lines[1].Bytes.Span), Is.EqualTo("short"));
        Assert.That(lines, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Lines_of_many_megabytes_are_whole_and_so_is_what_comes_behind_them()
    {
        // The first fills most of the buffer that it needs and takes it along; the second does not.
        int[] lengths = [40_000_000, 3, 12_000_000, 70_000, 33_554_433, 0, 1];
        var content = new byte[lengths.Sum() + lengths.Length];
        var at = 0;
        foreach (var length in lengths)
        {
            for (var i = 0; i < length; i++)
                content[at++] = (byte)('a' + ((length + (i * 7)) % 26));
            content[at++] = (byte)'\n';
        }

        var lines = await ReadAllAsync(new PieceStream(content, [1_000_000, 65_536, 3]), maxLineBytes: 64 * 1024 * 1024, bufferBytes: 80 * 1024);

        at = 0;
        foreach (var line in lines)
        {
            if (content[at] == (byte)'\n')
                at++;
            Assert.That(line.Bytes.Span.SequenceEqual(content.AsSpan(at, line.Bytes.Length)), Is.True, $"at {at}");
            at += line.Bytes.Length;
            Assert.That(content[at++], Is.EqualTo((byte)'\n'));
        }

        Assert.That(lines.Select(static line => line.Bytes.Length), Is.EqualTo(lengths.Where(static length => length > 0)));
    }

    [Test]
    public async Task A_wait_that_is_called_off_ends_the_output_with_what_was_begun()
    {
        var pipe = new Pipe();
        using var reader = new LineReader(pipe.Reader.AsStream(), maxLineBytes: 1000);
        await pipe.Writer.WriteAsync("one\ntw"u8.ToArray());
        Assert.That(await reader.WaitAsync(CancellationToken.None));
        Assert.That(reader.TryRead(out var line) && line.Kind == LineKind.Whole);
        Assert.That(reader.TryRead(out _), Is.False);

        var waiting = WaitAsync(reader);
        reader.CancelWait();

        Assert.That(await waiting.InTime());
        Assert.That(reader.TryRead(out _), Is.False, "It looks once more before it gives up.");
        Assert.That(await WaitAsync(reader).InTime());
        Assert.That(reader.TryRead(out line) && line.Kind == LineKind.CutOff);
        Assert.That(await reader.WaitAsync(CancellationToken.None), Is.False);
        reader.CancelWait();
    }

    [Test]
    public async Task What_had_come_when_the_wait_was_called_off_is_read_first()
    {
        var pipe = new Pipe();
        using var reader = new LineReader(pipe.Reader.AsStream(), maxLineBytes: 1000);
        await pipe.Writer.WriteAsync("one\n"u8.ToArray());
        reader.CancelWait();

        Line line;
        while (!reader.TryRead(out line))
            Assert.That(await WaitAsync(reader).InTime());
        Assert.That(line.Kind, Is.EqualTo(LineKind.Whole));
        Assert.That(reader.TryRead(out _), Is.False);

        await pipe.Writer.WriteAsync("two\n"u8.ToArray());
        Assert.That(await reader.WaitAsync(CancellationToken.None));
        Assert.That(reader.TryRead(out line) && line.Kind == LineKind.Whole);
    }

    [Test]
    public async Task A_token_of_the_caller_gives_up_the_wait_and_loses_nothing()
    {
        var pipe = new Pipe();
        using var reader = new LineReader(pipe.Reader.AsStream(), maxLineBytes: 1000);
        using var stop = new CancellationTokenSource();
        var waiting = WaitAsync(reader, stop.Token);
        await stop.CancelAsync();
        await waiting.FailureAsync<OperationCanceledException>();

        await pipe.Writer.WriteAsync("one\n"u8.ToArray());
        Assert.That(await reader.WaitAsync(CancellationToken.None));
        Assert.That(reader.TryRead(out var line) && line.Kind == LineKind.Whole);
    }

    [Test]
    public async Task Each_wait_that_is_called_off_reads_what_came_and_only_a_silent_one_ends_the_output()
    {
        var pipe = new Pipe();
        using var reader = new LineReader(pipe.Reader.AsStream(), maxLineBytes: 1000);
        for (var round = 0; round < 3; round++)
        {
            var waiting = WaitAsync(reader);
            reader.CancelWait();
            Assert.That(await waiting.InTime());
            await pipe.Writer.WriteAsync("more\n"u8.ToArray());
            Assert.That(await WaitAsync(reader).InTime());
            Assert.That(reader.TryRead(out var line) && line.Kind == LineKind.Whole, $"round {round}");
            Assert.That(reader.TryRead(out _), Is.False);
        }

        var last = WaitAsync(reader);
        reader.CancelWait();
        Assert.That(await last.InTime() && await WaitAsync(reader).InTime());
        Assert.That(await WaitAsync(reader).InTime(), Is.False);
    }

    private static async Task<bool> WaitAsync(LineReader reader, CancellationToken cancellationToken = default) => await reader.WaitAsync(cancellationToken);

    private static async Task<List<Line>> ReadAllAsync(Stream stream, int maxLineBytes, int bufferBytes = 16)
    {
        using var reader = new LineReader(stream, maxLineBytes, bufferBytes);
        var lines = new List<Line>();
        while (await reader.WaitAsync(CancellationToken.None))
        {
            while (reader.TryRead(out var line))
                lines.Add(line);
        }

        return lines;
    }

    /// <summary>Gives its bytes out in pieces of the given sizes, again and again.</summary>
    private sealed class PieceStream(byte[] bytes, int[] sizes) : MemoryStream(bytes)
    {
        private int _piece;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, sizes[_piece++ % sizes.Length])], cancellationToken);
    }
}
