using CsCheck;
using Nexus.Claude.Pipes;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Pipes;

[Parallelizable(ParallelScope.All), Platform("Linux", Reason = "It is made of what Linux has.")]
internal sealed class LinuxPipeTests
{
    /// <summary>More than any pipe holds by itself.</summary>
    private const int Much = 1024 * 1024;

    [Test]
    public async Task What_is_written_is_read()
    {
        await using var ends = new Ends();
        await ends.Writer.WriteAsync("hello"u8.ToArray()).InTime();
        Assert.That(await ends.ReadAsync(), Is.EqualTo("hello"u8.ToArray()));
    }

    [Test]
    public async Task A_read_waits_until_something_comes()
    {
        await using var ends = new Ends();
        for (var round = 0; round < 3; round++)
        {
            var read = ends.ReadAsync();
            Assert.That(read.IsCompleted, Is.False);
            await ends.Writer.WriteAsync(new[] { (byte)round }).InTime();
            Assert.That(await read.InTime(), Is.EqualTo(new[] { (byte)round }));
        }
    }

    [Test]
    public async Task The_end_comes_after_all_bytes_and_again()
    {
        await using var ends = new Ends();
        await ends.Writer.WriteAsync("last"u8.ToArray()).InTime();
        await ends.Writer.DisposeAsync();
        Assert.That(await ends.ReadAsync().InTime(), Is.EqualTo("last"u8.ToArray()));
        Assert.That(await ends.ReadAsync().InTime(), Is.Empty);
        Assert.That(await ends.ReadAsync().InTime(), Is.Empty);
    }

    [Test]
    public async Task The_end_reaches_a_read_that_waits()
    {
        await using var ends = new Ends();
        var read = ends.ReadAsync();
        await ends.Writer.DisposeAsync();
        Assert.That(await read.InTime(), Is.Empty);
    }

    [Test]
    public async Task A_write_of_more_than_the_pipe_holds_waits_for_the_reader()
    {
        await using var ends = new Ends();
        var bytes = new byte[Much];
        new Random(1).NextBytes(bytes);
        var write = ends.Writer.WriteAsync(bytes).AsTask();
        Assert.That(write.IsCompleted, Is.False);
        Assert.That(await ends.ReadAllAsync(Much).InTime(), Is.EqualTo(bytes));
        await write.InTime();
    }

    [Test]
    public async Task An_enlarged_pipe_holds_a_mebibyte()
    {
        await using var ends = new Ends();
        var before = ends.Capacity;
        ends.Reader.TryEnlarge();
        if (ends.Capacity == before)
            Assert.Ignore("The system gives this user no more memory for pipes.");
        Assert.That(ends.Capacity, Is.EqualTo(Much));
        Assert.That(ends.Writer.WriteAsync(new byte[Much]).AsTask().IsCompletedSuccessfully, "without a reader");
        Assert.That(await ends.ReadAllAsync(Much).InTime(), Has.Length.EqualTo(Much));
    }

    [Test]
    public async Task A_closed_pipe_is_not_enlarged()
    {
        await using var ends = new Ends();
        await ends.Reader.DisposeAsync();
        Assert.That(ends.Reader.TryEnlarge, Throws.Nothing);
    }

    [Test]
    public async Task A_write_that_nobody_can_read_fails()
    {
        await using var ends = new Ends();
        await ends.Reader.DisposeAsync();
        Assert.That(async () => await ends.Writer.WriteAsync("x"u8.ToArray()), Throws.InstanceOf<IOException>().With.Message.Contains("closed"));
    }

    [Test]
    public async Task A_write_that_waits_fails_when_the_reader_leaves()
    {
        await using var ends = new Ends();
        var write = ends.Writer.WriteAsync(new byte[Much]).AsTask();
        await ends.Reader.DisposeAsync();
        Assert.That(async () => await write.InTime(), Throws.InstanceOf<IOException>());
    }

    [Test]
    public async Task A_cancelled_read_takes_nothing_and_the_next_goes_on()
    {
        await using var ends = new Ends();
        using var cancel = new CancellationTokenSource();
        var read = ends.ReadAsync(cancel.Token);
        await cancel.CancelAsync();
        Assert.That(async () => await read.InTime(), Throws.InstanceOf<OperationCanceledException>());

        await ends.Writer.WriteAsync("after"u8.ToArray()).InTime();
        Assert.That(await ends.ReadAsync().InTime(), Is.EqualTo("after"u8.ToArray()));
        Assert.That(async () => await ends.ReadAsync(cancel.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_token_ends_each_read_that_it_was_given_to_and_no_other()
    {
        await using var ends = new Ends();
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        await ends.Writer.WriteAsync("1"u8.ToArray()).InTime();
        Assert.That(await ends.ReadAsync(first.Token).InTime(), Is.EqualTo("1"u8.ToArray()));
        Assert.That(await ReadWhatComesAsync(first.Token), Is.EqualTo("2"u8.ToArray()));

        var others = ReadWhatComesAsync(second.Token, first);
        Assert.That(await others.InTime(), Is.EqualTo("2"u8.ToArray()), "The token of the reads before is cancelled while it waits.");

        var waiting = ends.ReadAsync(second.Token);
        await second.CancelAsync();
        Assert.That(async () => await waiting.InTime(), Throws.InstanceOf<OperationCanceledException>(), "Its own token, which an earlier read had as well.");
        Assert.That(await ReadWhatComesAsync(CancellationToken.None), Is.EqualTo("2"u8.ToArray()));

        async Task<byte[]> ReadWhatComesAsync(CancellationToken cancellationToken, CancellationTokenSource? other = null)
        {
            var read = ends.ReadAsync(cancellationToken);
            Assert.That(read.IsCompleted, Is.False);
            if (other is not null)
                await other.CancelAsync();
            await ends.Writer.WriteAsync("2"u8.ToArray()).InTime();
            return await read.InTime();
        }
    }

    [Test]
    public async Task A_read_that_waits_ends_when_its_pipe_is_disposed()
    {
        await using var ends = new Ends();
        var read = ends.ReadAsync();
        await ends.Reader.DisposeAsync();
        Assert.That(async () => await read.InTime(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(async () => await ends.ReadAsync(), Throws.InstanceOf<ObjectDisposedException>());
        await ends.Reader.DisposeAsync();
    }

    [Test]
    public Task Whatever_the_pieces_all_bytes_come_in_order() =>
        Gen.Select(Gen.Int[1, 200_000].Array[1, 8], Gen.Int[1, 100_000], Gen.Int[0, 3]).SampleAsync(async (pieces, buffer, cancelled) =>
        {
            await using var ends = new Ends();
            var bytes = new byte[pieces.Sum()];
            new Random(pieces.Length).NextBytes(bytes);
            var writing = Task.Run(async () =>
            {
                var at = 0;
                foreach (var piece in pieces)
                {
                    await ends.Writer.WriteAsync(bytes.AsMemory(at, piece));
                    at += piece;
                    await Task.Yield();
                }

                await ends.Writer.DisposeAsync();
            });
            var read = new MemoryStream();
            var target = new byte[buffer];
            while (true)
            {
                // Some reads are called off just when something may arrive.
                using var cancel = new CancellationTokenSource();
                var reading = ends.Reader.ReadAsync(target, cancel.Token).AsTask();
                if (cancelled-- > 0)
                    await cancel.CancelAsync();
                try
                {
                    var count = await reading.InTime();
                    if (count == 0)
                        break;
                    read.Write(target, 0, count);
                }
                catch (OperationCanceledException)
                {
                    // What has arrived is still there.
                }
            }

            await writing.InTime();
            Assert.That(read.ToArray(), Is.EqualTo(bytes));
        }, iter: 100);

    [Test]
    public async Task Many_pipes_wait_at_once_and_a_slow_one_holds_up_nobody()
    {
        var all = Enumerable.Range(0, 200).Select(static _ => new Ends()).ToList();
        using var slow = new ManualResetEventSlim();
        await using var blocked = new Ends();
        var blocking = Task.Run(async () =>
        {
            await blocked.ReadAsync().ConfigureAwait(false);
            slow.Wait(TimeSpan.FromSeconds(30));
        });
        var reads = all.ConvertAll(static ends => ends.ReadAsync());
        await blocked.Writer.WriteAsync("x"u8.ToArray()).InTime();
        foreach (var ends in all)
            await ends.Writer.WriteAsync("y"u8.ToArray()).InTime();
        foreach (var read in reads)
            Assert.That(await read.InTime(), Is.EqualTo("y"u8.ToArray()));
        slow.Set();
        await blocking.InTime();
        foreach (var ends in all)
            await ends.DisposeAsync();
    }

    [Test]
    public async Task Readers_that_block_hold_up_nobody_when_reading_goes_on_where_it_was_told()
    {
        await using var ends = new Ends();
        // After so many there are two threads, one of which goes on with what it was told.
        for (var round = 0; round < 200; round++)
        {
            var read = ends.ReadAsync();
            await ends.Writer.WriteAsync("x"u8.ToArray()).InTime();
            await read.InTime();
        }

        // This method too went on where its read was told, and would keep that thread from the readers below.
        await Task.Run(static () => { }).ConfigureAwait(false);
        using var released = new ManualResetEventSlim();
        var all = Enumerable.Range(0, 3).Select(static _ => new Ends()).ToList();
        // Each waits before anything is written, and goes on where it was told.
        var blocking = all.ConvertAll(async each =>
        {
            await each.Reader.ReadAsync(new byte[1]).ConfigureAwait(false);
            released.Wait(TimeSpan.FromSeconds(30));
        });
        foreach (var each in all)
            await each.Writer.WriteAsync("x"u8.ToArray()).InTime();

        for (var round = 0; round < 20; round++)
        {
            var read = ends.ReadAsync();
            await ends.Writer.WriteAsync("y"u8.ToArray()).InTime();
            Assert.That(await read.InTime(), Is.EqualTo("y"u8.ToArray()));
        }

        Assert.That(blocking.TrueForAll(static each => !each.IsCompleted));
        released.Set();
        foreach (var each in blocking)
            await each.InTime();
        foreach (var each in all)
            await each.DisposeAsync();
    }

    [Test]
    public async Task What_one_reader_leaves_in_its_context_reaches_no_other()
    {
        var local = new AsyncLocal<string?>();
        for (var round = 0; round < 200; round++)
        {
            await using var ends = new Ends();
            var found = new TaskCompletionSource<(SynchronizationContext? Context, string? Value)>(TaskCreationOptions.RunContinuationsAsynchronously);
            var read = ends.Reader.ReadAsync(new byte[1]).AsTask().ConfigureAwait(false).GetAwaiter();
            Assert.That(read.IsCompleted, Is.False);
            read.UnsafeOnCompleted(() =>
            {
                var before = (SynchronizationContext.Current, local.Value);
                SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
                local.Value = "left behind";
                read.GetResult();
                found.SetResult(before);
            });
            await ends.Writer.WriteAsync("x"u8.ToArray()).InTime();
            Assert.That(await found.Task.InTime(), Is.EqualTo((default(SynchronizationContext), default(string))));
        }
    }

    [Test]
    public async Task Pipes_that_are_disposed_while_they_are_told_of_something_do_no_harm()
    {
        for (var round = 0; round < 300; round++)
        {
            await using var ends = new Ends();
            var read = ends.ReadAsync();
            var write = Task.Run(async () => await ends.Writer.WriteAsync("z"u8.ToArray()));
            await ends.Reader.DisposeAsync();
            await Task.WhenAll(
                read.ContinueWith(static done => done.Exception?.Handle(static failure => failure is ObjectDisposedException), TaskScheduler.Default),
                write.ContinueWith(static done => done.Exception?.Handle(static failure => failure is IOException), TaskScheduler.Default)).InTime();
        }
    }

    /// <summary>Both ends of one pipe.</summary>
    private sealed class Ends : IAsyncDisposable
    {
        private const int GetPipeSize = 1032;

        private readonly int _descriptor;

        public Ends()
        {
            var ends = new PipeEnds();
            _descriptor = (int)ends.Read.DangerousGetHandle();
            Writer = new LinuxPipe(ends.Write, reads: false);
            Reader = new LinuxPipe(ends.Read, reads: true);
        }

        /// <summary>What the pipe holds, in bytes, while its reader is open.</summary>
        public int Capacity => PipeCalls.Control(_descriptor, GetPipeSize, 0);

        public LinuxPipe Writer { get; }

        public LinuxPipe Reader { get; }

        public async Task<byte[]> ReadAsync(CancellationToken cancellationToken = default)
        {
            var buffer = new byte[100];
            return buffer[..await Reader.ReadAsync(buffer, cancellationToken)];
        }

        public async Task<byte[]> ReadAllAsync(int count)
        {
            var buffer = new byte[count];
            await Reader.ReadExactlyAsync(buffer);
            return buffer;
        }

        public async ValueTask DisposeAsync()
        {
            await Writer.DisposeAsync();
            await Reader.DisposeAsync();
        }
    }
}
