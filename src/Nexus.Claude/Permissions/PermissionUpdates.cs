using System.Text.Json;
using Nexus.Claude.Permissions;

namespace Nexus.Claude;

/// <summary>Adds rules to those of the same behaviour.</summary>
/// <param name="Behavior">What the rules do.</param>
/// <param name="Rules">The rules.</param>
public sealed record AddRulesUpdate(PermissionBehavior Behavior, IReadOnlyList<PermissionRule> Rules) : PermissionUpdate
{
    internal const string Name = "addRules";

    /// <inheritdoc/>
    public override string Type => Name;

    internal override int Size => 1 + Rules.Count;

    private protected override void WriteMembers(Utf8JsonWriter json) => PermissionJson.WriteRules(json, Behavior, Rules);
}

/// <summary>Puts rules in the place of all those of the same behaviour and destination.</summary>
/// <param name="Behavior">What the rules do.</param>
/// <param name="Rules">The rules.</param>
public sealed record ReplaceRulesUpdate(PermissionBehavior Behavior, IReadOnlyList<PermissionRule> Rules) : PermissionUpdate
{
    internal const string Name = "replaceRules";

    /// <inheritdoc/>
    public override string Type => Name;

    internal override int Size => 1 + Rules.Count;

    private protected override void WriteMembers(Utf8JsonWriter json) => PermissionJson.WriteRules(json, Behavior, Rules);
}

/// <summary>Removes rules.</summary>
/// <param name="Behavior">What the rules do.</param>
/// <param name="Rules">The rules.</param>
public sealed record RemoveRulesUpdate(PermissionBehavior Behavior, IReadOnlyList<PermissionRule> Rules) : PermissionUpdate
{
    internal const string Name = "removeRules";

    /// <inheritdoc/>
    public override string Type => Name;

    internal override int Size => 1 + Rules.Count;

    private protected override void WriteMembers(Utf8JsonWriter json) => PermissionJson.WriteRules(json, Behavior, Rules);
}

/// <summary>Changes the permission mode.</summary>
/// <param name="Mode">The mode.</param>
public sealed record SetModeUpdate(PermissionMode Mode) : PermissionUpdate
{
    internal const string Name = "setMode";

    /// <inheritdoc/>
    public override string Type => Name;

    private protected override void WriteMembers(Utf8JsonWriter json) => json.WriteString("mode"u8, Mode.Value);
}

/// <summary>Adds folders that the session may use.</summary>
/// <param name="Directories">The folders, absolute.</param>
public sealed record AddDirectoriesUpdate(IReadOnlyList<string> Directories) : PermissionUpdate
{
    internal const string Name = "addDirectories";

    /// <inheritdoc/>
    public override string Type => Name;

    internal override int Size => 1 + Directories.Count;

    private protected override void WriteMembers(Utf8JsonWriter json) => WriteTexts(json, "directories", Directories);
}

/// <summary>Removes folders that the session may use.</summary>
/// <param name="Directories">The folders, absolute.</param>
public sealed record RemoveDirectoriesUpdate(IReadOnlyList<string> Directories) : PermissionUpdate
{
    internal const string Name = "removeDirectories";

    /// <inheritdoc/>
    public override string Type => Name;

    internal override int Size => 1 + Directories.Count;

    private protected override void WriteMembers(Utf8JsonWriter json) => WriteTexts(json, "directories", Directories);
}

/// <summary>A change that this version of the SDK does not know, or whose shape it does not. Given back, it is sent as it came.</summary>
/// <param name="Json">The whole change.</param>
public sealed record UnknownPermissionUpdate(JsonElement Json) : PermissionUpdate
{
    /// <inheritdoc/>
    public override string Type => PermissionJson.Text(Json, "type") ?? "";

    internal override void Write(Utf8JsonWriter json) => Json.WriteTo(json);

    private protected override void WriteMembers(Utf8JsonWriter json)
    {
        // Everything is written by Write.
    }
}
