using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>How a turn ended.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<ResultSubtype>))]
public readonly record struct ResultSubtype(string Value) : IOpenString<ResultSubtype>
{
    /// <summary>The loop ended by itself. The turn may still have failed: see <see cref="ResultMessage.IsSuccess"/>.</summary>
    public static ResultSubtype Success { get; } = new("success");

    /// <summary>It failed, was interrupted, or could not start.</summary>
    public static ResultSubtype ErrorDuringExecution { get; } = new("error_during_execution");

    /// <summary>It reached the limit of turns.</summary>
    public static ResultSubtype ErrorMaxTurns { get; } = new("error_max_turns");

    /// <summary>It reached the budget.</summary>
    public static ResultSubtype ErrorMaxBudgetUsd { get; } = new("error_max_budget_usd");

    /// <summary>The answer did not fit the schema after all retries.</summary>
    public static ResultSubtype ErrorMaxStructuredOutputRetries { get; } = new("error_max_structured_output_retries");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static ResultSubtype Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>Why the agent's loop ended.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<TerminalReason>))]
public readonly record struct TerminalReason(string Value) : IOpenString<TerminalReason>
{
    /// <summary>The model was done.</summary>
    public static TerminalReason Completed { get; } = new("completed");

    /// <summary>Interrupted while the model answered.</summary>
    public static TerminalReason AbortedStreaming { get; } = new("aborted_streaming");

    /// <summary>Interrupted while tools ran.</summary>
    public static TerminalReason AbortedTools { get; } = new("aborted_tools");

    /// <summary>The limit of turns.</summary>
    public static TerminalReason MaxTurns { get; } = new("max_turns");

    /// <summary>The budget.</summary>
    public static TerminalReason BudgetExhausted { get; } = new("budget_exhausted");

    /// <summary>The answer did not fit the schema after all retries.</summary>
    public static TerminalReason StructuredOutputRetryExhausted { get; } = new("structured_output_retry_exhausted");

    /// <summary>The API found the prompt too long.</summary>
    public static TerminalReason PromptTooLong { get; } = new("prompt_too_long");

    /// <summary>The CLI found the prompt too long and did not send it.</summary>
    public static TerminalReason BlockingLimit { get; } = new("blocking_limit");

    /// <summary>The context filled up again right after compactions.</summary>
    public static TerminalReason RapidRefillBreaker { get; } = new("rapid_refill_breaker");

    /// <summary>An image could not be used.</summary>
    public static TerminalReason ImageError { get; } = new("image_error");

    /// <summary>The model failed.</summary>
    public static TerminalReason ModelError { get; } = new("model_error");

    /// <summary>An API call failed.</summary>
    public static TerminalReason ApiError { get; } = new("api_error");

    /// <summary>The model's tool calls could not be read after all retries.</summary>
    public static TerminalReason MalformedToolUseExhausted { get; } = new("malformed_tool_use_exhausted");

    /// <summary>A Stop hook ended it.</summary>
    public static TerminalReason StopHookPrevented { get; } = new("stop_hook_prevented");

    /// <summary>A hook ended it.</summary>
    public static TerminalReason HookStopped { get; } = new("hook_stopped");

    /// <summary>A hook deferred a tool call.</summary>
    public static TerminalReason ToolDeferred { get; } = new("tool_deferred");

    /// <summary>A deferred tool call could not be taken up again.</summary>
    public static TerminalReason ToolDeferredUnavailable { get; } = new("tool_deferred_unavailable");

    /// <summary>The turn could not be prepared.</summary>
    public static TerminalReason TurnSetupFailed { get; } = new("turn_setup_failed");

    /// <summary>The session moved to the background.</summary>
    public static TerminalReason BackgroundRequested { get; } = new("background_requested");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static TerminalReason Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>Why the model stopped.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<StopReason>))]
public readonly record struct StopReason(string Value) : IOpenString<StopReason>
{
    /// <summary>It was done.</summary>
    public static StopReason EndTurn { get; } = new("end_turn");

    /// <summary>The answer reached its limit.</summary>
    public static StopReason MaxTokens { get; } = new("max_tokens");

    /// <summary>It wrote a stop sequence; the CLI's own error texts carry it too.</summary>
    public static StopReason StopSequence { get; } = new("stop_sequence");

    /// <summary>It wants to use a tool.</summary>
    public static StopReason ToolUse { get; } = new("tool_use");

    /// <summary>The API paused a long turn.</summary>
    public static StopReason PauseTurn { get; } = new("pause_turn");

    /// <summary>Its safeguards refused.</summary>
    public static StopReason Refusal { get; } = new("refusal");

    /// <summary>The API compacted the context.</summary>
    public static StopReason Compaction { get; } = new("compaction");

    /// <summary>The context window is full.</summary>
    public static StopReason ModelContextWindowExceeded { get; } = new("model_context_window_exceeded");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static StopReason Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
