using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Nexus.Claude;

/// <summary>
/// A JSON schema that the final answer must follow. The CLI adds a tool whose input has this schema and asks the model to end with it;
/// the answer arrives as <c>structured_output</c> of the result.
/// </summary>
/// <remarks>
/// <see cref="For{T}()"/> makes the schema of a type and reads the answer back. A schema of your own (<see cref="Json"/>) must be one that
/// the CLI can compile: it ignores a schema with a keyword that it does not know, without a word, and then the model has no such tool. Its
/// <c>$schema</c> is left out for that reason.
/// </remarks>
public abstract class OutputSchema
{
    /// <summary>The name of the tool that the CLI adds.</summary>
    internal const string ToolName = "StructuredOutput";

    private protected OutputSchema(JsonObjectText content)
    {
        content.Value?.Remove("$schema");
        Content = content;
    }

    internal JsonObjectText Content { get; }

    /// <summary>What the schema is of, for error messages.</summary>
    internal virtual string Name => "a schema of your own";

    /// <summary>A schema as JSON text. What is not a JSON object is reported when the options are validated.</summary>
    /// <param name="json">The text of the schema.</param>
    /// <returns>The schema.</returns>
    public static OutputSchema Json([StringSyntax(StringSyntaxAttribute.Json)] string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new JsonOutputSchema(JsonObjectText.Parse(json));
    }

    /// <summary>A schema as a node, which is copied.</summary>
    /// <param name="schema">The schema, an object.</param>
    /// <returns>The schema.</returns>
    public static OutputSchema FromNode(JsonNode schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new JsonOutputSchema(JsonObjectText.Of(schema));
    }

    /// <summary>A schema as an element, which is copied.</summary>
    /// <param name="schema">The schema, an object.</param>
    /// <returns>The schema.</returns>
    public static OutputSchema FromElement(JsonElement schema) => Json(schema.GetRawText());

    /// <summary>
    /// The schema of a type: camelCase names, enums as strings, nullability as annotated, no members beyond those of the type. A member is
    /// required unless it may be null or its constructor parameter has a default value. <c>[Description]</c>, <c>[DisplayName]</c>,
    /// <c>[JsonPropertyName]</c>, <c>[JsonIgnore]</c>, <c>[JsonPolymorphic]</c> and the length and range attributes of
    /// <c>System.ComponentModel.DataAnnotations</c> are heeded; members that cannot be set are left out.
    /// </summary>
    /// <typeparam name="T">The type of the answer. One that is no object (a list, a number, an enum) is wrapped on the wire, unnoticed.</typeparam>
    /// <returns>The schema. It is made once for each type.</returns>
    /// <exception cref="NotSupportedException">The type cannot be written as JSON.</exception>
    /// <exception cref="PlatformNotSupportedException">The program is compiled native; use <see cref="For{T}(JsonTypeInfo{T})"/>.</exception>
    [RequiresUnreferencedCode("Reflects on the members of T. Use the overload that takes a JsonTypeInfo<T>.")]
    [RequiresDynamicCode("Reflects on the members of T. Use the overload that takes a JsonTypeInfo<T>.")]
    public static OutputSchema<T> For<T>() => ReflectedOutput<T>.Get();

    /// <summary>
    /// The schema of a type by its serialisation contract, without reflection. Names, enums and number formats are those of the contract's
    /// options: <c>JsonSerializerDefaults.Web</c> with <c>UseStringEnumConverter</c> is a good choice.
    /// </summary>
    /// <typeparam name="T">The type of the answer. One that is no object (a list, a number, an enum) is wrapped on the wire, unnoticed.</typeparam>
    /// <param name="typeInfo">The contract, of a <c>JsonSerializerContext</c>.</param>
    /// <returns>The schema.</returns>
    /// <remarks>
    /// The CLI checks the answer against the schema. Here the contract alone checks it again: members that it requires, and types. It
    /// reports one mistake, where <see cref="For{T}()"/> reports all.
    /// </remarks>
    public static OutputSchema<T> For<T>(JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        var schema = Output.SchemaGenerator.Generate(typeInfo, refine: null);
        return new OutputSchema<T>(typeInfo, Output.RootedSchema.Of(schema), validator: null);
    }

    /// <summary>The schema as it is sent.</summary>
    /// <returns>JSON; what was given when it is no JSON object is not repeated.</returns>
    public override string ToString() => Content.Value?.ToJsonString() ?? $"(a schema that {Content.Mistake})";

    private sealed class JsonOutputSchema(JsonObjectText content) : OutputSchema(content);

    /// <summary>One schema a type; to make it takes some milliseconds.</summary>
    [RequiresUnreferencedCode("Reflects on the members of T.")]
    [RequiresDynamicCode("Reflects on the members of T.")]
    private static class ReflectedOutput<T>
    {
        private static OutputSchema<T>? s_schema;

        public static OutputSchema<T> Get() => s_schema ??= Output.ReflectedSchema.Create<T>();
    }
}
