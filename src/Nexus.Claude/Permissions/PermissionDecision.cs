using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nexus.Claude;

/// <summary>The answer to a <see cref="ToolPermissionRequest"/>.</summary>
public sealed record PermissionDecision
{
    /// <summary>The most updates, rules and directories together that the CLI takes.</summary>
    internal const int MostUpdates = 4096;

    private PermissionDecision()
    {
    }

    /// <summary>True when the tool may run.</summary>
    public bool IsAllowed { get; private init; }

    /// <summary>The input that the tool gets in the place of the model's; null leaves it as it is. Always null for a denial.</summary>
    public JsonElement? UpdatedInput { get; private init; }

    /// <summary>Changes of what is permitted, which take effect with the decision. Empty for a denial.</summary>
    public IReadOnlyList<PermissionUpdate> UpdatedPermissions { get; private init; } = [];

    /// <summary>What a denial tells the model; null for an allowance.</summary>
    public string? Message { get; private init; }

    /// <summary>True when a denial also ends the turn.</summary>
    public bool Interrupt { get; private init; }

    /// <summary>How a person decided; null (the default) leaves it to the CLI.</summary>
    public PermissionClassification? Classification { get; init; }

    /// <summary>Lets the tool run.</summary>
    /// <param name="updatedInput">
    /// The whole input for the tool, an object: it replaces what the model wrote, and the model is not told. Null leaves the input as it is.
    /// </param>
    /// <param name="updatedPermissions">
    /// Changes for the time after, for example <see cref="ToolPermissionRequest.Suggestions"/> for "do not ask again"; null for none.
    /// </param>
    /// <returns>The decision.</returns>
    /// <exception cref="ArgumentException">The input is no JSON object, or the changes have more than 4,096 parts.</exception>
    public static PermissionDecision Allow(JsonElement? updatedInput = null, IReadOnlyList<PermissionUpdate>? updatedPermissions = null)
    {
        if (updatedInput is { ValueKind: not JsonValueKind.Object } other)
            throw new ArgumentException($"The input of a tool is a JSON object; this is {other.ValueKind}.", nameof(updatedInput));
        PermissionUpdate[] updates = [.. updatedPermissions ?? []];
        if (updates.Sum(static update => update.Size) > MostUpdates)
            throw new ArgumentException($"The CLI takes at most {MostUpdates} updates, rules and directories in all.", nameof(updatedPermissions));
        return new PermissionDecision { IsAllowed = true, UpdatedInput = updatedInput?.Clone(), UpdatedPermissions = updates };
    }

    /// <summary>Lets the tool run with another input.</summary>
    /// <param name="updatedInput">The whole input for the tool: it replaces what the model wrote, and the model is not told.</param>
    /// <param name="updatedPermissions">Changes for the time after; null for none.</param>
    /// <returns>The decision.</returns>
    /// <exception cref="ArgumentException">The changes have more than 4,096 parts.</exception>
    public static PermissionDecision AllowWith(JsonObject updatedInput, IReadOnlyList<PermissionUpdate>? updatedPermissions = null)
    {
        ArgumentNullException.ThrowIfNull(updatedInput);
        return Allow(JsonElement.Parse(updatedInput.ToJsonString()), updatedPermissions);
    }

    /// <summary>Keeps the tool from running.</summary>
    /// <param name="message">What the model is told, as the result of the tool. Say what it may do instead.</param>
    /// <param name="interrupt">
    /// True also ends the turn, with a result whose <see cref="ResultMessage.IsInterrupted"/> is true. The model then does not see the message.
    /// </param>
    /// <returns>The decision.</returns>
    public static PermissionDecision Deny(string message, bool interrupt = false)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new PermissionDecision { Message = message, Interrupt = interrupt };
    }

    /// <summary>Writes the payload of the answer.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="request">The question.</param>
    internal void Write(Utf8JsonWriter json, ToolPermissionRequest request)
    {
        json.WriteStartObject();
        json.WriteString("behavior"u8, IsAllowed ? "allow"u8 : "deny"u8);
        if (IsAllowed)
        {
            // CLIs before 2.1.207 take an allowance without an input for a denial.
            json.WritePropertyName("updatedInput"u8);
            (UpdatedInput ?? request.Input).WriteTo(json);
            WriteUpdates(json);
        }
        else
        {
            json.WriteString("message"u8, Message);
            if (Interrupt)
                json.WriteBoolean("interrupt"u8, true);
        }

        if (request.ToolUseId.Length > 0)
            json.WriteString("toolUseID"u8, request.ToolUseId);
        if (Classification is { } classification)
            json.WriteString("decisionClassification"u8, classification.Value);
        json.WriteEndObject();
    }

    private void WriteUpdates(Utf8JsonWriter json)
    {
        if (UpdatedPermissions.Count == 0)
            return;
        json.WriteStartArray("updatedPermissions"u8);
        foreach (var update in UpdatedPermissions)
            update.Write(json);
        json.WriteEndArray();
    }
}
