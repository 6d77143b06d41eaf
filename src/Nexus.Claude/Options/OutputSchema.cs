using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nexus.Claude;

/// <summary>
/// A JSON schema that the final answer must follow. The CLI adds a tool whose input has this schema and asks the model to end with it;
/// the answer arrives as <c>structured_output</c> of the result.
/// </summary>
public sealed class OutputSchema
{
    private OutputSchema(JsonText content) => Content = content;

    internal JsonText Content { get; }

    /// <summary>A schema as JSON text. What is not a JSON object is reported when the options are validated.</summary>
    /// <param name="json">The text of the schema.</param>
    /// <returns>The schema.</returns>
    public static OutputSchema Json(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new OutputSchema(JsonText.Parse(json));
    }

    /// <summary>A schema as a node, which is copied.</summary>
    /// <param name="schema">The schema, an object.</param>
    /// <returns>The schema.</returns>
    public static OutputSchema FromNode(JsonNode schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new OutputSchema(JsonText.Of(schema));
    }

    /// <summary>A schema as an element, which is copied.</summary>
    /// <param name="schema">The schema, an object.</param>
    /// <returns>The schema.</returns>
    public static OutputSchema FromElement(JsonElement schema) => Json(schema.GetRawText());
}
