using System.Text.Json;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Messages;

/// <summary>Parts that a message and its events have in common.</summary>
internal static class MessageFields
{
    /// <summary>Why the reply ended, in Anthropic's words.</summary>
    /// <param name="reason">Why.</param>
    /// <returns>The word.</returns>
    public static string StopReason(EndReason reason) => reason switch
    {
        EndReason.StopSequence => "stop_sequence",
        EndReason.MaxTokens => "max_tokens",
        EndReason.ContextWindow => "model_context_window_exceeded",
        EndReason.ToolUse => "tool_use",
        EndReason.Refusal => "refusal",
        _ => "end_turn",
    };

    /// <summary>Writes <c>stop_reason</c> and <c>stop_sequence</c>.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="ended">How the reply ended; null when it has not.</param>
    public static void WriteStop(Utf8JsonWriter json, TurnEvent.Ended? ended)
    {
        json.WriteString("stop_reason"u8, ended is null ? null : StopReason(ended.Reason));
        json.WriteString("stop_sequence"u8, ended?.StopSequence);
    }

    /// <summary>Writes the member <c>usage</c>.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="usage">The usage.</param>
    public static void WriteUsage(Utf8JsonWriter json, TurnUsage usage)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, usage.InputTokens);
        json.WriteNumber("cache_creation_input_tokens"u8, usage.CacheCreationTokens);
        json.WriteNumber("cache_read_input_tokens"u8, usage.CacheReadTokens);
        json.WriteNumber("output_tokens"u8, usage.OutputTokens);
        json.WriteEndObject();
    }

    /// <summary>Writes a text as it is, half pairs of surrogates included.</summary>
    /// <param name="json">Inside an object.</param>
    /// <param name="name">The member.</param>
    /// <param name="text">The text.</param>
    public static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string text)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(JsonEscape.ToUtf8(text).Span, skipInputValidation: true);
    }
}
