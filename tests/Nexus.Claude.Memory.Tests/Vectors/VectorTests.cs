using System.Numerics.Tensors;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Memory.Recall;
using Nexus.Claude.Memory.Vectors;

namespace Nexus.Claude.Memory.Tests.Vectors;

[Parallelizable(ParallelScope.All)]
internal sealed class VectorTests
{
    [Test]
    public void A_quantised_vector_keeps_its_cosines_to_two_digits() =>
        Gen.Select(Gen.Float[-1, 1].Array[64], Gen.Float[-1, 1].Array[64]).Sample((a, b) =>
        {
            float[] left = Unit(a), right = Unit(b);
            var (scale, steps) = QuantizedVector.Of(right);
            float exact = TensorPrimitives.Dot<float>(left, right);
            return Math.Abs(QuantizedVector.Cosine(left, scale, steps, new float[64]) - exact) < 0.01f;
        });

    [Test]
    public void A_vector_of_zeros_is_near_to_nothing()
    {
        var (scale, steps) = QuantizedVector.Of(new float[8]);

        Assert.That(QuantizedVector.Cosine(Unit([1, 1, 1, 1, 1, 1, 1, 1]), scale, steps, new float[8]), Is.Zero);
    }

    [Test]
    public void Ranks_are_fused_by_their_reciprocals()
    {
        var fused = RankFusion.Fuse([7, 8, 9], [9, 5]);

        double best = 1.0 / 63 + 1.0 / 61;
        Assert.That(fused[9], Is.EqualTo(1));
        Assert.That(fused[7], Is.EqualTo(1.0 / 61 / best).Within(1e-12));
        Assert.That(fused[8], Is.EqualTo(1.0 / 62 / best).Within(1e-12));
        Assert.That(fused[5], Is.EqualTo(fused[8]));
        Assert.That(RankFusion.Fuse([], []), Is.Empty);
    }

    [Test]
    public void A_breaker_opens_after_three_failures_tries_once_and_doubles_its_pause_up_to_five_minutes()
    {
        var time = new FakeTimeProvider();
        var breaker = new CircuitBreaker(time);
        for (int i = 0; i < 3; i++)
        {
            Assert.That(breaker.TryEnter(), Is.True);
            Assert.That(breaker.Fail(), Is.EqualTo(i == 2));
        }

        foreach (int seconds in (int[])[30, 60, 120, 240, 300, 300])
        {
            time.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.That(breaker.TryEnter(), Is.False);
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.That(breaker.TryEnter(), Is.True);
            Assert.That(breaker.TryEnter(), Is.False, "one at a time");
            breaker.Leave();
            Assert.That(breaker.TryEnter(), Is.True);
            breaker.Fail();
        }

        time.Advance(TimeSpan.FromMinutes(5));
        Assert.That(breaker.TryEnter(), Is.True);
        breaker.Succeed();
        Assert.That(breaker.TryEnter() && breaker.TryEnter(), Is.True);
        breaker.Fail();
        Assert.That(breaker.TryEnter(), Is.True, "counted from the start");
    }

    private static float[] Unit(float[] vector)
    {
        float length = TensorPrimitives.Norm<float>(vector);
        return length == 0 ? vector : [.. vector.Select(value => value / length)];
    }
}
