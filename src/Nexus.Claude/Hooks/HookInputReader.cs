using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Nexus.Claude.Hooks;

/// <summary>
/// Reads the inputs of hooks. Other than messages, an input with a member of the wrong kind is refused and not read without it: a hook that
/// guards something would otherwise decide about less than what happens.
/// </summary>
internal static class HookInputReader
{
    /// <summary>Reads the input of an event, known or not.</summary>
    /// <param name="input">The JSON.</param>
    /// <param name="registered">The event that the hook was registered for, which counts when the input names none.</param>
    /// <exception cref="JsonException">It is no object, or a member is of the wrong kind.</exception>
    public static HookInput Read(JsonElement input, HookEvent registered)
    {
        var name = input.ValueKind == JsonValueKind.Object && input.TryGetProperty("hook_event_name", out var text) && text.ValueKind == JsonValueKind.String
            ? text.GetString()!
            : registered.Value;
        return HookEvents.Find(name)?.Read(input) ?? Read(input, HookJson.Default.UnknownHookInput);
    }

    /// <summary>Reads an input of a kind.</summary>
    /// <exception cref="JsonException">It is no object, or a member is of the wrong kind.</exception>
    public static HookInput Read<TInput>(JsonElement input, JsonTypeInfo<TInput> contract)
        where TInput : HookInput
    {
        var read = input.Deserialize(contract) ?? throw new JsonException("The input of a hook must be a JSON object.");
        read.Raw = input;
        return read;
    }
}

/// <summary>The effort, which the CLI wraps into an object.</summary>
internal sealed class HookEffortConverter : JsonConverter<EffortLevel?>
{
    public override EffortLevel? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var value = JsonElement.ParseValue(ref reader);
        if (value.ValueKind == JsonValueKind.Object)
            value.TryGetProperty("level", out value);
        return value.ValueKind == JsonValueKind.String ? new EffortLevel(value.GetString()!) : null;
    }

    public override void Write(Utf8JsonWriter writer, EffortLevel? value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("level"u8, value?.Value);
        writer.WriteEndObject();
    }
}
