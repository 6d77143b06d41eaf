using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;

namespace Nexus.Claude.Output;

/// <summary>Writes what attributes say about a member or a type into its schema.</summary>
internal static class SchemaAnnotations
{
    /// <summary>Writes the attributes of a node's member, of its constructor parameter and of its type.</summary>
    /// <param name="context">The node's place.</param>
    /// <param name="schema">The node.</param>
    public static void Apply(JsonSchemaExporterContext context, JsonObject schema)
    {
        var member = context.PropertyInfo;
        ICustomAttributeProvider?[] sources =
        [
            member?.AttributeProvider, member?.AssociatedParameter?.AttributeProvider,
            Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type,
        ];
        foreach (var source in sources)
        {
            if (source is null)
                continue;
            foreach (var attribute in source.GetCustomAttributes(inherit: true))
                Apply(schema, attribute);
        }
    }

    private static void Apply(JsonObject schema, object attribute)
    {
        switch (attribute)
        {
            case DescriptionAttribute { Description.Length: > 0 } description:
                schema.TryAdd("description", description.Description);
                break;
            case DisplayNameAttribute { DisplayName.Length: > 0 } display:
                schema.TryAdd("title", display.DisplayName);
                break;
            case RangeAttribute range when Allows(schema, "integer") || Allows(schema, "number"):
                schema[range.MinimumIsExclusive ? "exclusiveMinimum" : "minimum"] = Number(range.Minimum);
                schema[range.MaximumIsExclusive ? "exclusiveMaximum" : "maximum"] = Number(range.Maximum);
                break;
            case StringLengthAttribute length when Allows(schema, "string"):
                if (length.MinimumLength > 0)
                    schema["minLength"] = length.MinimumLength;
                schema["maxLength"] = length.MaximumLength;
                break;
            case MinLengthAttribute least:
                Length(schema, "min", least.Length);
                break;
            case MaxLengthAttribute { Length: >= 0 } most:
                Length(schema, "max", most.Length);
                break;
        }
    }

    private static void Length(JsonObject schema, string end, int length)
    {
        if (Allows(schema, "array"))
            schema[end + "Items"] = length;
        else if (Allows(schema, "string"))
            schema[end + "Length"] = length;
    }

    private static bool Allows(JsonObject schema, string type) => schema["type"] switch
    {
        JsonValue one => one.TryGetValue(out string? name) && name == type,
        JsonArray several => several.Any(each => each?.GetValue<string>() == type),
        _ => false,
    };

    private static JsonValue Number(object bound) => bound switch
    {
        int whole => JsonValue.Create(whole),
        double real => JsonValue.Create(real),
        _ => JsonValue.Create(decimal.Parse(Convert.ToString(bound, CultureInfo.InvariantCulture)!, CultureInfo.InvariantCulture)),
    };
}
