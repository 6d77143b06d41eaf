using System.Text.Json;

namespace Nexus.Claude.Wire;

/// <summary>Reads what a stream event adds to a block or to the message, without JSON contracts.</summary>
internal static class DeltaReader
{
    internal static ContentDelta? Read(ref JsonTokenReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            var type = MemberReader.TypeOf(reader);
            if (type.SequenceEqual("text_delta"u8))
                return ReadText(ref reader);
            if (type.SequenceEqual("input_json_delta"u8))
                return ReadInputJson(ref reader);
            if (type.SequenceEqual("thinking_delta"u8))
                return ReadThinking(ref reader);
            if (type.SequenceEqual("signature_delta"u8))
                return ReadSignature(ref reader);
        }

        return MemberReader.Rare(ref reader, MessageJson.Default.ContentDelta);
    }

    internal static MessageDelta? ReadMessageDelta(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        string? stopReason = null, stopSequence = null;
        JsonElement? container = null, stopDetails = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("stop_reason"u8))
                stopReason = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("stop_sequence"u8))
                stopSequence = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("container"u8))
                container = MemberReader.Element(ref reader);
            else if (member.SequenceEqual("stop_details"u8))
                stopDetails = MemberReader.Element(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new MessageDelta
        {
            StopReason = stopReason is null ? null : new StopReason(stopReason),
            StopSequence = stopSequence,
            Container = container,
            StopDetails = stopDetails,
            AdditionalProperties = more,
        };
    }

    private static TextDelta ReadText(ref JsonTokenReader reader)
    {
        string? text = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("text"u8))
                text = MemberReader.Text(ref reader);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new TextDelta
        {
            Text = text!,
            AdditionalProperties = more,
        };
    }

    private static InputJsonDelta ReadInputJson(ref JsonTokenReader reader)
    {
        string? partialJson = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("partial_json"u8))
                partialJson = MemberReader.Text(ref reader);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new InputJsonDelta
        {
            PartialJson = partialJson!,
            AdditionalProperties = more,
        };
    }

    private static ThinkingDelta ReadThinking(ref JsonTokenReader reader)
    {
        string? thinking = null;
        long? estimatedTokens = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("thinking"u8))
                thinking = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("estimated_tokens"u8))
                estimatedTokens = MemberReader.Int64(ref reader);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new ThinkingDelta
        {
            Thinking = thinking!,
            EstimatedTokens = estimatedTokens,
            AdditionalProperties = more,
        };
    }

    private static SignatureDelta ReadSignature(ref JsonTokenReader reader)
    {
        string? signature = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("signature"u8))
                signature = MemberReader.Text(ref reader);
            else if (!member.SequenceEqual("type"u8))
                MemberReader.Keep(ref more, member, ref reader);
            else
                reader.Skip();
        }

        return new SignatureDelta
        {
            Signature = signature!,
            AdditionalProperties = more,
        };
    }
}
