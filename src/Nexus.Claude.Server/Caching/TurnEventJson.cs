using System.Buffers;
using System.Text.Json;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Caching;

/// <summary>The events of a turn as JSON: an array of arrays, each beginning with the kind of event.</summary>
internal static class TurnEventJson
{
    /// <summary>Writes events.</summary>
    /// <param name="events">The events of a whole turn.</param>
    /// <returns>UTF-8 JSON.</returns>
    public static byte[] Write(IReadOnlyList<TurnEvent> events)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var turnEvent in Mend(events))
                Write(writer, turnEvent);
            writer.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads events.</summary>
    /// <param name="utf8">UTF-8 JSON, as written by <see cref="Write(IReadOnlyList{TurnEvent})"/>.</param>
    /// <returns>The events.</returns>
    /// <exception cref="JsonException">It is something else.</exception>
    public static IReadOnlyList<TurnEvent> Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        return [.. document.RootElement.EnumerateArray().Select(Read)];
    }

    // The model's pieces may split a character that is a pair in UTF-16, of which JSON cannot hold the halves: the first half waits for the second.
    private static IEnumerable<TurnEvent> Mend(IEnumerable<TurnEvent> events)
    {
        var half = "";
        foreach (var turnEvent in events)
        {
            var text = turnEvent switch
            {
                TurnEvent.TextDelta delta => delta.Text,
                TurnEvent.ThinkingDelta delta => delta.Text,
                TurnEvent.ToolArguments arguments => arguments.Json,
                _ => null,
            };
            if (text is null)
            {
                half = "";
                yield return turnEvent;
                continue;
            }

            text = half + text;
            half = text.Length > 0 && char.IsHighSurrogate(text[^1]) ? text[^1..] : "";
            text = text[..^half.Length];
            yield return turnEvent switch
            {
                TurnEvent.TextDelta => new TurnEvent.TextDelta(text),
                TurnEvent.ThinkingDelta => new TurnEvent.ThinkingDelta(text),
                _ => ((TurnEvent.ToolArguments)turnEvent) with { Json = text },
            };
        }
    }

    private static void Write(Utf8JsonWriter writer, TurnEvent turnEvent)
    {
        writer.WriteStartArray();
        switch (turnEvent)
        {
            case TurnEvent.Began began:
                writer.WriteStringValue("began"u8);
                writer.WriteStringValue(began.Model);
                WriteUsage(writer, began.Usage);
                break;
            case TurnEvent.ThinkingDelta delta:
                writer.WriteStringValue("thinking"u8);
                writer.WriteStringValue(delta.Text);
                break;
            case TurnEvent.ThinkingSignature signature:
                writer.WriteStringValue("signature"u8);
                writer.WriteStringValue(signature.Value);
                break;
            case TurnEvent.TextDelta delta:
                writer.WriteStringValue("text"u8);
                writer.WriteStringValue(delta.Text);
                break;
            case TurnEvent.ToolCall call:
                writer.WriteStringValue("call"u8);
                writer.WriteNumberValue(call.Index);
                writer.WriteStringValue(call.Id);
                writer.WriteStringValue(call.Name);
                break;
            case TurnEvent.ToolArguments arguments:
                writer.WriteStringValue("arguments"u8);
                writer.WriteNumberValue(arguments.Index);
                writer.WriteStringValue(arguments.Json);
                break;
            case TurnEvent.Ended ended:
                writer.WriteStringValue("ended"u8);
                writer.WriteNumberValue((int)ended.Reason);
                writer.WriteStringValue(ended.StopSequence);
                WriteUsage(writer, ended.Usage);
                if (ended.StructuredOutput is { } output)
                    output.WriteTo(writer);
                else
                    writer.WriteNullValue();
                break;
            default:
                throw new JsonException($"Events of the kind '{turnEvent.GetType().Name}' cannot be kept.");
        }

        writer.WriteEndArray();
    }

    private static TurnEvent Read(JsonElement json) => json[0].GetString() switch
    {
        "began" => new TurnEvent.Began(json[1].GetString()!, ReadUsage(json[2])),
        "thinking" => new TurnEvent.ThinkingDelta(json[1].GetString()!),
        "signature" => new TurnEvent.ThinkingSignature(json[1].GetString()!),
        "text" => new TurnEvent.TextDelta(json[1].GetString()!),
        "call" => new TurnEvent.ToolCall(json[1].GetInt32(), json[2].GetString()!, json[3].GetString()!),
        "arguments" => new TurnEvent.ToolArguments(json[1].GetInt32(), json[2].GetString()!),
        "ended" => new TurnEvent.Ended
        {
            Reason = (EndReason)json[1].GetInt32(),
            StopSequence = json[2].GetString(),
            Usage = ReadUsage(json[3]),
            StructuredOutput = json[4].ValueKind == JsonValueKind.Null ? null : json[4].Clone(),

            // Nothing was run: nothing is paid for it again.
            CostUsd = 0,
            Origin = ProcessOrigin.Cache,
        },
        var kind => throw new JsonException($"'{kind}' is no kind of event."),
    };

    private static void WriteUsage(Utf8JsonWriter writer, TurnUsage usage)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(usage.InputTokens);
        writer.WriteNumberValue(usage.CacheReadTokens);
        writer.WriteNumberValue(usage.CacheCreationTokens);
        writer.WriteNumberValue(usage.OutputTokens);
        writer.WriteEndArray();
    }

    private static TurnUsage ReadUsage(JsonElement json) =>
        new(json[0].GetInt64(), json[1].GetInt64(), json[2].GetInt64(), json[3].GetInt64());
}
