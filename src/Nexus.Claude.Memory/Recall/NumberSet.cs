using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nexus.Claude.Memory.Recall;

/// <summary>A set of numbers that is made once and compared with others.</summary>
internal sealed class NumberSet
{
    // At least half of it is empty, which is 0.
    private readonly int[] _slots;

    public NumberSet(ReadOnlySpan<int> numbers)
    {
        _slots = new int[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, numbers.Length * 2))];
        Count = Fill(_slots, numbers);
    }

    /// <summary>How many different numbers it holds.</summary>
    public int Count { get; }

    /// <summary>How many numbers are in both.</summary>
    public int Common(NumberSet other) => Count <= other.Count ? Common(_slots, other._slots) : Common(other._slots, _slots);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Fill(int[] slots, ReadOnlySpan<int> numbers)
    {
        int count = 0;
        foreach (int one in numbers)
        {
            int number = one == 0 ? 1 : one;
            int slot = number & slots.Length - 1;
            while (slots[slot] != 0 && slots[slot] != number)
                slot = slot + 1 & slots.Length - 1;
            count += slots[slot] == 0 ? 1 : 0;
            slots[slot] = number;
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Common(int[] few, int[] many)
    {
        int common = 0;
        foreach (int number in few)
        {
            if (number == 0)
                continue;
            int slot = number & many.Length - 1;
            while (many[slot] != 0 && many[slot] != number)
                slot = slot + 1 & many.Length - 1;
            common += many[slot] == number ? 1 : 0;
        }

        return common;
    }
}
