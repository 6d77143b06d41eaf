using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Nexus.Claude.Diagnostics;

/// <summary>
/// The spans and metrics of one session. Called on the read loop: what a listener throws is logged and ends nothing, and while nobody
/// listens nothing is made.
/// </summary>
/// <param name="settings">What is known of the session.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed class SessionTelemetry(TelemetrySettings settings, TimeProvider time, ILogger logger)
{
    private const int NotCounted = 0, Counted = 1, Ended = 2;

    private int _process;

    /// <summary>What is known of the session.</summary>
    public TelemetrySettings Settings => settings;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>A prompt is about to be sent; the caller's activity is the parent.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="promptId">Its id.</param>
    /// <param name="sessionId">The CLI's session, if it is known.</param>
    /// <returns>The turn's telemetry; null when nobody listens.</returns>
    public TurnTelemetry? Begin(UserPrompt prompt, string promptId, string? sessionId) =>
        Listeners.ArePossible ? BeginListened(prompt, promptId, sessionId) : null;

    /// <summary>True when somebody wants to know what happens in a turn. To be asked when there may be listeners only.</summary>
    public static bool FollowsTurns
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => Spans.Source.HasListeners() || Instruments.OperationDuration.Enabled;
    }

    private TurnTelemetry? BeginListened(UserPrompt prompt, string promptId, string? sessionId)
    {
        if (!Spans.Source.HasListeners() && !Instruments.OperationDuration.Enabled && !Instruments.TimeToFirstChunk.Enabled)
            return null;
        try
        {
            return TurnTelemetry.Begin(this, prompt, promptId, sessionId);
        }
        catch (Exception failure)
        {
            logger.TelemetryFailed(failure);
            return null;
        }
    }

    /// <summary>Sees a message before it is handed out.</summary>
    /// <param name="message">The message.</param>
    /// <param name="current">The turn that the CLI works on, if it has telemetry.</param>
    public void Observe(ClaudeMessage message, TurnTelemetry? current)
    {
        try
        {
            switch (message)
            {
                case ResultMessage result:
                    Count(result);
                    break;
                case AssistantMessage assistant:
                    current?.Observe(assistant);
                    break;
                case UserMessage user:
                    current?.Observe(user);
                    break;
                case InitMessage init:
                    current?.Observe(init);
                    break;
            }
        }
        catch (Exception failure)
        {
            logger.TelemetryFailed(failure);
        }
    }

    /// <summary>Does something of which a listener learns.</summary>
    /// <param name="action">What to do.</param>
    public void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (Exception failure)
        {
            logger.TelemetryFailed(failure);
        }
    }

    /// <summary>Counts the session's process, unless it has ended.</summary>
    public void CountStarted()
    {
        if (Interlocked.CompareExchange(ref _process, Counted, NotCounted) != NotCounted)
            return;
        Guarded(static () =>
        {
            Instruments.ProcessesStarted.Add(1);
            Instruments.ProcessesActive.Add(1);
        });
    }

    /// <summary>Counts the end of the process, if its start was counted.</summary>
    /// <param name="exitCode">Its exit code.</param>
    public void CountEnded(int? exitCode)
    {
        if (Interlocked.Exchange(ref _process, Ended) != Counted)
            return;
        Guarded(() =>
        {
            Instruments.ProcessesExited.Add(1, new KeyValuePair<string, object?>(GenAi.ExitCode, exitCode));
            Instruments.ProcessesActive.Add(-1);
        });
    }

    /// <summary>Tokens and cost, also of what the CLI did on its own. The CLI names every model that worked since its last result.</summary>
    private void Count(ResultMessage result)
    {
        if (!Instruments.TokenUsage.Enabled && !Instruments.Cost.Enabled)
            return;
        if (result.TurnModelUsage is not { Count: > 0 } models)
        {
            Count(null, result.TurnUsage.TotalInputTokens, result.TurnUsage.OutputTokens);
            return;
        }

        foreach (var (model, usage) in models)
        {
            Count(model, usage.InputTokens + usage.CacheReadInputTokens + usage.CacheCreationInputTokens, usage.OutputTokens);
            if (usage.CostUsd > 0)
                Instruments.Cost.Add((double)usage.CostUsd, Model(GenAi.ResponseModel, model));
        }
    }

    private void Count(string? model, long input, long output)
    {
        if (input > 0)
            Instruments.TokenUsage.Record(input, TagsOf(model, "input"));
        if (output > 0)
            Instruments.TokenUsage.Record(output, TagsOf(model, "output"));
    }

    private TagList TagsOf(string? model, string type)
    {
        var tags = BaseTags();
        tags.Add(GenAi.TokenType, type);
        if (model is not null)
            tags.Add(GenAi.ResponseModel, model);
        return tags;
    }

    /// <summary>The attributes that every metric of a turn has.</summary>
    /// <returns>The tags.</returns>
    public TagList BaseTags()
    {
        var tags = new TagList { { GenAi.Operation, GenAi.InvokeAgent }, { GenAi.Provider, GenAi.Anthropic } };
        if (settings.Model is not null)
            tags.Add(GenAi.RequestModel, settings.Model);
        return tags;
    }

    private static KeyValuePair<string, object?> Model(string name, string model) => new(name, model);
}
