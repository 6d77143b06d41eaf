using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Nexus.Claude.Tools;

/// <summary>A function as MCP wants it: with a schema that says "object", and with plain text where it gives plain text.</summary>
/// <param name="function">The function.</param>
internal sealed class ServedFunction(AIFunction function) : DelegatingAIFunction(function)
{
    private static readonly JsonSerializerOptions CompactDefaults = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false };

    /// <summary>The function's own options without white space, for which the model would pay.</summary>
    public override JsonSerializerOptions JsonSerializerOptions { get; } = Compact(function.JsonSerializerOptions);

    /// <inheritdoc/>
    public override JsonElement JsonSchema { get; } = ObjectSchema(function.JsonSchema);

    /// <inheritdoc/>
    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        var result = await base.InvokeCoreAsync(arguments, cancellationToken).ConfigureAwait(false);
        // Functions of the factory give their result as JSON, and text in quotes is not what the function said.
        return result is JsonElement json
            ? json.ValueKind switch
            {
                JsonValueKind.String => json.GetString(),
                JsonValueKind.Null or JsonValueKind.Undefined => null,
                _ => json,
            }
            : result;
    }

    private static JsonSerializerOptions Compact(JsonSerializerOptions options)
    {
        if (!options.WriteIndented)
            return options;
        return ReferenceEquals(options, AIJsonUtilities.DefaultOptions) ? CompactDefaults : new JsonSerializerOptions(options) { WriteIndented = false };
    }

    private static JsonElement ObjectSchema(JsonElement schema)
    {
        if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String)
            return schema;
        var whole = schema.ValueKind == JsonValueKind.Object ? JsonObject.Create(schema)! : [];
        whole["type"] = "object";
        if (!whole.ContainsKey("properties"))
            whole["properties"] = new JsonObject();
        using var document = JsonDocument.Parse(whole.ToJsonString());
        return document.RootElement.Clone();
    }
}
