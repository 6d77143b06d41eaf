using System.Text.Json;

namespace Nexus.Claude;

/// <summary>Stands in for a JSON member that was absent, so that reading and writing it never throws.</summary>
internal static class EmptyJson
{
    private static readonly JsonElement Object = JsonElement.Parse("{}");

    internal static JsonElement ObjectIfUndefined(JsonElement value) => value.ValueKind == JsonValueKind.Undefined ? Object : value;
}
