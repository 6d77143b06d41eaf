using Nexus.Claude.Memory.Recall;
using Nexus.Claude.Memory.Vectors;

namespace Nexus.Claude.Memory.Store;

/// <summary>What the store looks for.</summary>
/// <param name="Scope">Whose memory.</param>
/// <param name="Reach">Which of its projects.</param>
/// <param name="Terms">What to find. The store sets their frequencies.</param>
internal sealed record CandidateQuery(MemoryScope Scope, ProjectReach Reach, IReadOnlyList<QueryTerm> Terms)
{
    /// <summary>
    /// Identifiers that words standing next to each other may be meant for. They count where the index has them, and nobody has to match them.
    /// </summary>
    public IReadOnlyList<QueryTerm> Names { get; init; } = [];

    /// <summary>All that is looked for.</summary>
    public IReadOnlyList<QueryTerm> TermsAndNames => Names.Count == 0 ? Terms : [.. Terms, .. Names];

    public Func<string, bool> IncludesProject => Reach.Includes;

    /// <summary>Only messages of this conversation.</summary>
    public string? OnlyConversation { get; init; }

    /// <summary>No message of this conversation.</summary>
    public string? ExceptConversation { get; init; }

    /// <summary>What the query means, to find what says it in other words; null searches by words alone.</summary>
    public QueryVector? Vector { get; init; }

    /// <summary>How many entries of the index may be read.</summary>
    public int PostingsBudget { get; init; } = 10_000;

    /// <summary>How many messages are read.</summary>
    public int Limit { get; init; } = 100;
}

/// <summary>A message that may be what is looked for.</summary>
/// <param name="Row">Where it stands.</param>
/// <param name="Message">What it says.</param>
/// <param name="Flags">What else is known of it.</param>
/// <param name="Hash">Equal for equal contents.</param>
/// <param name="Tokens">The tokens of its text.</param>
/// <param name="SessionScore">How well its whole sitting fits.</param>
/// <param name="Around">What the two messages before and the two after it match, as sets of terms: previous, next, the one before, the one after.</param>
internal sealed record Candidate(
    long Row, MemoryMessage Message, MessageFlags Flags, long Hash, int Tokens, double SessionScore, (uint Previous, uint Next, uint Previous2, uint Next2) Around)
{
    /// <summary>The cosine of its vector and that of the query; null when it is not among the nearest.</summary>
    public float? Similarity { get; init; }
}

/// <summary>What the store found, and what ranking needs to know of the rest.</summary>
/// <param name="Terms">The terms that count, at most 32: the bits of <see cref="Candidate.Around"/> in order.</param>
/// <param name="QueryMass">What a message that matches everything asked would be worth.</param>
/// <param name="AverageLength">The tokens of an average message.</param>
/// <param name="Found">The candidates, the most promising first.</param>
internal sealed record CandidateSet(IReadOnlyList<QueryTerm> Terms, double QueryMass, double AverageLength, IReadOnlyList<Candidate> Found)
{
    public static CandidateSet Empty { get; } = new([], 0, 1, []);

    /// <summary>True when the server was away, and only what waits to be sent to it was looked at.</summary>
    public bool IsFromOutbox { get; init; }
}
