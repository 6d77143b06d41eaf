using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nexus.Claude.Pipes;

/// <summary>Linux's <c>epoll_event</c>: which descriptor, and what is awaited of it. Packed on x86-64 and nowhere else.</summary>
internal static unsafe class DescriptorEvent
{
    /// <summary>The bytes of one event.</summary>
    public static readonly int Size = RuntimeInformation.ProcessArchitecture is Architecture.X64 ? 12 : 16;

    /// <summary>Writes an event.</summary>
    /// <param name="target">At least <see cref="Size"/> bytes.</param>
    /// <param name="awaited">The conditions.</param>
    /// <param name="id">The descriptor, as <see cref="DescriptorEvents"/> numbers them.</param>
    public static void Write(byte* target, uint awaited, long id)
    {
        Unsafe.WriteUnaligned(target, awaited);
        Unsafe.WriteUnaligned(target + Size - sizeof(long), id);
    }

    /// <summary>Reads the descriptor of an event.</summary>
    /// <param name="events">The events.</param>
    /// <param name="index">Which of them.</param>
    /// <returns>The id that was written.</returns>
    public static long IdOf(byte* events, int index) => Unsafe.ReadUnaligned<long>(events + ((index + 1) * Size) - sizeof(long));
}
