using System.Text.Json;
using System.Text.Json.Serialization;
using Nexus.Claude.Permissions;

namespace Nexus.Claude;

/// <summary>
/// A change of what is permitted. The CLI suggests some with each question (<see cref="ToolPermissionRequest.Suggestions"/>); those that a
/// decision gives back, or others, take effect with it.
/// </summary>
[JsonConverter(typeof(PermissionUpdateConverter))]
public abstract record PermissionUpdate : OpenRecord
{
    private protected PermissionUpdate()
    {
    }

    /// <summary>The name of the change on the wire, for example <c>addRules</c>.</summary>
    public abstract string Type { get; }

    /// <summary>Where the change is kept. Default: this session.</summary>
    public PermissionUpdateDestination Destination { get; init; } = PermissionUpdateDestination.Session;

    /// <summary>Adds allow rules.</summary>
    /// <param name="rules">The rules, for example <c>Bash(git *)</c>.</param>
    /// <returns>The change, for this session; use <c>with</c> for another <see cref="Destination"/>.</returns>
    /// <exception cref="FormatException">A text is no rule.</exception>
    public static AddRulesUpdate AllowRules(params IEnumerable<string> rules) => new(PermissionBehavior.Allow, [.. rules.Select(PermissionRule.Parse)]);

    /// <summary>Adds deny rules.</summary>
    /// <param name="rules">The rules, for example <c>WebFetch</c>.</param>
    /// <returns>The change, for this session; use <c>with</c> for another <see cref="Destination"/>.</returns>
    /// <exception cref="FormatException">A text is no rule.</exception>
    public static AddRulesUpdate DenyRules(params IEnumerable<string> rules) => new(PermissionBehavior.Deny, [.. rules.Select(PermissionRule.Parse)]);

    internal static PermissionUpdate Read(JsonElement json)
    {
        var destination = new PermissionUpdateDestination(PermissionJson.Text(json, "destination") ?? "");
        try
        {
            switch (PermissionJson.Text(json, "type"))
            {
                case AddRulesUpdate.Name:
                    return new AddRulesUpdate(Behavior(json), Rules(json)) { Destination = destination, AdditionalProperties = RestOfRules(json) };
                case ReplaceRulesUpdate.Name:
                    return new ReplaceRulesUpdate(Behavior(json), Rules(json)) { Destination = destination, AdditionalProperties = RestOfRules(json) };
                case RemoveRulesUpdate.Name:
                    return new RemoveRulesUpdate(Behavior(json), Rules(json)) { Destination = destination, AdditionalProperties = RestOfRules(json) };
                case SetModeUpdate.Name when PermissionJson.Text(json, "mode") is { } mode:
                    return new SetModeUpdate(new PermissionMode(mode))
                    {
                        Destination = destination,
                        AdditionalProperties = PermissionJson.Rest(json, "type", "mode", "destination"),
                    };
                case AddDirectoriesUpdate.Name:
                    return new AddDirectoriesUpdate(Directories(json)) { Destination = destination, AdditionalProperties = RestOfDirectories(json) };
                case RemoveDirectoriesUpdate.Name:
                    return new RemoveDirectoriesUpdate(Directories(json)) { Destination = destination, AdditionalProperties = RestOfDirectories(json) };
            }
        }
        catch (JsonException)
        {
            // Of a known type but another shape: kept as it is.
        }

        return new UnknownPermissionUpdate(json.Clone()) { Destination = destination };
    }

    internal virtual void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, Type);
        WriteMembers(json);
        json.WriteString("destination"u8, Destination.Value);
        PermissionJson.WriteRest(json, AdditionalProperties);
        json.WriteEndObject();
    }

    /// <summary>How many parts the CLI counts: it refuses a decision with more than 4,096.</summary>
    internal virtual int Size => 1;

    private protected abstract void WriteMembers(Utf8JsonWriter json);

    private protected static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static PermissionBehavior Behavior(JsonElement json) =>
        PermissionJson.Text(json, "behavior") is { } behavior ? new PermissionBehavior(behavior) : throw new JsonException("No 'behavior'.");

    private static PermissionRule[] Rules(JsonElement json) =>
        PermissionJson.Member(json, "rules") is { ValueKind: JsonValueKind.Array } rules
            ? [.. rules.EnumerateArray().Select(PermissionRule.Read)]
            : throw new JsonException("No 'rules'.");

    private static string[] Directories(JsonElement json) =>
        PermissionJson.Member(json, "directories") is { ValueKind: JsonValueKind.Array } directories
            && directories.EnumerateArray().All(static directory => directory.ValueKind == JsonValueKind.String)
            ? [.. directories.EnumerateArray().Select(static directory => directory.GetString()!)]
            : throw new JsonException("No 'directories'.");

    private static IDictionary<string, JsonElement>? RestOfRules(JsonElement json) =>
        PermissionJson.Rest(json, "type", "rules", "behavior", "destination");

    private static IDictionary<string, JsonElement>? RestOfDirectories(JsonElement json) =>
        PermissionJson.Rest(json, "type", "directories", "destination");
}
