using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Tests.Messages;

/// <summary>Compares and changes JSON texts.</summary>
internal static class JsonComparison
{
    /// <summary>The first place where two values differ, a member that is null counting as absent; null when they are equal.</summary>
    internal static string? Difference(JsonElement expected, JsonElement actual, string path = "$")
    {
        if (expected.ValueKind != actual.ValueKind)
            return $"{path}: {expected} is not {actual}";
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var name in expected.EnumerateObject().Concat(actual.EnumerateObject()).Select(member => member.Name).Distinct())
                {
                    var left = Member(expected, name);
                    var right = Member(actual, name);
                    if (left is null && right is null)
                        continue;
                    if (left is null || right is null)
                        return $"{path}.{name}: {left?.ToString() ?? "absent"} is not {right?.ToString() ?? "absent"}";
                    if (Difference(left.Value, right.Value, $"{path}.{name}") is { } inside)
                        return inside;
                }

                return null;
            case JsonValueKind.Array:
                if (expected.GetArrayLength() != actual.GetArrayLength())
                    return $"{path}: other length";
                return expected.EnumerateArray().Zip(actual.EnumerateArray())
                    .Select((pair, index) => Difference(pair.First, pair.Second, $"{path}[{index}]"))
                    .FirstOrDefault(difference => difference is not null);
            default:
                return JsonElement.DeepEquals(expected, actual) ? null : $"{path}: {expected} is not {actual}";
        }
    }

    /// <summary>The object with one member more.</summary>
    internal static byte[] With(byte[] line, string name, string json) =>
        Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetString(line).TrimEnd()[..^1]},\"{name}\":{json}}}");

    private static JsonElement? Member(JsonElement value, string name) =>
        value.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;
}
