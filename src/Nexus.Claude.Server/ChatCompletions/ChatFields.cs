using System.Text.Json;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.ChatCompletions;

/// <summary>Parts that a completion and its chunks have in common.</summary>
internal static class ChatFields
{
    /// <summary>Why the reply ended, in OpenAI's words.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="usesFunctions">The client uses the legacy form of tools.</param>
    /// <returns>One of OpenAI's five; clients fail on any other.</returns>
    public static ReadOnlySpan<byte> FinishReason(EndReason reason, bool usesFunctions) => reason switch
    {
        EndReason.MaxTokens or EndReason.ContextWindow => "length"u8,
        EndReason.ToolUse => usesFunctions ? "function_call"u8 : "tool_calls"u8,
        EndReason.Refusal => "content_filter"u8,
        _ => "stop"u8,
    };

    /// <summary>Writes the usage as a value.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="ended">Has the usage.</param>
    /// <param name="includesCost">Whether the cost belongs to it.</param>
    public static void WriteUsage(Utf8JsonWriter json, TurnEvent.Ended ended, bool includesCost)
    {
        var usage = ended.Usage;
        json.WriteStartObject();
        json.WriteNumber("prompt_tokens"u8, usage.PromptTokens);
        json.WriteNumber("completion_tokens"u8, usage.OutputTokens);
        json.WriteNumber("total_tokens"u8, usage.PromptTokens + usage.OutputTokens);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CacheReadTokens);
        json.WriteNumber("audio_tokens"u8, 0);
        json.WriteNumber("cache_creation_tokens"u8, usage.CacheCreationTokens);
        json.WriteEndObject();

        // The API counts thinking among the tokens of the reply and does not say how many they are.
        json.WriteStartObject("completion_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, 0);
        json.WriteNumber("audio_tokens"u8, 0);
        json.WriteNumber("accepted_prediction_tokens"u8, 0);
        json.WriteNumber("rejected_prediction_tokens"u8, 0);
        json.WriteEndObject();
        if (includesCost)
            json.WriteNumber("x_cost_usd"u8, ended.CostUsd);
        json.WriteEndObject();
    }
}
