using System.Text.Json;

namespace Nexus.Claude.Permissions;

/// <summary>Reads and writes the JSON of permissions by hand: members that are unknown, or of an unexpected kind, must survive a round trip.</summary>
internal static class PermissionJson
{
    /// <summary>A string member; null when it is absent or no string.</summary>
    public static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>A boolean member; null when it is absent or no boolean.</summary>
    public static bool? Flag(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? value.GetBoolean()
            : null;

    /// <summary>A member of any kind; undefined when it is absent.</summary>
    public static JsonElement Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : default;

    /// <summary>The elements of an array; none when it is no array.</summary>
    public static IEnumerable<JsonElement> Elements(JsonElement json) => json.ValueKind == JsonValueKind.Array ? json.EnumerateArray() : [];

    /// <summary>The members that are not among the known ones; null for none.</summary>
    public static IDictionary<string, JsonElement>? Rest(JsonElement json, params ReadOnlySpan<string> known)
    {
        Dictionary<string, JsonElement>? rest = null;
        foreach (var member in json.EnumerateObject())
        {
            if (!known.Contains(member.Name))
                (rest ??= [])[member.Name] = member.Value.Clone();
        }

        return rest;
    }

    /// <summary>Writes the members that <see cref="Rest"/> found.</summary>
    public static void WriteRest(Utf8JsonWriter json, IDictionary<string, JsonElement>? rest)
    {
        foreach (var (name, value) in rest ?? new Dictionary<string, JsonElement>())
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }

    /// <summary>Writes the members that all changes of rules have.</summary>
    public static void WriteRules(Utf8JsonWriter json, PermissionBehavior behavior, IReadOnlyList<PermissionRule> rules)
    {
        json.WriteStartArray("rules"u8);
        foreach (var rule in rules)
            rule.Write(json);
        json.WriteEndArray();
        json.WriteString("behavior"u8, behavior.Value);
    }
}
