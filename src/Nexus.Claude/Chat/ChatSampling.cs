using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Nexus.Claude.Chat;

/// <summary>
/// Options of a call that are about how the model writes. What the CLI has no option for goes into the request to the API by
/// <c>CLAUDE_CODE_EXTRA_BODY</c> (gateway.md D6); what the API has no parameter for is named and left out.
/// </summary>
internal static class ChatSampling
{
    private const string ExtraBody = "CLAUDE_CODE_EXTRA_BODY";

    /// <summary>The options that have no effect.</summary>
    /// <param name="options">The call's options.</param>
    /// <returns>Their names.</returns>
    public static IReadOnlyList<string> IgnoredOf(ChatOptions? options)
    {
        List<string> ignored = [];
        if (options is null)
            return ignored;
        if (options.FrequencyPenalty is not null)
            ignored.Add(nameof(ChatOptions.FrequencyPenalty));
        if (options.PresencePenalty is not null)
            ignored.Add(nameof(ChatOptions.PresencePenalty));
        if (options.Seed is not null)
            ignored.Add(nameof(ChatOptions.Seed));
        // Asked for once it would be asked for after every tool result too, and the turn would never end.
        if (options.ToolMode is RequiredChatToolMode)
            ignored.Add(nameof(ChatOptions.ToolMode));
        return ignored;
    }

    /// <summary>The options as text: two calls of the same text can share a CLI.</summary>
    /// <param name="options">The call's options.</param>
    /// <returns>The text.</returns>
    public static string KeyOf(ChatOptions? options) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{options?.MaxOutputTokens} {options?.Reasoning?.Effort} {options?.Reasoning?.Output} {BodyOf(options)?.ToJsonString()}");

    /// <summary>Sets what can be set.</summary>
    /// <param name="options">The call's options.</param>
    /// <param name="launch">The options of the session.</param>
    public static void Apply(ChatOptions? options, ClaudeOptions launch)
    {
        if (options?.MaxOutputTokens is { } most)
            launch.MaxOutputTokens = most;
        switch (options?.Reasoning?.Effort)
        {
            case ReasoningEffort.None:
                launch.Thinking = Thinking.Disabled;
                break;
            case { } effort:
                launch.Effort = LevelOf(effort);
                break;
        }

        if (options?.Reasoning?.Output is { } output && launch.Thinking is not { IsDisabled: true })
        {
            launch.Thinking = (launch.Thinking ?? Thinking.Adaptive) with
            {
                Display = output == ReasoningOutput.None ? ThinkingDisplay.Omitted : ThinkingDisplay.Summarized,
            };
        }

        if (BodyOf(options) is not { } body)
            return;
        var whole = OwnBody(launch);
        foreach (var (name, value) in body)
            whole[name] = value?.DeepClone();
        launch.Environment[ExtraBody] = whole.ToJsonString();
    }

    private static EffortLevel LevelOf(ReasoningEffort effort) => effort switch
    {
        ReasoningEffort.Low => EffortLevel.Low,
        ReasoningEffort.Medium => EffortLevel.Medium,
        ReasoningEffort.High => EffortLevel.High,
        _ => EffortLevel.XHigh,
    };

    private static JsonObject? BodyOf(ChatOptions? options)
    {
        if (options is null)
            return null;
        var body = new JsonObject();
        if (options.Temperature is { } temperature)
            body["temperature"] = temperature;
        if (options.TopP is { } topP)
            body["top_p"] = topP;
        if (options.TopK is { } topK)
            body["top_k"] = topK;
        if (options.StopSequences is { Count: > 0 } stops)
            body["stop_sequences"] = new JsonArray([.. stops.Select(static stop => (JsonNode?)JsonValue.Create(stop))]);
        if (options is { AllowMultipleToolCalls: false, Tools.Count: > 0, ToolMode: not NoneChatToolMode })
            body["tool_choice"] = new JsonObject { ["type"] = "auto", ["disable_parallel_tool_use"] = true };
        return body.Count == 0 ? null : body;
    }

    private static JsonObject OwnBody(ClaudeOptions launch)
    {
        if (!launch.Environment.TryGetValue(ExtraBody, out var own) || string.IsNullOrWhiteSpace(own))
            return [];
        try
        {
            return JsonNode.Parse(own) as JsonObject ?? [];
        }
        catch (JsonException wrong)
        {
            throw new OptionsValidationException([$"Environment['{ExtraBody}'] is not a JSON object, so nothing can be added to it: {wrong.Message}"]);
        }
    }
}
