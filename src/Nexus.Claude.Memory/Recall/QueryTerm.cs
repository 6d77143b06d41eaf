using Nexus.Claude.Memory.Text;

namespace Nexus.Claude.Memory.Recall;

/// <summary>One token that is searched for.</summary>
/// <param name="Token">As it is indexed.</param>
/// <param name="Weight">1 for the user's own words, less for what was pasted, more for an exact identifier.</param>
/// <param name="Kind">What it was in the query.</param>
internal sealed record QueryTerm(string Token, double Weight, TokenKind Kind)
{
    /// <summary>In how many messages of the searched partitions it stands.</summary>
    public long Frequency { get; set; }

    /// <summary>How much a match says: high for what is rare.</summary>
    public double Idf { get; set; }

    /// <summary>How much a match says of a whole sitting.</summary>
    public double SessionIdf { get; set; }

    /// <summary>What a match is worth.</summary>
    public double Value => Weight * Idf;
}
