using System.Text.Json;
using Nexus.Claude.AheadOfTime;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Protocol;

/// <summary>Earlier messages, put into the conversation as what they were, without a request to the model (gateway.md 5.1).</summary>
internal sealed partial class Session
{
    /// <summary>Adds what a user said earlier.</summary>
    /// <param name="content">The content.</param>
    /// <param name="verbatim">Whether it is kept from expansion and commands; null for the session's own choice.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when the CLI has taken it: an assistant's message sent before that would overtake it.</returns>
    public async Task AddUserHistoryAsync(IReadOnlyList<ContentBlock> content, bool? verbatim, CancellationToken cancellationToken)
    {
        var taken = Send(new UserPrompt(content) { IsHistory = true, Verbatim = verbatim }, CancellationToken.None);
        await taken.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var _ in taken.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            // Read to its end, so that an end of the CLI is told here.
        }
    }

    /// <summary>Adds what the assistant said earlier. The CLI confirms nothing.</summary>
    /// <param name="content">The content.</param>
    /// <param name="model">The model that is to have said it; null for one that is not known.</param>
    /// <returns>A task that ends when it has been handed to the operating system.</returns>
    public async Task AddAssistantHistoryAsync(IReadOnlyList<ContentBlock> content, string? model)
    {
        try
        {
            await _writer.WriteAsync(AssistantLine(content, model)).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The CLI no longer reads. How it ended is told by the prompt that follows.
        }
    }

    private static ReadOnlyMemory<byte> AssistantLine(IReadOnlyList<ContentBlock> content, string? model) => JsonLine.Write(json =>
    {
        json.WriteString("type"u8, "assistant"u8);
        json.WriteStartObject("message"u8);
        // Messages of one id would be merged into one, across the results of tools between them.
        json.WriteString("id"u8, $"msg_{Guid.NewGuid():N}");
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, model ?? "unknown");
        json.WriteStartArray("content"u8);
        foreach (var block in content)
            JsonSerializer.Serialize(json, block, MessageJson.Default.ContentBlock);
        json.WriteEndArray();
        json.WriteString("stop_reason"u8, "end_turn"u8);
        json.WriteNull("stop_sequence"u8);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, 0);
        json.WriteNumber("output_tokens"u8, 0);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteNull("parent_tool_use_id"u8);
        json.WriteString("session_id"u8, ""u8);
        json.WriteString("uuid"u8, RandomUuid.New());
    });
}
