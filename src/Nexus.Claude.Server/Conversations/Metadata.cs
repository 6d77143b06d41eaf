using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Conversations;

/// <summary>What clients note about a conversation or a response: up to 16 texts of up to 512 characters under names of up to 64.</summary>
internal static class Metadata
{
    private const int MostPairs = 16;
    private const int LongestName = 64;
    private const int LongestValue = 512;

    /// <summary>Reads the member <c>metadata</c>.</summary>
    /// <param name="body">The request's body.</param>
    /// <returns>The metadata; empty when there is none.</returns>
    /// <exception cref="GatewayException">It is something else, or too much.</exception>
    public static IReadOnlyDictionary<string, string> Read(RequestValue body)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (body.Find("metadata") is not { } metadata)
            return pairs;
        foreach (var pair in metadata.AsObject().Json.EnumerateObject())
        {
            var value = new RequestValue(pair.Value, metadata.PathOf(pair.Name)).AsString();
            if (pair.Name.Length > LongestName || value.Length > LongestValue)
                throw GatewayException.Invalid("metadata", $"A name in 'metadata' has at most {LongestName} characters, a value {LongestValue}.", "invalid_value");
            pairs[pair.Name] = value;
        }

        return pairs.Count <= MostPairs
            ? pairs
            : throw GatewayException.Invalid("metadata", $"'metadata' has at most {MostPairs} names; there are {pairs.Count}.", "invalid_value");
    }
}
