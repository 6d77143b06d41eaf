using System.Text.Json;
using Nexus.Claude.Server.Conversations;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Responses;

/// <summary>A request for a response, read and checked.</summary>
internal sealed record ResponseRequest
{
    /// <summary>The turn.</summary>
    public required TurnRequest Turn { get; init; }

    /// <summary>The model as the client named it.</summary>
    public required string Model { get; init; }

    /// <summary>The input.</summary>
    public required IReadOnlyList<ConversationItem> Input { get; init; }

    /// <summary>The instructions of this turn; null for none.</summary>
    public string? Instructions { get; init; }

    /// <summary>The response that this one goes on from; null for none.</summary>
    public string? PreviousId { get; init; }

    /// <summary>Whether the response can be asked for again.</summary>
    public bool IsStored { get; init; } = true;

    /// <summary>Whether it is sent while it is written.</summary>
    public bool IsStreamed { get; init; }

    /// <summary>Whether thoughts are shown.</summary>
    public bool ShowsReasoning { get; init; }

    /// <summary>Whether thoughts carry what the API needs to take them back.</summary>
    public bool IncludesEncrypted { get; init; }

    /// <summary>What the client noted.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The request's body, for what a response repeats word for word.</summary>
    public required JsonElement Body { get; init; }
}
