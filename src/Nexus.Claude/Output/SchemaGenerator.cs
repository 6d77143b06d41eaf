using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Nexus.Claude.Output;

/// <summary>
/// Makes the schema of a type from its serialisation contract, so that whatever fits the schema can be read: names, converters, derived
/// types and required members come from one place.
/// </summary>
internal static class SchemaGenerator
{
    /// <summary>Makes a schema.</summary>
    /// <param name="type">The contract.</param>
    /// <param name="refine">Adds what only reflection can tell to each node; null for nothing.</param>
    /// <returns>The schema. Its references are absolute.</returns>
    public static JsonObject Generate(JsonTypeInfo type, Action<JsonSchemaExporterContext, JsonObject>? refine)
    {
        var exporter = new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, node) => Transform(context, node, refine),
        };
        return (JsonObject)ForAsking(type.Options).GetJsonSchemaAsNode(type.Type, exporter);
    }

    /// <summary>What cannot be set is not asked for, and a number is a number even where the serialiser would read a text as well.</summary>
    private static JsonSerializerOptions ForAsking(JsonSerializerOptions options)
    {
        if (options.TypeInfoResolver is not { } resolver)
            return options;
        var changed = new JsonSerializerOptions(options)
        {
            NumberHandling = JsonNumberHandling.Strict,
            TypeInfoResolver = resolver.WithAddedModifier(static type =>
            {
                for (var index = type.Properties.Count - 1; index >= 0; index--)
                {
                    if (type.Properties[index] is { Set: null, AssociatedParameter: null, IsExtensionData: false } property && !IsPopulated(type, property))
                        type.Properties.RemoveAt(index);
                }
            }),
        };
        changed.MakeReadOnly();
        return changed;
    }

    private static bool IsPopulated(JsonTypeInfo type, JsonPropertyInfo property) =>
        (property.ObjectCreationHandling ?? type.PreferredPropertyObjectCreationHandling ?? type.Options.PreferredObjectCreationHandling)
        == JsonObjectCreationHandling.Populate;

    private static JsonObject Transform(JsonSchemaExporterContext context, JsonNode node, Action<JsonSchemaExporterContext, JsonObject>? refine)
    {
        // A schema may also be true (anything) or false (nothing).
        var schema = node as JsonObject ?? (node.GetValue<bool>() ? [] : new JsonObject { ["not"] = new JsonObject() });
        schema.Remove("$comment");
        // "Default null" says no more than that null is allowed.
        if (schema.TryGetPropertyValue("default", out var fallback) && fallback is null)
            schema.Remove("default");
        if (context.TypeInfo.Kind == JsonTypeInfoKind.Object && !schema.ContainsKey("$ref"))
            Close(schema, context.TypeInfo);
        if (schema["enum"] is JsonArray values)
            TypeEnum(schema, values);
        Reformat(schema, Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type);
        SchemaAnnotations.Apply(context, schema);
        refine?.Invoke(context, schema);
        return schema;
    }

    /// <summary>Requires what has to be there, and allows nothing else.</summary>
    private static void Close(JsonObject schema, JsonTypeInfo type)
    {
        // The base of a hierarchy says its members in each alternative.
        if (schema.ContainsKey("anyOf"))
            return;
        if (!schema.ContainsKey("additionalProperties") && !type.Properties.Any(property => property.IsExtensionData))
            schema["additionalProperties"] = false;
        if (schema["properties"] is not JsonObject properties)
            return;
        var required = new JsonArray();
        foreach (var (name, child) in properties)
        {
            // A discriminator stands in the schema and not in the contract.
            if (child is JsonObject discriminator && discriminator["const"] is { } only)
            {
                discriminator.Remove("const");
                discriminator["enum"] = new JsonArray(only);
                discriminator["type"] = only.GetValueKind() == JsonValueKind.String ? "string" : "integer";
                required.Add((JsonNode)name);
            }
            else if (type.Properties.FirstOrDefault(property => property.Name == name) is { } member && IsRequired(member))
            {
                required.Add((JsonNode)name);
            }
        }

        schema.Remove("required");
        if (required.Count > 0)
            schema["required"] = required;
    }

    private static bool IsRequired(JsonPropertyInfo member)
    {
        if (member.IsRequired)
            return true;
        if (member.AssociatedParameter is { IsMemberInitializer: false } parameter)
            return !parameter.HasDefaultValue;
        return member.PropertyType.IsValueType ? Nullable.GetUnderlyingType(member.PropertyType) is null : !member.IsSetNullable;
    }

    private static void TypeEnum(JsonObject schema, JsonArray values)
    {
        if (schema.ContainsKey("type") || values.Any(static value => value is not null && value.GetValueKind() != JsonValueKind.String))
            return;
        schema["type"] = values.Any(static value => value is null) ? new JsonArray("string", "null") : "string";
    }

    /// <summary>Says what the serialiser reads where the format of the same name says something else.</summary>
    private static void Reformat(JsonObject schema, Type type)
    {
        if (type == typeof(TimeOnly) && schema.Remove("format"))
            schema["pattern"] = @"^\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?$";
        else if (type == typeof(Uri) && schema.ContainsKey("format"))
            schema["format"] = "uri-reference";
    }
}
