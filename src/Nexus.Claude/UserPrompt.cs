using System.Text.Json;
using Nexus.Claude.Wire;

namespace Nexus.Claude;

/// <summary>What a user says: text, images, documents. A plain string converts to it.</summary>
public sealed record UserPrompt
{
    /// <summary>Creates a prompt of one text.</summary>
    /// <param name="text">The text. A text that begins with <c>/</c> is a slash command unless <see cref="Verbatim"/> is set.</param>
    public UserPrompt(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Content = [new TextBlock(text)];
    }

    /// <summary>Creates a prompt of content blocks.</summary>
    /// <param name="content">Text, images and documents, in the order in which the model is to see them.</param>
    public UserPrompt(params IReadOnlyList<ContentBlock> content)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (content.Count == 0)
            throw new ArgumentException("A prompt needs at least one content block.", nameof(content));
        Content = content;
    }

    /// <summary>What the model is to see.</summary>
    public IReadOnlyList<ContentBlock> Content { get; }

    /// <summary>
    /// The prompt's id, a UUID that is unique in the conversation; null lets the SDK choose one (<see cref="Turn.PromptId"/>). The CLI runs no
    /// prompt twice: an id that this client has sent before is refused with <see cref="ArgumentException"/>, and one that a resumed conversation
    /// has ends its turn with a <see cref="ClaudeException"/>.
    /// </summary>
    public string? Id { get; init; }

    /// <summary>When the prompt is run if the CLI is busy; null leaves it to the CLI.</summary>
    public MessagePriority? Priority { get; init; }

    /// <summary>True marks the prompt as made by a machine and not typed by a person. It is run all the same.</summary>
    public bool IsSynthetic { get; init; }

    /// <summary>
    /// True keeps the CLI from expanding <c>@file</c> and running slash commands in the text; null follows
    /// <see cref="ClaudeOptions.VerbatimPrompts"/>.
    /// </summary>
    public bool? Verbatim { get; init; }

    /// <summary>True puts the prompt into the conversation without an answer to it (<c>shouldQuery</c> false): it is history.</summary>
    internal bool IsHistory { get; init; }

    /// <summary>A plain text as a prompt.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator UserPrompt(string text) => new(text);

    /// <summary>A plain text as a prompt.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The prompt.</returns>
    public static UserPrompt FromString(string text) => new(text);

    /// <summary>Writes the prompt as a line for the CLI (protocol.md 3).</summary>
    internal ReadOnlyMemory<byte> ToLine(string id, bool verbatimByDefault) => JsonLine.Write(json =>
    {
        json.WriteString("type"u8, "user"u8);
        json.WriteString("session_id"u8, ""u8);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "user"u8);
        json.WriteStartArray("content"u8);
        foreach (var block in Content)
            WriteBlock(json, block);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteNull("parent_tool_use_id"u8);
        json.WriteString("uuid"u8, id);
        if (Priority is { } priority)
            json.WriteString("priority"u8, priority.Value);
        if (IsSynthetic)
            json.WriteBoolean("isSynthetic"u8, true);
        if (Verbatim ?? verbatimByDefault)
            json.WriteBoolean("client_composed"u8, true);
        if (IsHistory)
            json.WriteBoolean("shouldQuery"u8, false);
    });

    private static void WriteBlock(Utf8JsonWriter json, ContentBlock block)
    {
        if (block is not TextBlock text)
        {
            JsonSerializer.Serialize(json, block, MessageJson.Default.ContentBlock);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text.Text);
        json.WriteEndObject();
    }
}
