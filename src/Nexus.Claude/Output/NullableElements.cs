using System.Reflection;
using System.Text.Json.Nodes;

namespace Nexus.Claude.Output;

/// <summary>
/// Elements of lists and values of dictionaries that are annotated as nullable (<c>List&lt;string?&gt;</c>). A contract knows the
/// annotation of a member and not that of its type arguments.
/// </summary>
internal static class NullableElements
{
    private const string Marker = "$nullableElements";

    /// <summary>Notes that a member's elements may be null.</summary>
    /// <param name="member">The member.</param>
    /// <param name="schema">Its schema, which may be a reference to that of an earlier member of the same type.</param>
    public static void Mark(MemberInfo member, JsonObject schema)
    {
        // Trimmed programs may be built without the annotations.
        if (AppContext.TryGetSwitch("System.Reflection.NullabilityInfoContext.IsSupported", out var isSupported) && !isSupported)
            return;
        var annotations = member switch
        {
            PropertyInfo property => new NullabilityInfoContext().Create(property),
            FieldInfo field => new NullabilityInfoContext().Create(field),
            _ => null,
        };
        var element = annotations?.ElementType ?? (annotations is { GenericTypeArguments: { Length: > 0 } arguments } ? arguments[^1] : null);
        if (element is { ReadState: NullabilityState.Nullable, Type.IsValueType: false })
            schema[Marker] = true;
    }

    /// <summary>Lets null into the elements of all noted members.</summary>
    /// <param name="root">The whole schema.</param>
    public static void Settle(JsonObject root)
    {
        List<JsonObject> marked = [];
        Collect(root, marked);
        foreach (var schema in marked)
        {
            if (schema["$ref"] is JsonValue reference && Resolve(root, reference.GetValue<string>()) is { } target)
            {
                // A copy, because other members of the type need not allow null.
                schema.Remove("$ref");
                foreach (var (name, value) in target)
                    schema.TryAdd(name, value?.DeepClone());
            }

            if (schema["items"] is JsonObject items)
                schema["items"] = Allow(items);
            else if (schema["additionalProperties"] is JsonObject values)
                schema["additionalProperties"] = Allow(values);
        }
    }

    private static void Collect(JsonNode? node, List<JsonObject> marked)
    {
        switch (node)
        {
            case JsonObject each:
                if (each.Remove(Marker))
                    marked.Add(each);
                foreach (var (_, child) in each)
                    Collect(child, marked);
                break;
            case JsonArray items:
                foreach (var child in items)
                    Collect(child, marked);
                break;
        }
    }

    private static JsonObject Allow(JsonObject schema)
    {
        if (schema.ContainsKey("$ref"))
            return new JsonObject { ["anyOf"] = new JsonArray(schema.DeepClone(), new JsonObject { ["type"] = "null" }) };
        if (schema["type"] is JsonValue type)
            schema["type"] = new JsonArray(type.DeepClone(), "null");
        if (schema["enum"] is JsonArray values && values.All(static value => value is not null))
            values.Add(null);
        return (JsonObject)schema.DeepClone();
    }

    private static JsonObject? Resolve(JsonObject root, string reference)
    {
        JsonNode? node = root;
        foreach (var step in reference.Split('/').Skip(1))
        {
            var name = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            node = node is JsonArray items ? items[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)] : node?[name];
        }

        return node as JsonObject;
    }
}
