using System.Diagnostics;

namespace Nexus.Claude.Diagnostics;

/// <summary>The span of one turn, the spans of the tools it runs, and its metrics.</summary>
internal sealed class TurnTelemetry
{
    private readonly SessionTelemetry _session;
    private readonly long _start;
    private readonly Lock _gate = new();
    private Dictionary<string, Activity>? _tools;
    private string? _model;
    private string? _lastText;
    private bool _ended;

    private TurnTelemetry(SessionTelemetry session, Activity? activity)
    {
        _session = session;
        _start = session.Time.GetTimestamp();
        Activity = activity;
    }

    /// <summary>The turn's span; null when only metrics are wanted.</summary>
    public Activity? Activity { get; }

    /// <summary>Begins a turn below the caller's current activity.</summary>
    /// <param name="session">The session's telemetry.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="promptId">Its id.</param>
    /// <param name="sessionId">The CLI's session, if it is known.</param>
    /// <returns>The turn's telemetry.</returns>
    public static TurnTelemetry Begin(SessionTelemetry session, UserPrompt prompt, string promptId, string? sessionId)
    {
        var settings = session.Settings;
        var agent = settings.Agent ?? "claude-code";
        List<KeyValuePair<string, object?>> tags =
            [new(GenAi.Operation, GenAi.InvokeAgent), new(GenAi.Provider, GenAi.Anthropic), new(GenAi.Agent, agent)];
        if (settings.Model is not null)
            tags.Add(new(GenAi.RequestModel, settings.Model));
        var activity = Spans.StartAside($"{GenAi.InvokeAgent} {agent}", ActivityKind.Client, Activity.Current?.Context ?? default, tags);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag(GenAi.PromptId, promptId);
            activity.SetTag(GenAi.Conversation, sessionId);
            if (settings.IsTyped)
                activity.SetTag(GenAi.OutputType, "json");
            if (settings.IncludeContent)
                activity.SetTag(GenAi.InputMessages, TelemetryContent.Of(prompt));
        }

        return new TurnTelemetry(session, activity);
    }

    /// <summary>The span that a callback belongs to: that of the tool call it is about, else the turn's.</summary>
    /// <param name="toolUseId">The tool call; null when it is not about one.</param>
    /// <returns>The span; null when there is none.</returns>
    public Activity? SpanOf(string? toolUseId)
    {
        lock (_gate)
            return toolUseId is not null && _tools is not null && _tools.TryGetValue(toolUseId, out var tool) ? tool : Activity;
    }

    /// <summary>The CLI begins the turn.</summary>
    /// <param name="init">What it says.</param>
    public void Observe(InitMessage init)
    {
        _model ??= init.Model;
        Activity?.SetTag(GenAi.Conversation, init.SessionId);
        Activity?.SetTag(GenAi.CliVersion, init.CliVersion);
    }

    /// <summary>A block of the answer: text, or calls of tools, which begin now.</summary>
    /// <param name="message">The message.</param>
    public void Observe(AssistantMessage message)
    {
        if (message.ParentToolUseId is null && message.Model is { Length: > 0 } model and not "<synthetic>")
            _model = model;
        if (Activity is not { IsAllDataRequested: true } activity)
            return;
        if (message.ParentToolUseId is null)
        {
            activity.SetTag(GenAi.ResponseId, message.MessageId);
            if (_session.Settings.IncludeContent && message.Text.Length > 0)
                _lastText = message.Text;
        }

        foreach (var block in message.Content)
        {
            if (block is ToolUseBlock call)
                Begin(call, message.ParentToolUseId);
        }
    }

    /// <summary>Results of tools, which end now.</summary>
    /// <param name="message">The message.</param>
    public void Observe(UserMessage message)
    {
        if (_tools is null)
            return;
        foreach (var block in message.Content)
        {
            if (block is ToolResultBlock result)
                End(result);
        }
    }

    /// <summary>The turn has ended.</summary>
    /// <param name="result">Its result; null when it has none.</param>
    /// <param name="failure">Why it has none.</param>
    public void End(ResultMessage? result, Exception? failure)
    {
        lock (_gate)
        {
            if (_ended)
                return;
            _ended = true;
        }

        _session.Guarded(() =>
        {
            var error = ErrorOf(result, failure);
            Measure(result, error);
            Finish(result, failure, error);
        });
    }

    private void Begin(ToolUseBlock call, string? parentToolUseId)
    {
        if (SpanOf(parentToolUseId) is not { } parent)
            return;
        var tool = Spans.StartAside(
            $"{GenAi.ExecuteTool} {call.Name}",
            ActivityKind.Internal,
            parent.Context,
            [
                new(GenAi.Operation, GenAi.ExecuteTool), new(GenAi.Provider, GenAi.Anthropic), new(GenAi.ToolName, call.Name),
                new(GenAi.ToolCallId, call.Id),
            ]);
        if (tool is null)
            return;
        if (_session.Settings.IncludeContent && tool.IsAllDataRequested)
            tool.SetTag(GenAi.ToolArguments, call.Input.GetRawText());
        lock (_gate)
        {
            if (!_ended)
            {
                (_tools ??= [])[call.Id] = tool;
                return;
            }
        }

        tool.StopAside();
    }

    private void End(ToolResultBlock result)
    {
        Activity? tool;
        lock (_gate)
        {
            if (_tools is null || !_tools.Remove(result.ToolUseId, out tool))
                return;
        }

        if (_session.Settings.IncludeContent && tool.IsAllDataRequested)
            tool.SetTag(GenAi.ToolResult, result.Text);
        if (result.IsError)
            tool.Fail("tool_error", null);
        tool.StopAside();
    }

    private void Measure(ResultMessage? result, string? error)
    {
        var tags = _session.BaseTags();
        if (_model is not null)
            tags.Add(GenAi.ResponseModel, _model);
        if (result?.TimeToFirstToken is { } first)
            Instruments.TimeToFirstChunk.Record(first.TotalSeconds, tags);
        if (error is not null)
            tags.Add(GenAi.ErrorType, error);
        Instruments.OperationDuration.Record(_session.Time.GetElapsedTime(_start).TotalSeconds, tags);
    }

    private void Finish(ResultMessage? result, Exception? failure, string? error)
    {
        Activity[] open;
        lock (_gate)
        {
            open = _tools is null ? [] : [.. _tools.Values];
            _tools = null;
        }

        foreach (var tool in open)
        {
            tool.Fail("interrupted", null);
            tool.StopAside();
        }

        if (Activity is not { } activity)
            return;
        if (result is not null && activity.IsAllDataRequested)
        {
            activity.SetTag(GenAi.Conversation, result.SessionId);
            activity.SetTag(GenAi.ResponseModel, _model);
            activity.SetTag(GenAi.InputTokens, result.TurnUsage.TotalInputTokens);
            activity.SetTag(GenAi.OutputTokens, result.TurnUsage.OutputTokens);
            activity.SetTag(GenAi.CacheReadTokens, result.TurnUsage.CacheReadInputTokens);
            activity.SetTag(GenAi.CacheCreationTokens, result.TurnUsage.CacheCreationInputTokens);
            activity.SetTag(GenAi.ApiTurns, result.NumTurns);
            if (result.StopReason is { } reason)
                activity.SetTag(GenAi.FinishReasons, new[] { reason.Value });
            if (result.TurnModelUsage is { } models)
                activity.SetTag(GenAi.CostUsd, (double)models.Values.Sum(model => model.CostUsd));
            if (_session.Settings.IncludeContent && (result.Text ?? _lastText) is { Length: > 0 } text)
                activity.SetTag(GenAi.OutputMessages, TelemetryContent.Of(text, result.StopReason?.Value));
        }

        if (error is not null)
            activity.Fail(error, result is null ? failure?.GetType().Name : result.TerminalReason?.Value);
        activity.StopAside();
    }

    /// <summary>A value of few: never the text of an error, which can hold content.</summary>
    private static string? ErrorOf(ResultMessage? result, Exception? failure) => result switch
    {
        null when failure is OperationCanceledException => "cancelled",
        null => failure?.GetType().FullName ?? "no_result",
        { IsSuccess: true } => null,
        { IsInterrupted: true } => "cancelled",
        { ApiErrorStatus: { } status } => status.ToString(System.Globalization.CultureInfo.InvariantCulture),
        { Subtype.Value: "success" } => result.TerminalReason?.Value ?? "error",
        _ => result.Subtype.Value,
    };
}
