using System.Text.Json;

namespace Nexus.Claude.Protocol;

/// <summary>A control request of the CLI to us.</summary>
/// <param name="Id">The CLI's id for it; null when it gave none.</param>
/// <param name="Subtype">What is asked.</param>
/// <param name="Body">The member <c>request</c>, <c>subtype</c> included. It stays valid.</param>
internal sealed record InboundRequest(string? Id, string Subtype, JsonElement Body)
{
    /// <summary>A string member.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The text; null when it is absent or no string.</returns>
    public string? Text(string name) => TextOf(Body, name);

    /// <summary>Any member.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The value; <see cref="JsonValueKind.Undefined"/> when it is absent.</returns>
    public JsonElement Member(string name) =>
        Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty(name, out var value) ? value : default;

    /// <summary>A string member of any part of a request.</summary>
    /// <param name="element">The part.</param>
    /// <param name="name">The member's name.</param>
    /// <returns>The text; null when it is absent or no string, or the part is no object.</returns>
    public static string? TextOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
