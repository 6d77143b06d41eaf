using System.Collections.Concurrent;
using Microsoft.Extensions.AI;

namespace Nexus.Claude.Memory.Tests.Vectors;

/// <summary>
/// An embedding generator without a model: words of the same meaning have the same direction, which is what a model learns. It can be
/// slow, fail, and change its mind about its size.
/// </summary>
internal sealed class ConceptGenerator(string model = "concepts-1", int dimensions = 96) : IEmbeddingGenerator<string, Embedding<float>>
{
    private static readonly string[][] Concepts =
    [
        ["car", "automobile", "vehicle"], ["repair", "fix", "mend", "workshop", "garage"], ["log", "login", "sign", "authentication", "credentials"],
        ["slow", "sluggish", "latency"], ["database", "postgres", "sql"], ["holiday", "vacation", "leave"],
        ["doctor", "physician"], ["password", "passphrase"],
    ];

    private static readonly Dictionary<string, int> ConceptOf =
        Concepts.SelectMany((words, concept) => words.Select(word => (word, concept))).ToDictionary(pair => pair.word, pair => pair.concept, StringComparer.Ordinal);

    private readonly EmbeddingGeneratorMetadata _metadata = new("tests", null, model, dimensions);
    private readonly ConcurrentQueue<string[]> _calls = new();

    public IReadOnlyList<string[]> Calls => [.. _calls];

    public IEnumerable<string> Texts => _calls.SelectMany(call => call);

    public int Dimensions { get; set; } = dimensions;

    public Exception? Failure { get; set; }

    /// <summary>Calls wait for it; a new one for each time it is set.</summary>
    public TaskCompletionSource? Gate { get; set; }

    /// <summary>Whether a call that waits gives up when it is told to.</summary>
    public bool Listens { get; set; } = true;

    /// <summary>Set with the first call that waits at the gate.</summary>
    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        string[] texts = [.. values];
        _calls.Enqueue(texts);
        if (Gate is { } gate)
        {
            Waiting.TrySetResult();
            await gate.Task.WaitAsync(Listens ? cancellationToken : CancellationToken.None);
        }

        if (Failure is { } failure)
            throw failure;
        return new GeneratedEmbeddings<Embedding<float>>(texts.Select(text => new Embedding<float>(VectorOf(text))));
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata : null;

    public void Dispose()
    {
    }

    private float[] VectorOf(string text)
    {
        float[] vector = new float[Dimensions];
        foreach (string word in text.ToLowerInvariant().Split([' ', '.', ',', '?', '!', ':', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            // Known meanings have a place each; other words are spread over the rest and say little.
            if (ConceptOf.TryGetValue(word, out int concept))
                vector[concept] += 1;
            else
                vector[Concepts.Length + (int)((uint)Hash(word) % (uint)(Dimensions - Concepts.Length))] += 0.1f;
        }

        return vector;
    }

    private static int Hash(string word) => word.Aggregate(17, (hash, c) => unchecked(hash * 31 + c));
}
