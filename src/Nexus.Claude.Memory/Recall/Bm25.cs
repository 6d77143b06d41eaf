using System.Runtime.CompilerServices;

namespace Nexus.Claude.Memory.Recall;

/// <summary>BM25 for what people and Claude say: messages are short, so their length says little.</summary>
internal static class Bm25
{
    public const double MessageB = 0.1;
    public const double SessionB = 0.9;
    private const double K1 = 1.2;

    /// <summary>What a term that occurs so often adds, as a multiple of its idf: 1 for once in a text of average length.</summary>
    /// <param name="count">How often.</param>
    /// <param name="relativeLength">The length of the text, as a multiple of the average.</param>
    /// <param name="b">How much the length counts.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Saturation(int count, double relativeLength, double b) =>
        count == 0 ? 0 : count * (K1 + 1) / (count + K1 * (1 - b + b * relativeLength));
}

/// <summary>What the surroundings of a message add to its own score.</summary>
internal static class Smoothing
{
    public const double Previous = 0.5;
    public const double Next = 0.3;
    public const double Previous2 = 0.3;
    public const double Next2 = 0.2;

    /// <summary>The weight of the score of the whole sitting.</summary>
    public const double Session = 1.5;
}
