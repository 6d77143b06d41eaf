using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Caching;

/// <summary>Names a request by all that its reply depends on, the caller first.</summary>
internal static class CacheKey
{
    /// <summary>The name of a request.</summary>
    /// <param name="request">The request.</param>
    /// <returns>A hash, in hexadecimal digits. Requests that differ in anything but their id, conversation and affinity have different ones.</returns>
    public static string Of(TurnRequest request)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, request);
        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    private static void Write(Utf8JsonWriter writer, TurnRequest request)
    {
        writer.WriteStartObject();

        // The format of kept replies: another one must not read this one's.
        writer.WriteNumber("v"u8, 1);
        writer.WriteString("caller"u8, request.Caller.KeyId);
        writer.WriteString("model"u8, request.Model);
        writer.WriteString("system"u8, request.System);
        writer.WriteString("cwd"u8, request.WorkingDirectory);
        writer.WriteBoolean("agent"u8, request.IsAgent);
        writer.WriteStartArray("messages"u8);
        foreach (var message in request.Messages)
        {
            var blocks = new UserMessage { Message = new UserMessageBody { Role = message.Role == TurnRole.User ? "user" : "assistant", Content = message.Content } };
            writer.WriteRawValue(blocks.ToJson(), skipInputValidation: true);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("tools"u8);
        foreach (var tool in request.Tools)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(tool.Name);
            writer.WriteStringValue(tool.Description);
            WriteElement(writer, tool.Schema);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteNumber("choice"u8, (int)request.ToolChoice.Mode);
        writer.WriteString("chosen"u8, request.ToolChoice.Name);
        writer.WriteBoolean("parallel"u8, request.ParallelToolCalls);
        writer.WritePropertyName("schema"u8);
        WriteElement(writer, request.OutputSchema ?? default);
        WriteSampling(writer, request.Sampling);
        writer.WriteEndObject();
    }

    private static void WriteSampling(Utf8JsonWriter writer, Sampling sampling)
    {
        writer.WriteStartArray("sampling"u8);
        WriteNumber(writer, sampling.MaxTokens);
        WriteNumber(writer, sampling.Temperature);
        WriteNumber(writer, sampling.TopP);
        WriteNumber(writer, sampling.TopK);
        writer.WriteStringValue(sampling.Reasoning?.Effort?.ToString());
        WriteNumber(writer, sampling.Reasoning?.BudgetTokens);
        writer.WriteStartArray();
        foreach (var stop in sampling.StopSequences)
            writer.WriteStringValue(stop);
        writer.WriteEndArray();
        writer.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter writer, double? number)
    {
        if (number is { } value)
            writer.WriteNumberValue(value);
        else
            writer.WriteNullValue();
    }

    private static void WriteElement(Utf8JsonWriter writer, JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Undefined)
            writer.WriteNullValue();
        else
            element.WriteTo(writer);
    }
}
