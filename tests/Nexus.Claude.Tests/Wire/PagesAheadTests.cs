using System.Runtime.InteropServices;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Wire;

[Parallelizable(ParallelScope.All), Platform("Linux")]
internal sealed class PagesAheadTests
{
    [Test]
    public async Task Pages_are_there_before_anybody_writes_to_them()
    {
        if (Environment.OSVersion.Version < new Version(5, 14))
            Assert.Ignore("This Linux is older than the call.");
        // New memory, of characters, as lengths are in bytes; pinned, so that it stays where it is looked for.
        var memory = GC.AllocateUninitializedArray<char>(16 * 1024 * 1024, pinned: true);
        Assert.That(AbsentPages(memory), Is.Not.Zero);

        PagesAhead.Make(memory.AsSpan());

        for (var left = 1_000; AbsentPages(memory) > 0 && left > 0; left--)
            await Task.Delay(10);
        Assert.That(AbsentPages(memory), Is.Zero);
    }

    [Test]
    public async Task What_has_been_written_stays()
    {
        var memory = GC.AllocateUninitializedArray<byte>(8 * 1024 * 1024, pinned: true);
        for (var i = 0; i < memory.Length; i++)
            memory[i] = (byte)(i * 31);

        PagesAhead.Make(memory.AsSpan());

        // Its turn comes before that of work that is handed to the pool later, or at the same time.
        await Task.Run(static () => { });
        for (var i = 0; i < memory.Length; i++)
        {
            if (memory[i] != (byte)(i * 31))
                Assert.Fail($"It was changed at {i}.");
        }
    }

    /// <summary>How many of the whole pages that an array lies in are not in memory, as proc(5) tells.</summary>
    private static int AbsentPages(char[] array)
    {
        var page = Environment.SystemPageSize;
        var first = (Marshal.UnsafeAddrOfPinnedArrayElement(array, 0) + page - 1) / page;
        var entries = new ulong[((array.Length * sizeof(char)) / page) - 1];
        using var map = File.OpenHandle("/proc/self/pagemap");
        var read = RandomAccess.Read(map, MemoryMarshal.AsBytes(entries.AsSpan()), first * sizeof(ulong));
        Assert.That(read, Is.EqualTo(entries.Length * sizeof(ulong)));
        return entries.Count(static entry => entry >> 63 == 0);
    }
}
