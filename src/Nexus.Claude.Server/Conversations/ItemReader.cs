using System.Text.Json;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Conversations;

/// <summary>Reads items as OpenAI's clients send them: to conversations, and as the input of responses.</summary>
/// <param name="limits">How many images and documents there may be, and how large.</param>
/// <param name="resolve">Finds an item that is only referred to by its id; null where none can be.</param>
internal sealed class ItemReader(GatewayRequestOptions limits, Func<string, ValueTask<ConversationItem?>>? resolve = null)
{
    private readonly MediaInput _media = new(limits);

    /// <summary>Reads items.</summary>
    /// <param name="items">The array.</param>
    /// <returns>The items. Thoughts that the API would not take back are left out.</returns>
    /// <exception cref="GatewayException">One is not understood.</exception>
    public async ValueTask<List<ConversationItem>> ReadAllAsync(RequestValue items)
    {
        var values = items.AsArray();
        if (values.Length > limits.MaxMessages)
            throw GatewayException.Invalid(items.Path, $"'{items.Path}' has {values.Length} items; the most is {limits.MaxMessages}.", "array_above_max_length");
        var read = new List<ConversationItem>(values.Length);
        foreach (var item in values)
        {
            // Some clients leave the type out where there is only an id.
            var type = item.Find("type")?.AsString();
            if (type == "item_reference" || (type is null && item.Find("role") is null && item.Find("id") is not null))
                read.Add(await ResolveAsync(item.Get("id")).ConfigureAwait(false));
            else if (Read(item, type ?? "message") is { } known)
                read.Add(known);
        }

        return read;
    }

    private async ValueTask<ConversationItem> ResolveAsync(RequestValue id)
    {
        var name = id.AsName();
        return (resolve is null ? null : await resolve(name).ConfigureAwait(false)) ?? throw GatewayException.NotFound(
            $"There is no item '{name}'. It was made with store false, has expired, or belongs to another key; send the item itself.", "item_not_found", id.Path);
    }

    private ConversationItem? Read(RequestValue item, string type)
    {
        switch (type)
        {
            case "message":
                return new ConversationItem(ConversationItem.NewId(ItemKind.Message), Role(item.Get("role")), Content(item.Get("content")));
            case "function_call":
                var call = new ToolUseBlock
                {
                    Id = ToolInput.CallId(item.Get("call_id").AsName()),
                    Name = ToolInput.CheckedName(item.Get("name")),
                    Input = ToolInput.CallArguments(item.Get("arguments")),
                };
                return ConversationItem.Create(ItemRole.Assistant, [call]);
            case "function_call_output":
                var result = new ToolResultBlock { ToolUseId = ToolInput.CallId(item.Get("call_id").AsName()), Content = Content(item.Get("output")) };
                return ConversationItem.Create(ItemRole.User, [result]);
            case "reasoning":
                return Thought(item) is { } thought ? ConversationItem.Create(ItemRole.Assistant, [thought]) : null;
            default:
                throw GatewayException.Invalid(
                    item.PathOf("type"),
                    $"Items of the type '{type}' are not supported here. Supported: message, function_call, function_call_output, reasoning, item_reference.",
                    "unsupported_item");
        }
    }

    private static ItemRole Role(RequestValue role) => role.AsString() switch
    {
        "user" => ItemRole.User,
        "assistant" => ItemRole.Assistant,
        "system" => ItemRole.System,
        "developer" => ItemRole.Developer,
        var other => throw GatewayException.Invalid(role.Path, $"'{role.Path}' is '{other}'; it must be one of user, assistant, system, developer.", "invalid_value"),
    };

    private IReadOnlyList<ContentBlock> Content(RequestValue content) => content.Json.ValueKind == JsonValueKind.String
        ? [new TextBlock(content.AsString())]
        : [.. content.AsArray().Select(Part)];

    private ContentBlock Part(RequestValue part)
    {
        var type = part.Get("type");
        switch (type.AsString())
        {
            case "input_text" or "output_text" or "text" or "summary_text" or "reasoning_text":
                return new TextBlock(part.Get("text").AsString());
            case "refusal":
                return new TextBlock(part.Get("refusal").AsString());
            case "input_image":
                RefuseFileId(part);
                var image = part.Get("image_url");
                return _media.Image(image.AsString(), image.Path);
            case "input_file":
                RefuseFileId(part);
                var name = part.Find("filename")?.AsString();
                if (part.Find("file_url") is { } url)
                    return _media.FileOfUrl(url.AsString(), name, url.Path);
                var data = part.Get("file_data");
                return _media.File(data.AsString(), name, data.Path);
            case var other:
                throw GatewayException.Invalid(
                    type.Path, $"Parts of the type '{other}' are not supported. Supported: input_text, input_image, input_file, output_text, refusal.", "unsupported_part");
        }
    }

    private static void RefuseFileId(RequestValue part)
    {
        if (part.Find("file_id") is { } file)
            throw GatewayException.Invalid(file.Path, $"'{file.Path}': this server keeps no files. Put the file itself into the request.", "unsupported_parameter");
    }

    // Without the API's signature it would refuse the thought; the model thinks anew instead.
    private static ContentBlock? Thought(RequestValue item)
    {
        if (item.Find("encrypted_content")?.AsString() is not { } carried || ItemWriter.Unseal(carried, out var isRedacted) is not { } value)
            return null;
        if (isRedacted)
            return new RedactedThinkingBlock { Data = value };
        var summary = item.Find("summary") is { } parts ? string.Concat(parts.AsArray().Select(static part => part.Get("text").AsString())) : "";
        return new ThinkingBlock { Thinking = summary, Signature = value };
    }
}
