using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Models;

namespace Nexus.Claude.Server.Turns;

/// <summary>How a request wants its reply sampled and bounded, brought together with what the model takes.</summary>
/// <param name="ignored">Told what has no effect.</param>
internal sealed class SamplingInput(IgnoredParams ignored)
{
    // What the API asks of a budget of thinking.
    private const int LeastBudget = 1024;

    private readonly List<string> _stop = [];

    /// <summary>The most tokens of the reply; null for nothing said.</summary>
    public int? MaxTokens { get; set; }

    /// <summary>OpenAI's temperature, 0 to 2, or Anthropic's, 0 to 1; null for nothing said.</summary>
    public double? Temperature { get; set; }

    /// <summary>Between 0 and 1; null for nothing said.</summary>
    public double? TopP { get; set; }

    /// <summary>At least 1; null for nothing said.</summary>
    public int? TopK { get; set; }

    /// <summary>How much the model is to think; null for not at all.</summary>
    public Reasoning? Reasoning { get; private set; }

    /// <summary>True when thinking was asked for, so that the reply shows it.</summary>
    public bool WantsReasoning { get; private set; }

    private string ReasoningParam { get; set; } = "reasoning_effort";

    /// <summary>Reads stop texts.</summary>
    /// <param name="stop">A string, or an array of strings.</param>
    /// <param name="most">The most of them.</param>
    /// <exception cref="GatewayException">It is neither, or there are too many.</exception>
    public void Stop(RequestValue stop, int most = 4)
    {
        RequestValue[] items = stop.Json.ValueKind == System.Text.Json.JsonValueKind.String ? [stop] : stop.AsArray();
        if (items.Length > most)
            throw GatewayException.Invalid(stop.Path, $"'{stop.Path}' has {items.Length} texts; the most is {most}.", "array_above_max_length");
        foreach (var item in items)
        {
            // The API refuses texts of white space only.
            if (item.AsString() is var text && !string.IsNullOrWhiteSpace(text))
                _stop.Add(text);
            else
                ignored.Add(stop.Path, "has texts of white space only, which the model's API refuses.");
        }
    }

    /// <summary>Reads OpenAI's effort of reasoning.</summary>
    /// <param name="effort">One of <c>none</c>, <c>minimal</c>, <c>low</c>, <c>medium</c>, <c>high</c>, <c>xhigh</c>, <c>max</c>.</param>
    /// <param name="model">The model that thinks.</param>
    /// <exception cref="GatewayException">It is none of these.</exception>
    public void Effort(RequestValue effort, CatalogModel model)
    {
        var (level, budget) = effort.AsString() switch
        {
            "none" => ((EffortLevel?)null, 0),
            "minimal" => (EffortLevel.Low, 1024),
            "low" => (EffortLevel.Low, 4096),
            "medium" => (EffortLevel.Medium, 10_000),
            "high" => (EffortLevel.High, 20_000),
            "xhigh" => (EffortLevel.XHigh, 31_999),
            "max" => (EffortLevel.Max, 31_999),
            var other => throw GatewayException.Invalid(
                effort.Path, $"'{effort.Path}' is '{other}'; it must be one of none, minimal, low, medium, high, xhigh, max.", "invalid_value"),
        };
        Think(level is null ? null : model.TakesEffort ? new Reasoning(level) : new Reasoning(null, budget), effort.Path);
    }

    /// <summary>Says how much the model is to think.</summary>
    /// <param name="reasoning">How much; null for not at all.</param>
    /// <param name="param">The request's member that says so.</param>
    public void Think(Reasoning? reasoning, string param)
    {
        Reasoning = reasoning;
        WantsReasoning = reasoning is not null;
        ReasoningParam = param;
    }

    /// <summary>Brings all together: what excludes each other in the API is decided here, and said in the response.</summary>
    /// <param name="model">The model.</param>
    /// <param name="choice">Whether it has to call a tool.</param>
    /// <returns>The sampling.</returns>
    /// <exception cref="GatewayException">In strict mode, when something has no effect.</exception>
    public Sampling Complete(CatalogModel model, ToolChoice choice)
    {
        var reasoning = Reasoning;
        if (reasoning is not null && choice.Mode is ToolChoiceMode.Required or ToolChoiceMode.Named)
        {
            ignored.Add(ReasoningParam, "has no effect: the model cannot think before a tool call that it is forced to.");
            reasoning = null;
        }

        if (reasoning?.BudgetTokens is { } budget && MaxTokens is { } most && budget >= most)
        {
            // Thinking counts towards the limit and has a least size.
            reasoning = most > LeastBudget ? reasoning with { BudgetTokens = Math.Max(LeastBudget, most / 2) } : null;
            if (reasoning is null)
                ignored.Add(ReasoningParam, $"has no effect: thinking takes at least {LeastBudget} tokens, more than the reply may have.");
        }

        var temperature = Temperature;
        var topP = TopP;
        var topK = TopK;
        if (reasoning is not null || model.TakesEffort)
        {
            const string Reason = "has no effect: models that think take no sampling values.";
            if (temperature is not (null or 1))
                ignored.Add("temperature", Reason);
            if (topP is not (null or 1))
                ignored.Add("top_p", Reason);
            if (topK is not null)
                ignored.Add("top_k", Reason);
            (temperature, topP, topK) = (null, null, null);
        }

        return new Sampling
        {
            MaxTokens = MaxTokens,
            Temperature = temperature is { } value ? Math.Min(value, 1) : null,
            TopP = topP,
            TopK = topK,
            StopSequences = _stop,
            Reasoning = reasoning,
        };
    }
}
