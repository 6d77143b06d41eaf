using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What a permission rule does with the calls it matches.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<PermissionBehavior>))]
public readonly record struct PermissionBehavior(string Value) : IOpenString<PermissionBehavior>
{
    /// <summary>They run.</summary>
    public static PermissionBehavior Allow { get; } = new("allow");

    /// <summary>They do not run.</summary>
    public static PermissionBehavior Deny { get; } = new("deny");

    /// <summary>Somebody is asked.</summary>
    public static PermissionBehavior Ask { get; } = new("ask");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static PermissionBehavior Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>Where a <see cref="PermissionUpdate"/> is kept, and so for how long it holds.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<PermissionUpdateDestination>))]
public readonly record struct PermissionUpdateDestination(string Value) : IOpenString<PermissionUpdateDestination>
{
    /// <summary>This session, in memory.</summary>
    public static PermissionUpdateDestination Session { get; } = new("session");

    /// <summary>The file <c>.claude/settings.local.json</c> of the project, which is not checked in.</summary>
    public static PermissionUpdateDestination LocalSettings { get; } = new("localSettings");

    /// <summary>The file <c>.claude/settings.json</c> of the project, which is shared.</summary>
    public static PermissionUpdateDestination ProjectSettings { get; } = new("projectSettings");

    /// <summary>The settings of the user, for all projects.</summary>
    public static PermissionUpdateDestination UserSettings { get; } = new("userSettings");

    /// <summary>The rules of the command line, in memory.</summary>
    public static PermissionUpdateDestination CommandLine { get; } = new("cliArg");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static PermissionUpdateDestination Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>Why the CLI asks.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<PermissionReasonType>))]
public readonly record struct PermissionReasonType(string Value) : IOpenString<PermissionReasonType>
{
    /// <summary>A rule of the settings says so.</summary>
    public static PermissionReasonType Rule { get; } = new("rule");

    /// <summary>The permission mode says so.</summary>
    public static PermissionReasonType Mode { get; } = new("mode");

    /// <summary>A part of a compound command needs it; <see cref="ToolPermissionRequest.DecisionReason"/> is that part's.</summary>
    public static PermissionReasonType SubcommandResults { get; } = new("subcommandResults");

    /// <summary>A hook asked for it.</summary>
    public static PermissionReasonType Hook { get; } = new("hook");

    /// <summary>The call comes from an agent in the background.</summary>
    public static PermissionReasonType AsyncAgent { get; } = new("asyncAgent");

    /// <summary>The command is to run outside of the sandbox.</summary>
    public static PermissionReasonType SandboxOverride { get; } = new("sandboxOverride");

    /// <summary>The path lies outside of the session's folders.</summary>
    public static PermissionReasonType WorkingDirectory { get; } = new("workingDir");

    /// <summary>The call is dangerous or touches a sensitive file.</summary>
    public static PermissionReasonType SafetyCheck { get; } = new("safetyCheck");

    /// <summary>The model that decides in mode <c>auto</c> did not allow it.</summary>
    public static PermissionReasonType Classifier { get; } = new("classifier");

    /// <summary>Something else.</summary>
    public static PermissionReasonType Other { get; } = new("other");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static PermissionReasonType Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}

/// <summary>How a person decided, for the CLI's statistics.</summary>
/// <param name="Value">The text on the wire.</param>
[JsonConverter(typeof(OpenStringConverter<PermissionClassification>))]
public readonly record struct PermissionClassification(string Value) : IOpenString<PermissionClassification>
{
    /// <summary>Allowed this time.</summary>
    public static PermissionClassification UserTemporary { get; } = new("user_temporary");

    /// <summary>Allowed from now on.</summary>
    public static PermissionClassification UserPermanent { get; } = new("user_permanent");

    /// <summary>Rejected.</summary>
    public static PermissionClassification UserReject { get; } = new("user_reject");

    /// <summary>The text on the wire; empty when the CLI sent none.</summary>
    public string Value { get => field ?? ""; } = string.IsNullOrEmpty(Value) ? null! : Value;

    /// <inheritdoc/>
    public static PermissionClassification Create(string value) => new(value);

    /// <summary>The text on the wire.</summary>
    /// <returns><see cref="Value"/>.</returns>
    public override string ToString() => Value;
}
