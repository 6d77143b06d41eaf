using System.Globalization;
using System.Text.Json.Nodes;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Sessions;

/// <summary>
/// What a process is told before a turn about how the reply is to be written (gateway.md D6): settings that stay in force until they are told
/// anew, so a turn that says nothing sets them back.
/// </summary>
/// <param name="ExtraBody">Members for the request to the API, as the text of a JSON object. Made here only: it could name any member.</param>
/// <param name="MaxTokens">The most tokens of the reply; null for the CLI's own limit.</param>
/// <param name="ThinkingTokens">The most tokens of thinking; 0 for none, null for what the model does by itself.</param>
/// <param name="Effort">The effort; null for the model's default.</param>
/// <param name="ShowsThinking">Whether the stream is to have the thinking, summarised.</param>
internal sealed record TurnSettings(string ExtraBody, int? MaxTokens, int? ThinkingTokens, EffortLevel? Effort, bool ShowsThinking)
{
    private const string Nothing = "{}";
    private const int LeastBudget = 1024;

    /// <summary>What holds in a process that was told nothing.</summary>
    public static TurnSettings OfNewProcess { get; } = new(Nothing, null, null, null, false);

    /// <summary>The settings that a request asks for.</summary>
    /// <param name="request">The request.</param>
    /// <param name="model">What the CLI says about the model; null when it does not know it.</param>
    /// <returns>The settings.</returns>
    public static TurnSettings Of(TurnRequest request, ModelInformation? model)
    {
        var (thinking, effort, shows) = ThinkingOf(request, model);
        // Models that take an effort think as they see fit, and the API then takes no other sampling.
        var isFree = thinking == 0 && model?.SupportsEffort != true;
        return new TurnSettings(BodyOf(request, isFree, effort)?.ToJsonString() ?? Nothing, request.Sampling.MaxTokens, thinking, effort, shows);
    }

    /// <summary>Tells a process what differs from what holds there.</summary>
    /// <param name="client">The process.</param>
    /// <param name="current">What holds there.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when the settings hold.</returns>
    public async Task ApplyAsync(ClaudeClient client, TurnSettings current, CancellationToken cancellationToken)
    {
        var thinking = ThinkingTokens == current.ThinkingTokens ? Task.CompletedTask : client.SetMaxThinkingTokensAsync(ThinkingTokens, cancellationToken);
        var flags = FlagsOver(current) is { } changed ? client.ApplyFlagSettingsAsync(changed, cancellationToken) : Task.CompletedTask;
        var display = ShowsThinking == current.ShowsThinking
            ? Task.CompletedTask
            : client.SetThinkingDisplayAsync(ShowsThinking ? ThinkingDisplay.Summarized : null, cancellationToken);
        await Task.WhenAll(thinking, flags, display).ConfigureAwait(false);
    }

    private JsonObject? FlagsOver(TurnSettings current)
    {
        var flags = new JsonObject();
        if (ExtraBody != current.ExtraBody || MaxTokens != current.MaxTokens)
        {
            // Both always: a call replaces the whole table, and a variable that is left out keeps its value in the process.
            flags["env"] = new JsonObject
            {
                ["CLAUDE_CODE_EXTRA_BODY"] = ExtraBody,
                ["CLAUDE_CODE_MAX_OUTPUT_TOKENS"] = MaxTokens?.ToString(CultureInfo.InvariantCulture) ?? "",
            };
        }

        if (Effort != current.Effort)
            flags["effortLevel"] = Effort is { } level ? JsonValue.Create(level.Value) : null;
        return flags.Count == 0 ? null : flags;
    }

    private static (int? Tokens, EffortLevel? Effort, bool Shows) ThinkingOf(TurnRequest request, ModelInformation? model)
    {
        // The API refuses to think and be made to call a tool at the same time.
        var isForced = request.Tools.Count > 0 && request.ToolChoice.Mode is ToolChoiceMode.Required or ToolChoiceMode.Named;
        if (request.Sampling.Reasoning is not { } reasoning || isForced)
            return (model?.SupportsThinkingOff == false ? null : 0, null, false);
        if (model?.SupportsEffort == true)
            return (null, reasoning.Effort ?? EffortOf(reasoning.BudgetTokens ?? 0), true);
        var budget = reasoning.BudgetTokens ?? BudgetOf(reasoning.Effort!.Value);
        if (request.Sampling.MaxTokens is { } most && budget >= most)
            budget = most > LeastBudget ? Math.Max(LeastBudget, most / 2) : 0;
        return (budget, null, budget > 0);
    }

    private static EffortLevel EffortOf(int budget) => budget switch
    {
        < 4_096 => EffortLevel.Low,
        < 12_288 => EffortLevel.Medium,
        _ => EffortLevel.High,
    };

    private static int BudgetOf(EffortLevel effort) => effort.Value switch
    {
        "low" => 2_048,
        "medium" => 8_192,
        "high" => 16_384,
        _ => 31_999,
    };

    private static JsonObject? BodyOf(TurnRequest request, bool isFree, EffortLevel? effort)
    {
        var body = new JsonObject();
        var sampling = request.Sampling;
        if (sampling.Temperature is { } temperature && isFree)
            body["temperature"] = temperature;
        if (sampling.TopP is { } topP && isFree)
            body["top_p"] = topP;
        if (sampling.TopK is { } topK && isFree)
            body["top_k"] = topK;
        if (sampling.StopSequences.Count > 0)
            body["stop_sequences"] = new JsonArray([.. sampling.StopSequences.Select(static stop => (JsonNode?)JsonValue.Create(stop))]);
        if (ToolChoiceOf(request) is { } choice)
            body["tool_choice"] = choice;
        if (request.OutputSchema is { } schema && OutputFormat.Of(schema) is { } format)
        {
            body["output_config"] = new JsonObject { ["format"] = format };
            if (effort is { } level)
                body["output_config"]!["effort"] = level.Value;
        }

        return body.Count == 0 ? null : body;
    }

    private static JsonObject? ToolChoiceOf(TurnRequest request)
    {
        if (request.Tools.Count == 0)
            return null;
        var choice = request.ToolChoice.Mode switch
        {
            ToolChoiceMode.None => new JsonObject { ["type"] = "none" },
            ToolChoiceMode.Required => new JsonObject { ["type"] = "any" },
            ToolChoiceMode.Named => new JsonObject { ["type"] = "tool", ["name"] = ToolNames.Full(request.ToolChoice.Name!) },
            _ => new JsonObject { ["type"] = "auto" },
        };
        if (!request.ParallelToolCalls && request.ToolChoice.Mode != ToolChoiceMode.None)
            choice["disable_parallel_tool_use"] = true;
        return choice is { Count: 1 } && request.ToolChoice.Mode == ToolChoiceMode.Auto ? null : choice;
    }
}
