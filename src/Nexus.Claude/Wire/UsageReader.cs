using System.Text.Json;

namespace Nexus.Claude.Wire;

/// <summary>Reads what a request or a session used, without JSON contracts.</summary>
internal static class UsageReader
{
    internal static TokenUsage? Read(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        long? inputTokens = null, outputTokens = null, cacheCreationInputTokens = null, cacheReadInputTokens = null;
        OutputTokensDetails? outputTokensDetails = null;
        ServerToolUsage? serverToolUse = null;
        string? serviceTier = null, inferenceGeo = null, speed = null;
        CacheCreation? cacheCreation = null;
        UnparsedJson? iterations = null;
        JsonElement? fallbackCredit = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("input_tokens"u8))
                inputTokens = MemberReader.Int64(ref reader);
            else if (member.SequenceEqual("output_tokens"u8))
                outputTokens = MemberReader.Int64(ref reader);
            else if (member.SequenceEqual("cache_creation_input_tokens"u8))
                cacheCreationInputTokens = MemberReader.Int64(ref reader);
            else if (member.SequenceEqual("cache_read_input_tokens"u8))
                cacheReadInputTokens = MemberReader.Int64(ref reader);
            else if (member.SequenceEqual("output_tokens_details"u8))
                outputTokensDetails = ReadOutputDetails(ref reader);
            else if (member.SequenceEqual("server_tool_use"u8))
                serverToolUse = ReadServerTools(ref reader);
            else if (member.SequenceEqual("service_tier"u8))
                serviceTier = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("cache_creation"u8))
                cacheCreation = ReadCacheCreation(ref reader);
            else if (member.SequenceEqual("inference_geo"u8))
                inferenceGeo = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("iterations"u8))
                iterations = MemberReader.Unparsed(ref reader);
            else if (member.SequenceEqual("speed"u8))
                speed = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("fallback_credit"u8))
                fallbackCredit = MemberReader.Element(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new TokenUsage
        {
            WireInputTokens = inputTokens,
            WireOutputTokens = outputTokens,
            WireCacheCreationInputTokens = cacheCreationInputTokens,
            WireCacheReadInputTokens = cacheReadInputTokens,
            OutputTokensDetails = outputTokensDetails,
            ServerToolUse = serverToolUse,
            ServiceTier = serviceTier,
            CacheCreation = cacheCreation,
            InferenceGeo = inferenceGeo,
            UnparsedIterations = iterations,
            Speed = speed,
            FallbackCredit = fallbackCredit,
            AdditionalProperties = more,
        };
    }

    /// <summary>Usage by model.</summary>
    internal static Dictionary<string, ModelUsage>? ReadModels(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;
        var models = new Dictionary<string, ModelUsage>();
        while (MemberReader.Next(ref reader, out var member))
            models[Utf8Text.ToString(member)] = ReadModel(ref reader)!;
        return models;
    }

    private static ModelUsage? ReadModel(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        long inputTokens = 0, outputTokens = 0, cacheReadInputTokens = 0, cacheCreationInputTokens = 0, webSearchRequests = 0,
            contextWindow = 0, maxOutputTokens = 0;
        long? thinkingTokens = null, cacheCreation5MinuteInputTokens = null, cacheCreation1HourInputTokens = null;
        decimal costUsd = 0;
        string? canonicalModel = null, provider = null, costBasis = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("inputTokens"u8))
                inputTokens = MemberReader.ToInt64(ref reader);
            else if (member.SequenceEqual("outputTokens"u8))
                outputTokens = MemberReader.ToInt64(ref reader);
            else if (member.SequenceEqual("thinkingTokens"u8))
                thinkingTokens = MemberReader.Int64(ref reader);
            else if (member.SequenceEqual("cacheReadInputTokens"u8))
                cacheReadInputTokens = MemberReader.ToInt64(ref reader);
            else if (member.SequenceEqual("cacheCreationInputTokens"u8))
                cacheCreationInputTokens = MemberReader.ToInt64(ref reader);
            else if (member.SequenceEqual("cacheCreationEphemeral5mInputTokens"u8))
                cacheCreation5MinuteInputTokens = MemberReader.Int64(ref reader);
            else if (member.SequenceEqual("cacheCreationEphemeral1hInputTokens"u8))
                cacheCreation1HourInputTokens = MemberReader.Int64(ref reader);
            else if (member.SequenceEqual("webSearchRequests"u8))
                webSearchRequests = MemberReader.ToInt64(ref reader);
            else if (member.SequenceEqual("costUSD"u8))
                costUsd = MemberReader.ToDecimal(ref reader);
            else if (member.SequenceEqual("contextWindow"u8))
                contextWindow = MemberReader.ToInt64(ref reader);
            else if (member.SequenceEqual("maxOutputTokens"u8))
                maxOutputTokens = MemberReader.ToInt64(ref reader);
            else if (member.SequenceEqual("canonicalModel"u8))
                canonicalModel = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("provider"u8))
                provider = MemberReader.Text(ref reader);
            else if (member.SequenceEqual("costBasis"u8))
                costBasis = MemberReader.Text(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new ModelUsage
        {
            InputTokens = inputTokens,
            OutputTokens = outputTokens,
            ThinkingTokens = thinkingTokens,
            CacheReadInputTokens = cacheReadInputTokens,
            CacheCreationInputTokens = cacheCreationInputTokens,
            CacheCreation5MinuteInputTokens = cacheCreation5MinuteInputTokens,
            CacheCreation1HourInputTokens = cacheCreation1HourInputTokens,
            WebSearchRequests = webSearchRequests,
            CostUsd = costUsd,
            ContextWindow = contextWindow,
            MaxOutputTokens = maxOutputTokens,
            CanonicalModel = canonicalModel,
            Provider = provider,
            CostBasis = costBasis,
            AdditionalProperties = more,
        };
    }

    private static OutputTokensDetails? ReadOutputDetails(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        long? thinkingTokens = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("thinking_tokens"u8))
                thinkingTokens = MemberReader.Int64(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new OutputTokensDetails
        {
            WireThinkingTokens = thinkingTokens,
            AdditionalProperties = more,
        };
    }

    private static ServerToolUsage? ReadServerTools(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        long? webSearchRequests = null, webFetchRequests = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("web_search_requests"u8))
                webSearchRequests = MemberReader.Int64(ref reader);
            else if (member.SequenceEqual("web_fetch_requests"u8))
                webFetchRequests = MemberReader.Int64(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new ServerToolUsage
        {
            WireWebSearchRequests = webSearchRequests,
            WireWebFetchRequests = webFetchRequests,
            AdditionalProperties = more,
        };
    }

    private static CacheCreation? ReadCacheCreation(ref JsonTokenReader reader)
    {
        if (!MemberReader.Enter(ref reader))
            return null;

        long? ephemeral1HourInputTokens = null, ephemeral5MinuteInputTokens = null;
        Dictionary<string, JsonElement>? more = null;
        while (MemberReader.Next(ref reader, out var member))
        {
            if (member.SequenceEqual("ephemeral_1h_input_tokens"u8))
                ephemeral1HourInputTokens = MemberReader.Int64(ref reader);
            else if (member.SequenceEqual("ephemeral_5m_input_tokens"u8))
                ephemeral5MinuteInputTokens = MemberReader.Int64(ref reader);
            else
                MemberReader.Keep(ref more, member, ref reader);
        }

        return new CacheCreation
        {
            WireEphemeral1HourInputTokens = ephemeral1HourInputTokens,
            WireEphemeral5MinuteInputTokens = ephemeral5MinuteInputTokens,
            AdditionalProperties = more,
        };
    }
}
