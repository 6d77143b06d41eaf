using System.Text.Json;
using Nexus.Claude.Server.Security;

namespace Nexus.Claude.Server.Turns;

/// <summary>
/// What a client asks for, whatever route it came by: the whole conversation and how the next reply is to be written. Routes translate into it,
/// and everything behind them knows only it.
/// </summary>
internal sealed record TurnRequest
{
    /// <summary>The request's id, as in the header <c>x-request-id</c>.</summary>
    public required string RequestId { get; init; }

    /// <summary>Who asks, and what the caller's key allows.</summary>
    public required Caller Caller { get; init; }

    /// <summary>The model as the CLI knows it (already looked up in <see cref="Models.IModelCatalog"/>).</summary>
    public required string Model { get; init; }

    /// <summary>The system prompt: the system and developer messages at the head, joined; null for none.</summary>
    public string? System { get; init; }

    /// <summary>
    /// The conversation, oldest first: user and assistant in turn, the last one from the user (a prompt, or results of tools). Built by
    /// <see cref="TurnMessages"/>, which sees to that.
    /// </summary>
    public required IReadOnlyList<TurnMessage> Messages { get; init; }

    /// <summary>Tools of the client: offered to the model, never run here.</summary>
    public IReadOnlyList<ClientTool> Tools { get; init; } = [];

    /// <summary>Whether and which tool the model has to call.</summary>
    public ToolChoice ToolChoice { get; init; } = ToolChoice.Auto;

    /// <summary>False keeps the model to one tool call at a time.</summary>
    public bool ParallelToolCalls { get; init; } = true;

    /// <summary>How the reply is sampled and bounded.</summary>
    public Sampling Sampling { get; init; } = Sampling.Default;

    /// <summary>The JSON schema that the reply has to follow; null for free text.</summary>
    public JsonElement? OutputSchema { get; init; }

    /// <summary>The conversation kept by this server that the messages belong to; null for none.</summary>
    public string? ConversationId { get; init; }

    /// <summary>
    /// False keeps <see cref="System"/> out of the conversation's log: it holds for this turn only, as a response's <c>instructions</c> do.
    /// </summary>
    public bool KeepsSystem { get; init; } = true;

    /// <summary>Whether a reply kept for an equal request may answer this one; null never.</summary>
    public Caching.CacheUse? Cache { get; init; }

    /// <summary>The folder to work in, already checked against what the caller may use; null for an empty one.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>True runs Claude Code's own tools for the caller, as far as the caller's key allows.</summary>
    public bool IsAgent { get; init; }
}

/// <summary>Who said a message.</summary>
internal enum TurnRole
{
    /// <summary>The user, or results of tools that the user's side has run.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,
}

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who said it.</param>
/// <param name="Content">
/// What it says, in Claude's own content blocks. Tool calls and results carry the client's ids and plain tool names (without any MCP prefix).
/// </param>
internal sealed record TurnMessage(TurnRole Role, IReadOnlyList<ContentBlock> Content);

/// <summary>A tool of the client.</summary>
/// <param name="Name">The client's name for it.</param>
/// <param name="Description">What it does; empty for nothing said.</param>
/// <param name="Schema">The JSON schema of its arguments, word for word.</param>
internal sealed record ClientTool(string Name, string Description, JsonElement Schema);

/// <summary>Whether the model has to call a tool.</summary>
internal enum ToolChoiceMode
{
    /// <summary>As the model sees fit.</summary>
    Auto,

    /// <summary>It must not.</summary>
    None,

    /// <summary>It must call one.</summary>
    Required,

    /// <summary>It must call a certain one.</summary>
    Named,
}

/// <summary>Whether and which tool the model has to call.</summary>
/// <param name="Mode">Whether.</param>
/// <param name="Name">Which, for <see cref="ToolChoiceMode.Named"/>.</param>
internal sealed record ToolChoice(ToolChoiceMode Mode, string? Name = null)
{
    /// <summary>As the model sees fit.</summary>
    public static ToolChoice Auto { get; } = new(ToolChoiceMode.Auto);
}

/// <summary>How a reply is sampled and bounded. Null leaves each to the CLI.</summary>
internal sealed record Sampling
{
    /// <summary>Nothing said.</summary>
    public static Sampling Default { get; } = new();

    /// <summary>The most tokens of the reply. When it is reached the turn ends with <see cref="EndReason.MaxTokens"/>.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Between 0 and 1 (Anthropic's range).</summary>
    public double? Temperature { get; init; }

    /// <summary>Between 0 and 1.</summary>
    public double? TopP { get; init; }

    /// <summary>At least 1.</summary>
    public int? TopK { get; init; }

    /// <summary>Texts at which the reply ends; they are not part of it.</summary>
    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>How much the model thinks first; null for not at all.</summary>
    public Reasoning? Reasoning { get; init; }
}

/// <summary>How much the model thinks before it answers. One of the two is set.</summary>
/// <param name="Effort">The level, for models that take one.</param>
/// <param name="BudgetTokens">The most tokens of thinking, for models that take a budget.</param>
internal sealed record Reasoning(EffortLevel? Effort, int? BudgetTokens = null);
