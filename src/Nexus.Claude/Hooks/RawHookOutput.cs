using System.Text.Json;

namespace Nexus.Claude;

/// <summary>
/// An answer in JSON as it is sent, for events and members that this version of the SDK does not know. Fits any event; the members of
/// <see cref="HookOutput"/> are not added to it.
/// </summary>
public sealed record RawHookOutput : HookOutput
{
    /// <summary>Takes the JSON.</summary>
    /// <param name="json">An object.</param>
    public RawHookOutput(JsonElement json) => Json = json;

    /// <summary>The answer.</summary>
    public JsonElement Json { get; }

    internal override HookEvent? AnsweredEvent => SpecificEvent is { ValueKind: JsonValueKind.String } name ? new HookEvent(name.GetString()!) : null;

    private JsonElement SpecificEvent =>
        Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("hookSpecificOutput", out var specifics)
        && specifics.ValueKind == JsonValueKind.Object && specifics.TryGetProperty("hookEventName", out var name)
            ? name
            : default;

    /// <summary>Takes the JSON as text.</summary>
    /// <param name="json">An object.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static RawHookOutput Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new RawHookOutput(JsonElement.Parse(json));
    }

    internal override void Write(Utf8JsonWriter json) => Json.WriteTo(json);

    /// <summary>An answer that does not pass the CLI's check counts as none, which lets happen what the hook may have meant to forbid.</summary>
    internal override string? FindMistake()
    {
        if (Json.ValueKind != JsonValueKind.Object)
            return "the answer is no JSON object";
        foreach (var member in Json.EnumerateObject())
        {
            var fits = member.Name switch
            {
                "continue" or "suppressOutput" or "async" => member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False,
                "stopReason" or "reason" or "systemMessage" or "terminalSequence" => member.Value.ValueKind == JsonValueKind.String,
                "decision" => member.Value.ValueKind == JsonValueKind.String && member.Value.GetString() is "approve" or "block",
                "asyncTimeout" => member.Value.ValueKind == JsonValueKind.Number,
                "hookSpecificOutput" => SpecificEvent.ValueKind == JsonValueKind.String,
                _ => true,
            };
            if (!fits)
                return member.Name == "hookSpecificOutput" ? "'hookSpecificOutput' is no object with a 'hookEventName'" : $"'{member.Name}' is not of the kind that it must be";
        }

        return null;
    }
}
