using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The permission rules of a session as they are now.</summary>
public sealed record PermissionRules : OpenRecord
{
    /// <summary>The rules: of settings files, of the options, and those granted during the session.</summary>
    [JsonPropertyName("rules")]
    public IReadOnlyList<PermissionRuleEntry> Rules { get; init => field = value ?? []; } = [];

    /// <summary>Folders beside the working folder that may be used.</summary>
    [JsonPropertyName("workspaceDirectories")]
    public IReadOnlyList<WorkspaceDirectory> WorkspaceDirectories { get; init => field = value ?? []; } = [];

    /// <summary>The folder that the session was started in.</summary>
    [JsonPropertyName("originalCwd")]
    public string OriginalWorkingDirectory { get; init => field = value ?? ""; } = "";

    /// <summary>True when only the rules of an organisation count; the others are listed with <see cref="PermissionRuleEntry.IsNotInEffect"/>.</summary>
    [JsonPropertyName("managedOnly")]
    public bool IsManagedOnly { get; init; }

    /// <summary>Settings files that were left out because they are damaged; their rules are neither listed nor in force.</summary>
    [JsonPropertyName("errors")]
    public IReadOnlyList<SettingsError> Errors { get; init => field = value ?? []; } = [];

    /// <summary>True when parts were left out because the answer goes over a connection that is stored.</summary>
    [JsonPropertyName("withheld")]
    public bool IsWithheld { get; init; }
}

/// <summary>A permission rule in force.</summary>
public sealed record PermissionRuleEntry : OpenRecord
{
    /// <summary><c>allow</c>, <c>deny</c> or <c>ask</c>.</summary>
    [JsonPropertyName("behavior")]
    public string Behavior { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// Where it comes from: <c>userSettings</c>, <c>projectSettings</c>, <c>localSettings</c>, <c>flagSettings</c>, <c>policySettings</c>,
    /// <c>cliArg</c> (options), <c>session</c> (granted during the session), <c>command</c>, and others.
    /// </summary>
    [JsonPropertyName("source")]
    public string Source { get; init => field = value ?? ""; } = "";

    /// <summary>The rule word for word, for example <c>Bash(git *)</c>. It may hold control characters: escape it before you show it.</summary>
    [JsonPropertyName("rule")]
    public string Rule { get; init => field = value ?? ""; } = "";

    /// <summary>The rule in plain words; null when the CLI has none.</summary>
    [JsonPropertyName("description")]
    public PermissionRuleDescription? Description { get; init; }

    /// <summary><c>persistent</c> (in a settings file), <c>session</c> (until the session ends) or <c>readonly</c>.</summary>
    [JsonPropertyName("editability")]
    public string Editability { get; init => field = value ?? ""; } = "";

    /// <summary>True when an organisation's settings switch it off.</summary>
    [JsonPropertyName("notInEffect")]
    public bool IsNotInEffect { get; init; }
}

/// <summary>A permission rule in plain words, with the part that matters most set apart.</summary>
public sealed record PermissionRuleDescription : OpenRecord
{
    /// <summary>What stands before.</summary>
    [JsonPropertyName("prefix")]
    public string Prefix { get; init => field = value ?? ""; } = "";

    /// <summary>The part that matters most.</summary>
    [JsonPropertyName("emphasis")]
    public string Emphasis { get; init => field = value ?? ""; } = "";

    /// <summary>What stands after.</summary>
    [JsonPropertyName("suffix")]
    public string Suffix { get; init => field = value ?? ""; } = "";

    /// <summary>The whole sentence.</summary>
    /// <returns>All three parts.</returns>
    public override string ToString() => Prefix + Emphasis + Suffix;
}

/// <summary>A folder that may be used beside the working folder.</summary>
public sealed record WorkspaceDirectory : OpenRecord
{
    /// <summary>The folder.</summary>
    [JsonPropertyName("path")]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>Who granted it: a source of settings, <c>cliArg</c> (options) or <c>session</c>.</summary>
    [JsonPropertyName("source")]
    public string Source { get; init => field = value ?? ""; } = "";
}
