using System.Text.Json;
using Nexus.Claude.Server.Conversations;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Responses;

/// <summary>Writes OpenAI's response object.</summary>
internal static class ResponseWriter
{
    /// <summary>Writes a response.</summary>
    /// <param name="writer">Gets the object.</param>
    /// <param name="state">The response.</param>
    /// <param name="status">Its status.</param>
    /// <param name="createdAt">When it was begun.</param>
    /// <param name="usage">What it used; null while it is written.</param>
    /// <param name="error">Why it failed; null when it did not.</param>
    /// <param name="incomplete">Why it is incomplete; null when it is not.</param>
    public static void Write(
        Utf8JsonWriter writer, ResponseState state, string status, DateTimeOffset createdAt, TurnUsage? usage, GatewayException? error, string? incomplete)
    {
        var request = state.Request;
        var body = new RequestValue(request.Body, "");
        writer.WriteStartObject();
        writer.WriteString("id"u8, state.Id);
        writer.WriteString("object"u8, "response"u8);
        writer.WriteNumber("created_at"u8, createdAt.ToUnixTimeSeconds());
        writer.WriteString("status"u8, status);
        writer.WriteBoolean("background"u8, false);
        WriteError(writer, error);
        writer.WritePropertyName("incomplete_details"u8);
        if (incomplete is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteStartObject();
            writer.WriteString("reason"u8, incomplete);
            writer.WriteEndObject();
        }

        writer.WriteString("instructions"u8, request.Instructions);
        Repeat(writer, body, "max_output_tokens", "null"u8);
        Repeat(writer, body, "max_tool_calls", "null"u8);
        writer.WriteString("model"u8, request.Model);
        state.WriteOutput(writer);
        Repeat(writer, body, "parallel_tool_calls", "true"u8);
        writer.WriteString("previous_response_id"u8, request.PreviousId);
        if (request.Turn.ConversationId is { } conversation)
        {
            writer.WriteStartObject("conversation"u8);
            writer.WriteString("id"u8, conversation);
            writer.WriteEndObject();
        }

        Repeat(writer, body, "reasoning", """{"effort":null,"summary":null}"""u8);
        Repeat(writer, body, "safety_identifier", "null"u8);
        writer.WriteString("service_tier"u8, "default"u8);
        writer.WriteBoolean("store"u8, request.IsStored);
        Repeat(writer, body, "temperature", "1"u8);
        Repeat(writer, body, "text", """{"format":{"type":"text"}}"""u8);
        Repeat(writer, body, "tool_choice", "\"auto\""u8);
        Repeat(writer, body, "tools", "[]"u8);
        writer.WriteNumber("top_logprobs"u8, 0);
        Repeat(writer, body, "top_p", "1"u8);
        Repeat(writer, body, "truncation", "\"disabled\""u8);
        WriteUsage(writer, usage);
        Repeat(writer, body, "user", "null"u8);
        writer.WritePropertyName("metadata"u8);
        ConversationJson.WriteMetadata(writer, request.Metadata);
        writer.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter writer, GatewayException? error)
    {
        writer.WritePropertyName("error"u8);
        if (error is null)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("code"u8, error.Status == 429 ? "rate_limit_exceeded"u8 : "server_error"u8);
        writer.WriteString("message"u8, error.Message);
        writer.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter writer, TurnUsage? usage)
    {
        writer.WritePropertyName("usage"u8);
        if (usage is not { } used)
        {
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        writer.WriteNumber("input_tokens"u8, used.PromptTokens);
        writer.WriteStartObject("input_tokens_details"u8);
        writer.WriteNumber("cached_tokens"u8, used.CacheReadTokens);
        writer.WriteEndObject();
        writer.WriteNumber("output_tokens"u8, used.OutputTokens);
        writer.WriteStartObject("output_tokens_details"u8);
        writer.WriteNumber("reasoning_tokens"u8, 0);
        writer.WriteEndObject();
        writer.WriteNumber("total_tokens"u8, used.PromptTokens + used.OutputTokens);
        writer.WriteEndObject();
    }

    // As the client sent it, or as it is when nobody says otherwise.
    private static void Repeat(Utf8JsonWriter writer, RequestValue body, string name, ReadOnlySpan<byte> otherwise)
    {
        writer.WritePropertyName(name);
        if (body.Find(name) is { } value)
            value.Json.WriteTo(writer);
        else
            writer.WriteRawValue(otherwise, skipInputValidation: true);
    }
}
