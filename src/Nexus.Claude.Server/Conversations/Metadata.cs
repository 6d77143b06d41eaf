using System.Text.Json;
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
    /// <param name="json">The request's body.</param>
    /// <returns>The metadata; empty when there is none.</returns>
    /// <exception cref="GatewayException">It is something else, or too much.</exception>
    public static IReadOnlyDictionary<string, string> Read(JsonElement json)
    {
        if (json.Member("metadata") is not { } metadata)
            return new Dictionary<string, string>();
        if (metadata.ValueKind != JsonValueKind.Object)
            throw GatewayException.Invalid("metadata", "'metadata' must be an object of strings.");
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in metadata.EnumerateObject())
        {
            if (pair.Value.ValueKind != JsonValueKind.String)
                throw GatewayException.Invalid($"metadata.{pair.Name}", $"'metadata.{pair.Name}' must be a string.");
            var value = pair.Value.GetString()!;
            if (pair.Name.Length > LongestName || value.Length > LongestValue)
                throw GatewayException.Invalid("metadata", $"A name in 'metadata' has at most {LongestName} characters, a value {LongestValue}.");
            pairs[pair.Name] = value;
        }

        return pairs.Count <= MostPairs ? pairs : throw GatewayException.Invalid("metadata", $"'metadata' has at most {MostPairs} names; there are {pairs.Count}.");
    }
}
