using System.Text.Json;

namespace Nexus.Claude.Server.Turns;

/// <summary>What happens while a reply is written. Routes translate it into their own chunks.</summary>
internal abstract record TurnEvent
{
    private TurnEvent()
    {
    }

    /// <summary>The model has begun. Always the first event.</summary>
    /// <param name="Model">The model that answers, as the API names it.</param>
    /// <param name="Usage">What the prompt cost so far.</param>
    internal sealed record Began(string Model, TurnUsage Usage) : TurnEvent;

    /// <summary>A piece of thinking.</summary>
    /// <param name="Text">The piece.</param>
    internal sealed record ThinkingDelta(string Text) : TurnEvent;

    /// <summary>The signature of the thinking block that ends here.</summary>
    /// <param name="Value">The signature.</param>
    internal sealed record ThinkingSignature(string Value) : TurnEvent;

    /// <summary>A piece of the reply's text.</summary>
    /// <param name="Text">The piece.</param>
    internal sealed record TextDelta(string Text) : TurnEvent;

    /// <summary>The model begins to call a tool of the client.</summary>
    /// <param name="Index">Counts the calls of this reply from 0.</param>
    /// <param name="Id">The call's id (<c>toolu_...</c>).</param>
    /// <param name="Name">The client's name of the tool.</param>
    internal sealed record ToolCall(int Index, string Id, string Name) : TurnEvent;

    /// <summary>A piece of the arguments of a call, as JSON text.</summary>
    /// <param name="Index">The call.</param>
    /// <param name="Json">The piece.</param>
    internal sealed record ToolArguments(int Index, string Json) : TurnEvent;

    /// <summary>The reply is complete. Always the last event; a turn that fails throws a <see cref="Errors.GatewayException"/> instead.</summary>
    internal sealed record Ended : TurnEvent
    {
        /// <summary>Why it ended.</summary>
        public required EndReason Reason { get; init; }

        /// <summary>The text that ended it, for <see cref="EndReason.StopSequence"/> where the API told it.</summary>
        public string? StopSequence { get; init; }

        /// <summary>What the whole turn used.</summary>
        public required TurnUsage Usage { get; init; }

        /// <summary>What the whole turn cost, in US dollars, by the CLI's price list.</summary>
        public decimal CostUsd { get; init; }

        /// <summary>The reply as one JSON value, when a schema was given and the CLI reported it apart from the text; otherwise null.</summary>
        public JsonElement? StructuredOutput { get; init; }

        /// <summary>Whether the reply came from a process that already held the conversation, one started ahead, or a fresh one.</summary>
        public ProcessOrigin Origin { get; init; }
    }
}

/// <summary>Why a reply ended.</summary>
internal enum EndReason
{
    /// <summary>The model was done.</summary>
    EndTurn,

    /// <summary>A stop sequence was reached.</summary>
    StopSequence,

    /// <summary>The token limit was reached.</summary>
    MaxTokens,

    /// <summary>The context window is full.</summary>
    ContextWindow,

    /// <summary>The client is to run tools.</summary>
    ToolUse,

    /// <summary>The model refused.</summary>
    Refusal,

    /// <summary>Somebody interrupted it by the interrupt or cancel route.</summary>
    Interrupted,
}

/// <summary>Where the process of a turn came from.</summary>
internal enum ProcessOrigin
{
    /// <summary>It held the conversation already.</summary>
    Live,

    /// <summary>It had been started ahead.</summary>
    Pool,

    /// <summary>It was started for this turn.</summary>
    Fresh,

    /// <summary>There was none: the reply was kept from an earlier request.</summary>
    Cache,
}

/// <summary>Tokens of one turn, as Anthropic counts them.</summary>
/// <param name="InputTokens">Tokens of the prompt that were neither read from nor written to the prompt cache.</param>
/// <param name="CacheReadTokens">Tokens of the prompt that were read from the prompt cache.</param>
/// <param name="CacheCreationTokens">Tokens of the prompt that were written to the prompt cache.</param>
/// <param name="OutputTokens">Tokens of the reply, thinking included.</param>
internal readonly record struct TurnUsage(long InputTokens, long CacheReadTokens, long CacheCreationTokens, long OutputTokens)
{
    /// <summary>All tokens of the prompt.</summary>
    public long PromptTokens => InputTokens + CacheReadTokens + CacheCreationTokens;
}
