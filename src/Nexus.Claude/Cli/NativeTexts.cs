using System.Runtime.InteropServices;
using System.Text;

namespace Nexus.Claude.Cli;

/// <summary>Texts as C takes a list of them: pointers to UTF-8 that ends with a zero byte, and a null pointer after the last.</summary>
internal sealed unsafe class NativeTexts : IDisposable
{
    private readonly void* _memory;

    /// <summary>Copies the texts.</summary>
    /// <param name="texts">The texts.</param>
    public NativeTexts(List<string> texts)
    {
        var pointers = (nuint)(texts.Count + 1) * (nuint)sizeof(byte*);
        nuint bytes = 0;
        foreach (var text in texts)
            bytes += (nuint)Encoding.UTF8.GetByteCount(text) + 1;
        _memory = NativeMemory.Alloc(pointers + bytes);

        var next = (byte*)_memory + pointers;
        for (var index = 0; index < texts.Count; index++)
        {
            List[index] = next;
            var room = new Span<byte>(next, Encoding.UTF8.GetByteCount(texts[index]));
            Encoding.UTF8.GetBytes(texts[index], room);
            next[room.Length] = 0;
            next += room.Length + 1;
        }

        List[texts.Count] = null;
    }

    /// <summary>The list, valid until this is disposed.</summary>
    public byte** List => (byte**)_memory;

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => NativeMemory.Free(_memory);
}
