using System.Text.Json;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Conversations;

/// <summary>Reads items as OpenAI's clients send them: to conversations, and as the input of responses.</summary>
internal static class ItemReader
{
    /// <summary>Reads items.</summary>
    /// <param name="items">The array.</param>
    /// <param name="param">What errors call it.</param>
    /// <param name="resolve">Finds an item that is only referred to by its id; null where none can be.</param>
    /// <returns>The items. Thoughts that the API would not take back are left out.</returns>
    /// <exception cref="GatewayException">One is not understood.</exception>
    public static async ValueTask<List<ConversationItem>> ReadAllAsync(JsonElement items, string param, Func<string, ValueTask<ConversationItem?>>? resolve = null)
    {
        if (items.ValueKind != JsonValueKind.Array)
            throw GatewayException.Invalid(param, $"'{param}' must be an array of items.");
        var read = new List<ConversationItem>(items.GetArrayLength());
        foreach (var (index, item) in items.EnumerateArray().Index())
        {
            var place = $"{param}[{index}]";
            if (item.ValueKind != JsonValueKind.Object)
                throw GatewayException.Invalid(place, $"'{place}' must be an object.");
            if (item.Text("type", $"{place}.type") == "item_reference")
                read.Add(await ResolveAsync(item, place, resolve).ConfigureAwait(false));
            else if (Read(item, place) is { } known)
                read.Add(known);
        }

        return read;
    }

    private static async ValueTask<ConversationItem> ResolveAsync(JsonElement item, string place, Func<string, ValueTask<ConversationItem?>>? resolve)
    {
        var id = Required(item, "id", place);
        return (resolve is null ? null : await resolve(id).ConfigureAwait(false))
            ?? throw GatewayException.NotFound(
                $"There is no item '{id}'. It was made with store false, has expired, or belongs to another key; send the item itself.", "item_not_found", $"{place}.id");
    }

    private static ConversationItem? Read(JsonElement item, string place) => item.Text("type", $"{place}.type") switch
    {
        null or "message" => ReadMessage(item, place),
        "function_call" => ConversationItem.Create(ItemRole.Assistant, [ReadCall(item, place)]),
        "function_call_output" => ConversationItem.Create(ItemRole.User, [ReadResult(item, place)]),
        "reasoning" => ReadReasoning(item, place) is { } thought ? ConversationItem.Create(ItemRole.Assistant, [thought]) : null,
        var type => throw GatewayException.Invalid(
            $"{place}.type",
            $"Items of the type '{type}' are not supported here. Supported: message, function_call, function_call_output, reasoning, item_reference.",
            "unsupported_item"),
    };

    private static ConversationItem ReadMessage(JsonElement item, string place)
    {
        var role = item.Text("role", $"{place}.role") switch
        {
            "user" => ItemRole.User,
            "assistant" => ItemRole.Assistant,
            "system" => ItemRole.System,
            "developer" => ItemRole.Developer,
            null => throw GatewayException.Invalid($"{place}.role", $"'{place}.role' is missing."),
            var other => throw GatewayException.Invalid($"{place}.role", $"'{other}' is no role. Use user, assistant, system or developer."),
        };
        var content = item.Member("content") ?? throw GatewayException.Invalid($"{place}.content", $"'{place}.content' is missing.");
        return new ConversationItem(ConversationItem.NewId(ItemKind.Message), role, ReadContent(content, $"{place}.content"));
    }

    private static IReadOnlyList<ContentBlock> ReadContent(JsonElement content, string place) => content.ValueKind switch
    {
        JsonValueKind.String => [new TextBlock(content.GetString()!)],
        JsonValueKind.Array => [.. content.EnumerateArray().Select((part, index) => ReadPart(part, $"{place}[{index}]"))],
        _ => throw GatewayException.Invalid(place, $"'{place}' must be a string or an array of parts."),
    };

    private static ContentBlock ReadPart(JsonElement part, string place) => part.Text("type", $"{place}.type") switch
    {
        "input_text" or "output_text" or "text" or "summary_text" or "reasoning_text" => new TextBlock(Required(part, "text", place)),
        "refusal" => new TextBlock(Required(part, "refusal", place)),
        "input_image" => ItemMedia.ReadImage(part, place),
        "input_file" => ItemMedia.ReadFile(part, place),
        null => throw GatewayException.Invalid($"{place}.type", $"'{place}.type' is missing."),
        var type => throw GatewayException.Invalid(
            $"{place}.type", $"Parts of the type '{type}' are not supported. Supported: input_text, input_image, input_file, output_text, refusal.", "unsupported_part"),
    };

    private static ToolUseBlock ReadCall(JsonElement item, string place)
    {
        var arguments = item.Text("arguments", $"{place}.arguments");
        try
        {
            using var document = JsonDocument.Parse(string.IsNullOrWhiteSpace(arguments) ? "{}" : arguments);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return new ToolUseBlock { Id = Required(item, "call_id", place), Name = Required(item, "name", place), Input = document.RootElement.Clone() };
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw GatewayException.Invalid($"{place}.arguments", $"'{place}.arguments' must be a JSON object, written as a string.");
    }

    private static ToolResultBlock ReadResult(JsonElement item, string place)
    {
        var output = item.Member("output") ?? throw GatewayException.Invalid($"{place}.output", $"'{place}.output' is missing.");
        return new ToolResultBlock { ToolUseId = Required(item, "call_id", place), Content = ReadContent(output, $"{place}.output") };
    }

    // Without the API's signature it would refuse the thought; the model thinks anew instead.
    private static ContentBlock? ReadReasoning(JsonElement item, string place)
    {
        var sealedThought = item.Text("encrypted_content", $"{place}.encrypted_content");
        if (ItemWriter.Unseal(sealedThought, out var isRedacted) is not { } value)
            return null;
        if (isRedacted)
            return new RedactedThinkingBlock { Data = value };
        var summary = item.Member("summary") is { ValueKind: JsonValueKind.Array } parts
            ? string.Concat(parts.EnumerateArray().Select((part, index) => Required(part, "text", $"{place}.summary[{index}]")))
            : "";
        return new ThinkingBlock { Thinking = summary, Signature = value };
    }

    private static string Required(JsonElement json, string name, string place) =>
        json.Text(name, $"{place}.{name}") ?? throw GatewayException.Invalid($"{place}.{name}", $"'{place}.{name}' is missing.");
}
