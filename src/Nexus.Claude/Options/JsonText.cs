using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nexus.Claude;

/// <summary>
/// Text that should be a JSON object. What is wrong with it is kept rather than thrown, so that the validator can report it together with
/// the other mistakes.
/// </summary>
internal sealed class JsonText
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    private JsonText(JsonObject? value, string? mistake)
    {
        Value = value;
        Mistake = mistake;
    }

    /// <summary>The object, never handed out to callers, null when there is a mistake.</summary>
    public JsonObject? Value { get; }

    /// <summary>The end of a sentence that says what is wrong, such as "is not a JSON object".</summary>
    public string? Mistake { get; }

    public static JsonText Parse(string text)
    {
        try
        {
            return Of(JsonNode.Parse(text, documentOptions: Lenient));
        }
        catch (JsonException exception)
        {
            return new JsonText(null, "is not valid JSON: " + exception.Message);
        }
    }

    public static JsonText Parse(ReadOnlySpan<byte> utf8)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        try
        {
            return Of(JsonNode.Parse(utf8.StartsWith(mark) ? utf8[mark.Length..] : utf8, documentOptions: Lenient));
        }
        catch (JsonException exception)
        {
            return new JsonText(null, "is not valid JSON: " + exception.Message);
        }
    }

    public static JsonText Of(JsonNode? node) =>
        node is JsonObject value
            ? new JsonText((JsonObject)value.DeepClone(), null)
            : new JsonText(null, "is not a JSON object");
}
