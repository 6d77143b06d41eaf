namespace Nexus.Claude.Memory;

/// <summary>Why something was recalled: every factor of its score.</summary>
public sealed record Relevance
{
    /// <summary>The score that it was ranked by.</summary>
    public double Score { get; init; }

    /// <summary>How well the text fits, 0 to 1; the best hit of a query has 1.</summary>
    public double Text { get; init; }

    /// <summary>BM25 of its own words, before scaling.</summary>
    public double OwnWords { get; init; }

    /// <summary>What the messages around it add.</summary>
    public double Neighbours { get; init; }

    /// <summary>What its sitting as a whole adds.</summary>
    public double Session { get; init; }

    /// <summary>The factor for what kind of message it is: less for a short question, for a few words, and for what reads like an order to a model.</summary>
    public double Kind { get; init; } = 1;

    /// <summary>The share of what was asked that it covers, 0 to 1.</summary>
    public double Coverage { get; init; }

    /// <summary>How near its meaning is to that of the query, as a cosine; null without embeddings, and for what is not among the nearest.</summary>
    public double? Similarity { get; init; }

    /// <summary>The reciprocal ranks by words and by meaning together, 0 to 1, which take the place of <see cref="Text"/> in the score; null without embeddings.</summary>
    public double? Fused { get; init; }

    /// <summary>How near its directory is, 0 to 1.</summary>
    public double Directory { get; init; }

    /// <summary>How many of the asked files it touched, 0 to 1.</summary>
    public double Files { get; init; }

    /// <summary>What its age leaves of it: 1 for now, half after one half-life, never below the floor.</summary>
    public double Recency { get; init; } = 1;

    /// <summary>The terms of the query that it holds itself, as they are indexed.</summary>
    public IReadOnlyList<string> MatchedTerms { get; init; } = [];
}
