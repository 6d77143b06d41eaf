using System.Text.Json;
using System.Text.Json.Serialization;
using Nexus.Claude.Wire;

namespace Nexus.Claude;

/// <summary>
/// A piece of a message's content: text, thinking, a tool use, a tool result, an image ... The same records are what a prompt is made of:
/// <see cref="TextBlock"/>, <see cref="ImageBlock"/>, <see cref="DocumentBlock"/> and <see cref="ToolResultBlock"/>.
/// A kind that is not known here arrives as <see cref="UnknownBlock"/>.
/// </summary>
[JsonConverter(typeof(ContentBlockConverter))]
public abstract record ContentBlock : OpenRecord
{
    private protected ContentBlock()
    {
    }

    /// <summary>The wire discriminator <c>type</c>, for example <c>text</c> or <c>tool_use</c>.</summary>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public abstract string Type { get; }

    /// <summary>A piece of text as a block.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator ContentBlock(string text) => new TextBlock(text);

    /// <summary>A piece of text as a block.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The block.</returns>
    public static ContentBlock FromString(string text) => new TextBlock(text);
}

/// <summary>A block whose kind is not known, or whose members are not of the kinds that its type promises.</summary>
public sealed record UnknownBlock : ContentBlock
{
    /// <summary>Wraps a block.</summary>
    /// <param name="json">The whole block.</param>
    public UnknownBlock(JsonElement json) => Json = json;

    /// <inheritdoc/>
    public override string Type =>
        Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()!
            : "";

    /// <summary>The whole block as it came.</summary>
    public JsonElement Json { get; }
}

/// <summary>Reads and writes content blocks by their <c>type</c>.</summary>
internal sealed class ContentBlockConverter : TaggedConverter<ContentBlock>
{
    internal static ContentBlockConverter Instance { get; } = new();

    private protected override ContentBlock? ReadKnown(ref Utf8JsonReader reader, ReadOnlySpan<byte> type)
    {
        var json = MessageJson.Default;
        if (type.SequenceEqual("text"u8))
            return Read(ref reader, json.TextBlock);
        if (type.SequenceEqual("tool_use"u8))
            return Read(ref reader, json.ToolUseBlock);
        if (type.SequenceEqual("tool_result"u8))
            return Read(ref reader, json.ToolResultBlock);
        if (type.SequenceEqual("thinking"u8))
            return Read(ref reader, json.ThinkingBlock);
        if (type.SequenceEqual("advisor_tool_result"u8))
            return Read(ref reader, json.AdvisorToolResultBlock);
        if (type.SequenceEqual("bash_code_execution_tool_result"u8))
            return Read(ref reader, json.BashCodeExecutionToolResultBlock);
        if (type.SequenceEqual("code_execution_tool_result"u8))
            return Read(ref reader, json.CodeExecutionToolResultBlock);
        if (type.SequenceEqual("compaction"u8))
            return Read(ref reader, json.CompactionBlock);
        if (type.SequenceEqual("container_upload"u8))
            return Read(ref reader, json.ContainerUploadBlock);
        if (type.SequenceEqual("document"u8))
            return Read(ref reader, json.DocumentBlock);
        if (type.SequenceEqual("image"u8))
            return Read(ref reader, json.ImageBlock);
        if (type.SequenceEqual("mcp_tool_result"u8))
            return Read(ref reader, json.McpToolResultBlock);
        if (type.SequenceEqual("mcp_tool_use"u8))
            return Read(ref reader, json.McpToolUseBlock);
        if (type.SequenceEqual("redacted_thinking"u8))
            return Read(ref reader, json.RedactedThinkingBlock);
        if (type.SequenceEqual("server_tool_use"u8))
            return Read(ref reader, json.ServerToolUseBlock);
        if (type.SequenceEqual("text_editor_code_execution_tool_result"u8))
            return Read(ref reader, json.TextEditorCodeExecutionToolResultBlock);
        if (type.SequenceEqual("tool_search_tool_result"u8))
            return Read(ref reader, json.ToolSearchToolResultBlock);
        if (type.SequenceEqual("web_fetch_tool_result"u8))
            return Read(ref reader, json.WebFetchToolResultBlock);
        if (type.SequenceEqual("web_search_tool_result"u8))
            return Read(ref reader, json.WebSearchToolResultBlock);
        return null;
    }

    private protected override ContentBlock Unknown(JsonElement json) => new UnknownBlock(json);

    private protected override JsonElement? UnknownJson(ContentBlock value) => (value as UnknownBlock)?.Json;
}
