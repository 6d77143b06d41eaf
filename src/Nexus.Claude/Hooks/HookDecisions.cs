using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What a hook decides where its event has no decision of its own (<c>decision</c>).</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<HookDecision>))]
public readonly record struct HookDecision(string Value) : IOpenString<HookDecision>
{
    /// <summary>Let it happen.</summary>
    public static HookDecision Approve { get; } = new("approve");

    /// <summary>Do not let it happen; after the fact, tell the model that it was wrong.</summary>
    public static HookDecision Block { get; } = new("block");

    /// <summary>The text on the wire.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static HookDecision Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>What a hook decides about a tool call or a change of the model (<c>permissionDecision</c>).</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<HookPermissionDecision>))]
public readonly record struct HookPermissionDecision(string Value) : IOpenString<HookPermissionDecision>
{
    /// <summary>It runs, without a question. A deny rule of the settings still wins.</summary>
    public static HookPermissionDecision Allow { get; } = new("allow");

    /// <summary>It does not run, and the model is told why.</summary>
    public static HookPermissionDecision Deny { get; } = new("deny");

    /// <summary>The user is asked.</summary>
    public static HookPermissionDecision Ask { get; } = new("ask");

    /// <summary>The turn ends with the call open (<see cref="ResultMessage.DeferredToolUse"/>). Only for tool calls.</summary>
    public static HookPermissionDecision Defer { get; } = new("defer");

    /// <summary>The text on the wire.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static HookPermissionDecision Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>What becomes of the question of an MCP server (<c>action</c>).</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<HookElicitationAction>))]
public readonly record struct HookElicitationAction(string Value) : IOpenString<HookElicitationAction>
{
    /// <summary>It is answered.</summary>
    public static HookElicitationAction Accept { get; } = new("accept");

    /// <summary>It is not answered.</summary>
    public static HookElicitationAction Decline { get; } = new("decline");

    /// <summary>It is dismissed.</summary>
    public static HookElicitationAction Cancel { get; } = new("cancel");

    /// <summary>The text on the wire.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static HookElicitationAction Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
