using System.Runtime.CompilerServices;
using Nexus.Claude.Memory.Text;

namespace Nexus.Claude.Memory.Record;

/// <summary>
/// The numbers of the tokens that words have become, so that a word is cut and stemmed once for all the messages that are compared with each
/// other. It holds numbers of this process and no words; a word whose place was taken by another is cut again.
/// </summary>
internal sealed class KnownWords
{
    private const int Places = 8_192;

    // What one recall leaves behind for the next one.
    private static KnownWords? s_spare;
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64() << 1 | 1;

    private readonly ulong[] _words = new ulong[Places];
    private readonly int[] _numbers = new int[Places];

    /// <summary>Takes the words of earlier recalls, to give them back when nothing is compared any more.</summary>
    public static KnownWords Rent() => Interlocked.Exchange(ref s_spare, null) ?? new KnownWords();

    /// <summary>Throws away what was kept.</summary>
    public static void Forget() => Volatile.Write(ref s_spare, null);

    public void Return() => Volatile.Write(ref s_spare, this);

    /// <summary>The tokens of a text as numbers, in order.</summary>
    /// <param name="folded">A folded text.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public List<int> NumbersOf(ReadOnlySpan<char> folded)
    {
        var sink = new Numbers(new List<int>(folded.Length / 6 + 8));
        ulong seed = Seed;
        for (int at = 0; at < folded.Length;)
        {
            ulong word = seed;
            int end = at;
            for (; end < folded.Length && !MemoryTokenizer.IsSeparator(folded[end]); end++)
                word = (word ^ folded[end]) * 0x100000001B3;
            if (end > at)
            {
                int place = (int)((word ^ word >> 32) & (Places - 1));
                if (_words[place] == word)
                {
                    sink.Found.Add(_numbers[place]);
                }
                else
                {
                    int before = sink.Found.Count;
                    MemoryTokenizer.Cut(folded[at..end], ref sink);
                    if (sink.Found.Count == before + 1)
                        (_words[place], _numbers[place]) = (word, sink.Found[before]);
                }
            }

            at = end + 1;
        }

        return sink.Found;
    }

    private readonly record struct Numbers(List<int> Found) : ITokenSink
    {
        public bool Takes(ReadOnlySpan<char> word) => true;

        public void Add(ReadOnlySpan<char> token, ReadOnlySpan<char> surface, TokenKind kind) => Found.Add(string.GetHashCode(token));
    }
}
