using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.ChatCompletions;

/// <summary>A request for a chat completion, translated: what the model is asked, and how the reply is to be told.</summary>
internal sealed record ChatRequest
{
    /// <summary>What the model is asked.</summary>
    public required TurnRequest Turn { get; init; }

    /// <summary>What has no effect.</summary>
    public required IgnoredParams Ignored { get; init; }

    /// <summary>The reply comes in chunks.</summary>
    public bool IsStream { get; init; }

    /// <summary>A chunk with the usage comes at the end, and <c>"usage":null</c> before.</summary>
    public bool IncludesUsage { get; init; }

    /// <summary>The reply has <c>reasoning_content</c>.</summary>
    public bool IncludesReasoning { get; init; }

    /// <summary>The usage has <c>x_cost_usd</c>.</summary>
    public bool IncludesCost { get; init; }

    /// <summary>Tools were given as <c>functions</c>: a call comes as <c>function_call</c>.</summary>
    public bool UsesFunctions { get; init; }

    /// <summary>The reply is to be JSON of any form, so a code fence around it is taken off.</summary>
    public bool IsJsonObject { get; init; }
}
