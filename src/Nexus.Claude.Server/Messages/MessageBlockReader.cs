using System.Text.Json;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Messages;

/// <summary>
/// Reads the content blocks of a message. They are Claude's own already; what is checked is what this server must not pass on. Marks for the
/// prompt cache are left out: the CLI sets its own, and the API takes four at most.
/// </summary>
/// <param name="media">Checks images and documents.</param>
internal sealed class MessageBlockReader(MediaInput media)
{
    /// <summary>Reads content.</summary>
    /// <param name="content">A string, or an array of blocks.</param>
    /// <param name="role">Who says it.</param>
    /// <returns>The blocks.</returns>
    /// <exception cref="GatewayException">It is wrong.</exception>
    public List<ContentBlock> Read(RequestValue content, TurnRole role)
    {
        List<ContentBlock> blocks = [];
        if (content.Json.ValueKind == JsonValueKind.String)
        {
            AddText(blocks, content);
            return blocks;
        }

        if (content.Json.ValueKind != JsonValueKind.Array)
            throw content.WrongKind("a string or an array of blocks");
        foreach (var block in content.AsArray())
            Add(blocks, block.AsObject(), role);
        return blocks;
    }

    private void Add(List<ContentBlock> blocks, RequestValue block, TurnRole role)
    {
        var type = block.Get("type");
        var isUser = role == TurnRole.User;
        switch (type.AsString())
        {
            case "text":
                AddText(blocks, block.Get("text"));
                break;
            case "image" when isUser:
                blocks.Add(Image(block.Get("source").AsObject()));
                break;
            case "document" when isUser:
                blocks.Add(Document(block));
                break;
            case "tool_result" when isUser:
                blocks.Add(new ToolResultBlock
                {
                    ToolUseId = block.Get("tool_use_id").AsName(),
                    Content = block.Find("content") is { } result ? Read(result, TurnRole.User) : [],
                    IsError = block.Find("is_error")?.AsBoolean() ?? false,
                });
                break;
            case "search_result" when isUser:
                blocks.Add(new UnknownBlock(block.Json));
                break;
            case "tool_use" when !isUser:
                blocks.Add(new ToolUseBlock
                {
                    Id = block.Get("id").AsName(),
                    Name = ToolInput.CheckedName(block.Get("name")),
                    Input = block.Get("input").AsObject().Json,
                });
                break;
            case "thinking" when !isUser:
                blocks.Add(new ThinkingBlock { Thinking = block.Get("thinking").AsString(), Signature = block.Find("signature")?.AsString() });
                break;
            case "redacted_thinking" when !isUser:
                blocks.Add(new RedactedThinkingBlock { Data = block.Get("data").AsString() });
                break;
            case var other:
                throw GatewayException.Invalid(type.Path, $"'{type.Path}' is '{other}', which is not offered here in a message of this role.");
        }
    }

    private ImageBlock Image(RequestValue source)
    {
        var type = source.Get("type");
        return type.AsString() switch
        {
            "base64" => media.ImageOfBase64(source.Get("data").AsString(), source.PathOf("data")),
            "url" => media.Image(source.Get("url").AsString(), source.PathOf("url")),
            _ => throw NoSource(type),
        };
    }

    private ContentBlock Document(RequestValue block)
    {
        var title = block.Find("title")?.AsString();
        var source = block.Get("source").AsObject();
        var type = source.Get("type");
        var document = type.AsString() switch
        {
            "base64" => media.File(source.Get("data").AsString(), title, source.PathOf("data")),
            "url" => media.FileOfUrl(source.Get("url").AsString(), title, source.PathOf("url")),
            "text" => DocumentBlock.FromText(source.Get("data").AsString(), title),
            _ => throw NoSource(type),
        };
        return document is DocumentBlock read
            ? read with { Context = block.Find("context")?.AsString(), Citations = block.Find("citations")?.Json }
            : document;
    }

    private static GatewayException NoSource(RequestValue type) => GatewayException.Invalid(
        type.Path, $"'{type.Path}' is '{type.AsString()}', which is not offered: this server keeps no files. Use base64 or url.");

    // The API refuses texts without a visible character.
    private static void AddText(List<ContentBlock> blocks, RequestValue text)
    {
        if (text.AsString() is var value && !string.IsNullOrWhiteSpace(value))
            blocks.Add(new TextBlock(value));
    }
}
