using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>How an MCP server wants something from the user.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<ElicitationMode>))]
public readonly record struct ElicitationMode(string Value) : IOpenString<ElicitationMode>
{
    /// <summary>By a form of fields.</summary>
    public static ElicitationMode Form { get; } = new("form");

    /// <summary>By a page that the user opens in a browser.</summary>
    public static ElicitationMode Url { get; } = new("url");

    /// <summary>The text on the wire; empty when there is none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static ElicitationMode Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>An MCP server wants something from the user.</summary>
public sealed record ElicitationRequest
{
    /// <summary>The server's name in the configuration.</summary>
    public required string ServerName { get; init; }

    /// <summary>What it says to the user. It was written by the server: show who asks.</summary>
    public required string Message { get; init; }

    /// <summary>How it wants it. Default <see cref="ElicitationMode.Form"/>.</summary>
    public ElicitationMode Mode { get; init; } = ElicitationMode.Form;

    /// <summary>The page to open, in mode <see cref="ElicitationMode.Url"/>. Ask the user before opening it. Null in a form.</summary>
    public string? Url { get; init; }

    /// <summary>The id that an <see cref="ElicitationCompleteMessage"/> names when the user is done with the page; null in a form.</summary>
    public string? ElicitationId { get; init; }

    /// <summary>The JSON schema of the answer: an object of flat fields. Null in mode <see cref="ElicitationMode.Url"/>.</summary>
    public JsonElement? RequestedSchema { get; init; }

    /// <summary>The fields in the order in which the server lists them.</summary>
    public IReadOnlyList<string> Fields { get; init => field = value ?? []; } = [];

    /// <summary>A title for the question; null for none.</summary>
    public string? Title { get; init; }

    /// <summary>A short name of what asks; null for none.</summary>
    public string? DisplayName { get; init; }

    /// <summary>A line below the title; null for none.</summary>
    public string? Description { get; init; }
}

/// <summary>What the user says to an <see cref="ElicitationRequest"/>.</summary>
public sealed record ElicitationResponse
{
    private ElicitationResponse(string action, JsonObject? content)
    {
        Action = action;
        Content = content;
    }

    /// <summary>The user said no.</summary>
    public static ElicitationResponse Decline { get; } = new("decline", null);

    /// <summary>The user made no choice.</summary>
    public static ElicitationResponse Cancel { get; } = new("cancel", null);

    internal string Action { get; }

    internal JsonObject? Content { get; }

    /// <summary>The user agreed.</summary>
    /// <param name="content">The fields of the form, as the schema wants them; null for a page.</param>
    /// <returns>The response.</returns>
    public static ElicitationResponse Accept(JsonObject? content = null) => new("accept", content);
}
