using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Messages;

/// <summary>A request for a message, translated: what the model is asked, and how the reply is to be told.</summary>
internal sealed record MessageRequest
{
    /// <summary>What the model is asked.</summary>
    public required TurnRequest Turn { get; init; }

    /// <summary>What has no effect.</summary>
    public required IgnoredParams Ignored { get; init; }

    /// <summary>The reply comes in events.</summary>
    public bool IsStream { get; init; }

    /// <summary>The reply shows what the model thought.</summary>
    public bool IncludesThinking { get; init; }
}
