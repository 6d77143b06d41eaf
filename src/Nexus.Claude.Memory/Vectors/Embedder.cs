using System.Numerics.Tensors;
using Microsoft.Extensions.AI;

namespace Nexus.Claude.Memory.Vectors;

/// <summary>Asks the generator for vectors, never for longer than it is told to wait, and checks what it gives.</summary>
internal sealed class Embedder(IEmbeddingGenerator<string, Embedding<float>> generator, string? model, TimeProvider time)
{
    // About what the usual models read; the rest of a longer text is found by its words.
    private const int LongestText = 6_000;

    private int _dimensions;

    /// <summary>Which model it is. Vectors of different models have nothing in common.</summary>
    public string Model { get; } = NameOf(generator, model);

    /// <summary>How many numbers its vectors have; 0 until the first one came.</summary>
    public int Dimensions => Volatile.Read(ref _dimensions);

    /// <summary>The beginning of a text, as far as it is looked at.</summary>
    public static string Shorten(string text) => text.Length <= LongestText ? text
        : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)];

    public static string NameOf(IEmbeddingGenerator<string, Embedding<float>> generator, string? model) =>
        model is { Length: > 0 } ? model
        : generator.GetService(typeof(EmbeddingGeneratorMetadata)) is EmbeddingGeneratorMetadata { DefaultModelId: { Length: > 0 } known } ? known
        : generator.GetType().FullName ?? generator.GetType().Name;

    /// <summary>The vectors of the texts, each of length 1.</summary>
    /// <exception cref="TimeoutException">It took too long. The call is cancelled, and what becomes of it does not matter any more.</exception>
    /// <exception cref="InvalidOperationException">What came is no set of vectors of this model.</exception>
    public async Task<float[][]> EmbedAsync(IReadOnlyList<string> texts, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        // A generator may do all of its work before it returns its task.
        var call = Task.Run(() => generator.GenerateAsync(texts, options: null, ending.Token), CancellationToken.None);
        try
        {
            return Checked(await call.WaitAsync(ending.Token).ConfigureAwait(false), texts.Count);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The embedding generator took longer than {timeout}.");
        }
        finally
        {
            End(call, ending);
        }
    }

    private static void End(Task call, CancellationTokenSource ending)
    {
        if (call.IsCompleted)
        {
            ending.Dispose();
            return;
        }

        // It was told to end and may not listen. Its failure is looked at, and the source outlives it.
        _ = call.ContinueWith(
            static (late, source) =>
            {
                _ = late.Exception;
                ((CancellationTokenSource)source!).Dispose();
            }, ending, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private float[][] Checked(GeneratedEmbeddings<Embedding<float>> made, int count)
    {
        if (made.Count != count)
            throw new InvalidOperationException($"The embedding generator gave {made.Count} vectors for {count} texts.");
        int dimensions = Dimensions;
        var vectors = new float[count][];
        for (int i = 0; i < count; i++)
        {
            var vector = made[i].Vector.Span;
            if (dimensions == 0)
                dimensions = vector.Length;
            if (vector.Length == 0 || vector.Length != dimensions)
                throw new InvalidOperationException($"The embedding generator gave a vector of {vector.Length} numbers where its others have {dimensions}.");
            float length = TensorPrimitives.Norm(vector);
            if (!float.IsFinite(length))
                throw new InvalidOperationException("The embedding generator gave a vector with numbers that are none.");
            vectors[i] = new float[dimensions];
            if (length > 0)
                TensorPrimitives.Divide(vector, length, vectors[i]);
        }

        Interlocked.CompareExchange(ref _dimensions, dimensions, 0);
        return vectors;
    }
}
