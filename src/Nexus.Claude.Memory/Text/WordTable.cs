using System.Runtime.CompilerServices;

namespace Nexus.Claude.Memory.Text;

/// <summary>
/// Numbers words by their place in a list. Looked up for each word of each text, by spans: the framework's tables are compiled at the
/// start for that, and are slow until they have been compiled again.
/// </summary>
internal sealed class WordTable
{
    private readonly string[] _words;

    // One more than the number of the word; 0 where there is none. At least half of it is empty.
    private readonly short[] _slots;

    /// <summary>A table of the words, each of which is there once.</summary>
    public WordTable(IEnumerable<string> words)
    {
        _words = [.. words];
        _slots = new short[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, _words.Length * 2))];
        for (int i = 0; i < _words.Length; i++)
        {
            int slot = SlotOf(_words[i]);
            while (_slots[slot] != 0)
                slot = slot + 1 & _slots.Length - 1;
            _slots[slot] = (short)(i + 1);
        }
    }

    /// <summary>The number of the word, -1 when it is not in the table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int IndexOf(ReadOnlySpan<char> word)
    {
        for (int slot = SlotOf(word); _slots[slot] is var number and not 0; slot = slot + 1 & _slots.Length - 1)
        {
            string known = _words[number - 1];
            if (known.Length == word.Length && word.SequenceEqual(known))
                return number - 1;
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(ReadOnlySpan<char> word)
    {
        uint hash = (uint)word.Length;
        foreach (char c in word)
            hash = (hash ^ c) * 0x01000193;
        return (int)((hash ^ hash >> 15) & (uint)(_slots.Length - 1));
    }
}
