using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nexus.Claude.Output;

/// <summary>
/// A schema whose root is a plain object, as the input of a tool must be. Anything else becomes the one member of an object.
/// </summary>
internal sealed class RootedSchema
{
    private const string Member = "value";

    private RootedSchema(JsonObject root, bool isWrapped)
    {
        Root = root;
        IsWrapped = isWrapped;
    }

    /// <summary>The schema to send.</summary>
    public JsonObject Root { get; }

    /// <summary>Whether the value is the one member of an object.</summary>
    public bool IsWrapped { get; }

    /// <summary>Wraps a schema where it is needed.</summary>
    /// <param name="schema">The schema of the value.</param>
    /// <returns>The schema to send.</returns>
    public static RootedSchema Of(JsonObject schema)
    {
        // The API takes no alternatives at the root of a tool's input, so a polymorphic type is wrapped as well.
        if (schema["type"] is JsonValue type && type.TryGetValue(out string? name) && name == "object" && !schema.ContainsKey("anyOf"))
            return new RootedSchema(schema, isWrapped: false);
        MoveReferences(schema);
        return new RootedSchema(
            new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { [Member] = schema },
                ["required"] = new JsonArray(Member),
                ["additionalProperties"] = false,
            },
            isWrapped: true);
    }

    /// <summary>The value in its object.</summary>
    /// <param name="output">The object.</param>
    /// <returns>The value.</returns>
    /// <exception cref="JsonException">There is none.</exception>
    public static JsonElement Unwrap(JsonElement output) =>
        output.ValueKind == JsonValueKind.Object && output.TryGetProperty(Member, out var value)
            ? value
            : throw new JsonException($"The answer has no member '{Member}'.");

    /// <summary>The path within the value, of a path within the object.</summary>
    /// <param name="path">A JSON pointer.</param>
    /// <returns>A JSON pointer.</returns>
    public static string Unwrap(string path) => path.StartsWith("/" + Member, StringComparison.Ordinal) ? path[(Member.Length + 1)..] : path;

    private static void MoveReferences(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject each:
                if (each["$ref"] is JsonValue reference && reference.TryGetValue(out string? target) && target.StartsWith('#'))
                    each["$ref"] = "#/properties/" + Member + target[1..];
                foreach (var (_, child) in each)
                    MoveReferences(child);
                break;
            case JsonArray items:
                foreach (var child in items)
                    MoveReferences(child);
                break;
        }
    }
}
