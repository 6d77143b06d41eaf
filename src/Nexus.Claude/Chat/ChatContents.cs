using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Nexus.Claude.Chat;

/// <summary>Contents of Microsoft.Extensions.AI as content blocks of the Messages API.</summary>
internal static class ChatContents
{
    /// <summary>The contents of one message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="nameOf">What the model calls a function.</param>
    /// <returns>The blocks.</returns>
    /// <exception cref="NotSupportedException">The message holds something that the Messages API has no form for.</exception>
    public static List<ContentBlock> BlocksOf(ChatMessage message, Func<string, string> nameOf)
    {
        List<ContentBlock> blocks = [];
        foreach (var content in message.Contents)
        {
            if (BlockOf(content, nameOf) is { } block)
                blocks.Add(block);
        }

        return blocks;
    }

    private static ContentBlock? BlockOf(AIContent content, Func<string, string> nameOf) => content switch
    {
        TextContent { Text.Length: 0 } => null,
        TextContent text => new TextBlock(text.Text),
        // Without its signature the API does not take thinking back.
        TextReasoningContent { ProtectedData: { Length: > 0 } signature } reasoning => new ThinkingBlock { Thinking = reasoning.Text, Signature = signature },
        TextReasoningContent => null,
        DataContent data => OfData(data),
        UriContent uri => OfUri(uri),
        HostedFileContent file => OfFile(file),
        FunctionCallContent call => new ToolUseBlock { Id = call.CallId, Name = nameOf(call.Name), Input = ArgumentsOf(call) },
        FunctionResultContent result => ResultOf(result, nameOf),
        // What they say is told elsewhere, or was about an answer that is over.
        UsageContent or ErrorContent => null,
        _ => throw new NotSupportedException($"A message holds {content.GetType().Name}, which cannot be sent to the Claude Code CLI."),
    };

    private static ContentBlock OfData(DataContent data)
    {
        if (data.HasTopLevelMediaType("image"))
            return ImageBlock.FromBytes(data.Data, data.MediaType);
        if (data.MediaType == "application/pdf")
            return DocumentBlock.FromBytes(data.Data, data.MediaType, data.Name);
        if (data.HasTopLevelMediaType("text"))
            return DocumentBlock.FromText(System.Text.Encoding.UTF8.GetString(data.Data.Span), data.Name);
        throw new NotSupportedException($"Data of the type {data.MediaType} cannot be sent; images, PDF and text can.");
    }

    private static ContentBlock OfUri(UriContent uri)
    {
        // The API fetches it; nothing is fetched here, so an address can reach nothing of this network.
        if (uri.Uri.Scheme is not ("http" or "https"))
            throw new NotSupportedException($"An address of the scheme '{uri.Uri.Scheme}' cannot be sent; read the file and send DataContent.");
        if (uri.HasTopLevelMediaType("image"))
            return ImageBlock.FromUrl(uri.Uri);
        if (uri.MediaType == "application/pdf")
            return DocumentBlock.FromUrl(uri.Uri);
        throw new NotSupportedException($"An address of the type {uri.MediaType} cannot be sent; images and PDF can.");
    }

    private static ContentBlock OfFile(HostedFileContent file)
    {
        var source = new MediaSource { Type = "file", FileId = file.FileId };
        return file.HasTopLevelMediaType("image") ? new ImageBlock { Source = source } : new DocumentBlock { Source = source, Title = file.Name };
    }

    private static JsonElement ArgumentsOf(FunctionCallContent call)
    {
        var arguments = new JsonObject();
        foreach (var (name, value) in call.Arguments ?? new Dictionary<string, object?>())
            arguments[name] = NodeOf(value);
        using var document = JsonDocument.Parse(arguments.ToJsonString());
        return document.RootElement.Clone();
    }

    private static ToolResultBlock ResultOf(FunctionResultContent result, Func<string, string> nameOf)
    {
        if (result.Exception is { } failure)
            return new ToolResultBlock { ToolUseId = result.CallId, IsError = true, Content = [new TextBlock(failure.Message)] };
        return new ToolResultBlock
        {
            ToolUseId = result.CallId,
            Content = result.Result switch
            {
                null => [],
                string text => [new TextBlock(text)],
                AIContent content => BlockOf(content, nameOf) is { } block ? [block] : [],
                IEnumerable<AIContent> contents => [.. contents.Select(content => BlockOf(content, nameOf)).OfType<ContentBlock>()],
                JsonElement { ValueKind: JsonValueKind.String } text => [new TextBlock(text.GetString()!)],
                var value => [new TextBlock(NodeOf(value)?.ToJsonString() ?? "null")],
            },
        };
    }

    private static JsonNode? NodeOf(object? value) => value switch
    {
        null => null,
        JsonNode node => node.DeepClone(),
        JsonElement element => JsonNode.Parse(element.GetRawText()),
        // The exchange types' own options know what a caller's program has taught them, by source generation where there is no reflection.
        _ => JsonSerializer.SerializeToNode(value, AIJsonUtilities.DefaultOptions.GetTypeInfo(value.GetType())),
    };
}
