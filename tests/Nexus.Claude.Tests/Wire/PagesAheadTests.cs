using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Wire;

[Parallelizable(ParallelScope.All), Platform("Linux")]
internal sealed class PagesAheadTests
{
    /// <summary>More than the C library ever takes from memory that it has had before.</summary>
    private const int Bytes = 64 * 1024 * 1024;

    [Test]
    public async Task Pages_are_made_and_what_has_been_written_stays()
    {
        if (Environment.OSVersion.Version < new Version(5, 14))
            Assert.Ignore("This Linux is older than the call.");
        var memory = Marshal.AllocHGlobal(Bytes);
        try
        {
            Assert.That(AbsentPages(memory), Is.Not.Zero);

            Characters(memory)[..(Bytes / 8)].Fill('a');

            PagesAhead.Make(Characters(memory));

            for (var left = 1_000; AbsentPages(memory) > 0 && left > 0; left--)
                await Task.Delay(10);
            Assert.That(AbsentPages(memory), Is.Zero);
            Assert.That(Characters(memory)[..(Bytes / 8)].ContainsAnyExcept('a'), Is.False);
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }

    // Not bytes, as what is asked for is counted in bytes.
    private static Span<char> Characters(nint memory) =>
        MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<char>(), memory), Bytes / sizeof(char));

    /// <summary>How many of the whole pages of the memory are not there, as proc(5) tells.</summary>
    private static int AbsentPages(nint memory)
    {
        var page = Environment.SystemPageSize;
        var first = (memory + page - 1) / page;
        var entries = new ulong[(Bytes / page) - 1];
        using var map = File.OpenHandle("/proc/self/pagemap");
        var read = RandomAccess.Read(map, MemoryMarshal.AsBytes(entries.AsSpan()), first * sizeof(ulong));
        Assert.That(read, Is.EqualTo(entries.Length * sizeof(ulong)));
        return entries.Count(static entry => entry >> 63 == 0);
    }
}
