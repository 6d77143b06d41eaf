using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Nexus.Claude.Wire;

/// <summary>Makes strings of UTF-8.</summary>
/// <remarks>
/// Nearly all are ids, names and pieces of an answer: short, and plain ASCII. The framework's decoder looks at each three times, and the runtime
/// compiles its large methods anew in the first turns of a process, when the CLI needs the processor.
/// </remarks>
internal static class Utf8Text
{
    private const int LongestShort = 256;

    /// <summary>The text of some bytes.</summary>
    /// <param name="utf8">The bytes; where they are not UTF-8 the text has U+FFFD.</param>
    /// <returns>The text.</returns>
    [SkipLocalsInit]
    public static string ToString(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > LongestShort)
            return Encoding.UTF8.GetString(utf8);
        Span<char> text = stackalloc char[LongestShort];
        return TryWiden(utf8, text) ? new string(text[..utf8.Length]) : Encoding.UTF8.GetString(utf8);
    }

    /// <summary>Whether there is nothing but ASCII, and no backslash, so that nothing is escaped either.</summary>
    /// <param name="utf8">The bytes.</param>
    /// <returns>True when all of it is plain.</returns>
    public static bool IsPlain(ReadOnlySpan<byte> utf8)
    {
        ref var bytes = ref MemoryMarshal.GetReference(utf8);
        var at = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            for (; at <= utf8.Length - Vector128<byte>.Count; at += Vector128<byte>.Count)
            {
                var here = Vector128.LoadUnsafe(ref bytes, (nuint)at);
                // Bytes that are not ASCII have the first bit set, as those have that are equal.
                if ((here | Vector128.Equals(here, Vector128.Create((byte)'\\'))).ExtractMostSignificantBits() != 0)
                    return false;
            }
        }

        for (; at < utf8.Length; at++)
        {
            if (utf8[at] is (byte)'\\' or > 0x7F)
                return false;
        }

        return true;
    }

    /// <summary>Copies ASCII.</summary>
    /// <returns>False when there is something else.</returns>
    private static bool TryWiden(ReadOnlySpan<byte> ascii, Span<char> text)
    {
        if (!Vector128.IsHardwareAccelerated || ascii.Length < Vector128<byte>.Count)
            return TryWidenSingly(ascii, text);
        ref var from = ref MemoryMarshal.GetReference(ascii);
        ref var to = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text));
        var last = ascii.Length - Vector128<byte>.Count;
        for (var at = 0; ; at = Math.Min(at + Vector128<byte>.Count, last))
        {
            var here = Vector128.LoadUnsafe(ref from, (nuint)at);
            if (here.ExtractMostSignificantBits() != 0)
                return false;
            Vector128.WidenLower(here).StoreUnsafe(ref to, (nuint)at);
            Vector128.WidenUpper(here).StoreUnsafe(ref to, (nuint)(at + Vector128<ushort>.Count));
            // The last step may copy some bytes again.
            if (at == last)
                return true;
        }
    }

    private static bool TryWidenSingly(ReadOnlySpan<byte> ascii, Span<char> text)
    {
        for (var at = 0; at < ascii.Length; at++)
        {
            if (ascii[at] > 0x7F)
                return false;
            text[at] = (char)ascii[at];
        }

        return true;
    }
}
