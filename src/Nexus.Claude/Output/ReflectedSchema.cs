using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Nexus.Claude.Output;

/// <summary>The schema of a type by reflection, with what a contract does not know: nullable elements, words about enum values.</summary>
[RequiresUnreferencedCode("Reflects on the members of the type.")]
[RequiresDynamicCode("Reflects on the members of the type.")]
internal static class ReflectedSchema
{
    private static readonly Lazy<JsonSerializerOptions> Options = new(CreateOptions);

    /// <summary>Makes a schema and its validator.</summary>
    /// <typeparam name="T">The type of the answer.</typeparam>
    /// <returns>The schema.</returns>
    public static OutputSchema<T> Create<T>()
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            throw new PlatformNotSupportedException(
                "A program that is compiled native cannot make the schema of a type by reflection. Use the overload that takes a JsonTypeInfo<T>.");
        }

        var type = (JsonTypeInfo<T>)Options.Value.GetTypeInfo(typeof(T));
        var schema = SchemaGenerator.Generate(type, Refine);
        NullableElements.Settle(schema);
        var rooted = RootedSchema.Of(schema);
        return new OutputSchema<T>(type, rooted, new SchemaValidator(rooted.Root.ToJsonString()));
    }

    private static JsonSerializerOptions CreateOptions()
    {
        var options = new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            // A model writes the discriminator of a derived type where it likes.
            AllowOutOfOrderMetadataProperties = true,
            Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false) },
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        };
        options.MakeReadOnly();
        return options;
    }

    private static void Refine(JsonSchemaExporterContext context, JsonObject schema)
    {
        if (context.PropertyInfo?.AttributeProvider is MemberInfo member)
            NullableElements.Mark(member, schema);
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type.IsEnum && schema.ContainsKey("enum"))
            DescribeValues(type, schema);
    }

    private static void DescribeValues(Type type, JsonObject schema)
    {
        foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            if (field.GetCustomAttribute<DescriptionAttribute>() is not { Description.Length: > 0 } description)
                continue;
            var name = field.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? field.Name;
            var before = schema["description"]?.GetValue<string>();
            schema["description"] = (before is null ? "" : before + "\n") + $"{name}: {description.Description}";
        }
    }
}
