using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nexus.Claude.Server.Sessions;

/// <summary>
/// A client's JSON schema as the API's <c>output_config.format</c> takes it: every object closed, and keywords that the API refuses moved into
/// the description, where the model reads them.
/// </summary>
internal static class OutputFormat
{
    private static readonly HashSet<string> Taken = new(StringComparer.Ordinal)
    {
        "type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "allOf", "$ref", "$defs", "definitions",
        "description", "title", "default", "format", "pattern",
    };

    private static readonly HashSet<string> Dropped = new(StringComparer.Ordinal) { "$schema", "$id", "$comment", "examples", "strict" };

    private static readonly HashSet<string> TakenFormats = new(StringComparer.Ordinal)
    {
        "date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid",
    };

    /// <summary>The format member.</summary>
    /// <param name="schema">The client's schema.</param>
    /// <returns>The member; null when the schema asks for nothing but an object, which the API has no format for.</returns>
    public static JsonObject? Of(JsonElement schema)
    {
        if (IsAnyObject(schema) || JsonObject.Create(schema) is not { } root)
            return null;
        return new JsonObject { ["type"] = "json_schema", ["schema"] = Convert(root) };
    }

    /// <summary>Whether a schema asks for an object and says nothing about it (<c>json_object</c>).</summary>
    /// <param name="schema">The schema.</param>
    /// <returns>True when it does.</returns>
    public static bool IsAnyObject(JsonElement schema) =>
        schema.ValueKind != JsonValueKind.Object
        || (!schema.TryGetProperty("properties", out _) && !schema.TryGetProperty("$ref", out _) && !schema.TryGetProperty("anyOf", out _)
            && !schema.TryGetProperty("oneOf", out _) && !schema.TryGetProperty("allOf", out _) && !schema.TryGetProperty("enum", out _)
            && !schema.TryGetProperty("items", out _) && !schema.TryGetProperty("const", out _)
            && (!schema.TryGetProperty("type", out var type) || type.ValueKind == JsonValueKind.String && type.GetString() == "object"));

    private static JsonObject Convert(JsonObject schema)
    {
        var result = new JsonObject();
        List<string> notes = [];
        foreach (var (name, value) in schema)
        {
            if (Dropped.Contains(name))
                continue;
            if (name == "oneOf" && !schema.ContainsKey("anyOf"))
                result["anyOf"] = ConvertAny(value);
            else if (name is "properties" or "$defs" or "definitions")
                result[name] = ConvertMembers(value);
            else if (name is "items" or "anyOf" or "allOf")
                result[name] = ConvertAny(value);
            else if (name == "minItems" && value is JsonValue least && least.TryGetValue<int>(out var count) && count <= 1)
                result[name] = count;
            else if (name == "format" && (value is not JsonValue format || !format.TryGetValue<string>(out var kind) || !TakenFormats.Contains(kind)))
                notes.Add($"format: {value?.ToJsonString()}");
            else if (Taken.Contains(name))
                result[name] = value?.DeepClone();
            else
                notes.Add($"{name}: {value?.ToJsonString() ?? "null"}");
        }

        if (IsObject(schema))
        {
            result["type"] ??= "object";
            result["properties"] ??= new JsonObject();
            result["additionalProperties"] = false;
        }

        if (notes.Count > 0)
        {
            var said = result["description"] is JsonValue text && text.TryGetValue<string>(out var description) ? description + "\n" : "";
            result["description"] = $"{said}{{{string.Join(", ", notes)}}}";
        }

        return result;
    }

    private static bool IsObject(JsonObject schema) =>
        schema.ContainsKey("properties")
        || (schema["type"] is JsonValue type && type.TryGetValue<string>(out var name) && name == "object")
        || (schema["type"] is JsonArray types && types.Any(static each => each is JsonValue value && value.TryGetValue<string>(out var kind) && kind == "object"));

    private static JsonNode? ConvertAny(JsonNode? node) => node switch
    {
        JsonObject schema => Convert(schema),
        JsonArray schemas => new JsonArray([.. schemas.Select(ConvertAny)]),
        _ => node?.DeepClone(),
    };

    private static JsonNode? ConvertMembers(JsonNode? node)
    {
        if (node is not JsonObject members)
            return node?.DeepClone();
        var result = new JsonObject();
        foreach (var (name, value) in members)
            result[name] = ConvertAny(value);
        return result;
    }
}
