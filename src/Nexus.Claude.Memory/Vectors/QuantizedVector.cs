using System.Numerics.Tensors;

namespace Nexus.Claude.Memory.Vectors;

/// <summary>A vector of length 1 in a quarter of its size: each number as one of 255 steps. A cosine keeps two digits, which is what ranking needs.</summary>
/// <param name="Scale">How far a step is.</param>
/// <param name="Steps">The numbers in steps.</param>
internal readonly record struct QuantizedVector(float Scale, sbyte[] Steps)
{
    /// <summary>Quantises a vector of length 1, or of nothing but zeros.</summary>
    public static QuantizedVector Of(ReadOnlySpan<float> unit)
    {
        var steps = new sbyte[unit.Length];
        float largest = Math.Abs(TensorPrimitives.MaxMagnitude(unit));
        if (largest == 0)
            return new QuantizedVector(0, steps);
        float scale = largest / sbyte.MaxValue;
        for (int i = 0; i < unit.Length; i++)
            steps[i] = (sbyte)MathF.Round(unit[i] / scale);
        return new QuantizedVector(scale, steps);
    }

    /// <summary>The cosine of a vector of length 1 and a quantised one.</summary>
    /// <param name="unit">The vector.</param>
    /// <param name="scale">The scale of the other.</param>
    /// <param name="steps">Its steps, as many as the vector has numbers.</param>
    /// <param name="room">Room for as many numbers.</param>
    public static float Cosine(ReadOnlySpan<float> unit, float scale, ReadOnlySpan<sbyte> steps, Span<float> room)
    {
        TensorPrimitives.ConvertTruncating(steps, room);
        return scale * TensorPrimitives.Dot(unit, room);
    }
}
