using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The hooks of settings files and plugins, as <c>/hooks</c> shows them.</summary>
public sealed record HooksListing : OpenRecord
{
    /// <summary>The events that have hooks.</summary>
    [JsonPropertyName("events")]
    public IReadOnlyList<ListedHookEvent> Events { get; init => field = value ?? []; } = [];

    /// <summary>The hooks.</summary>
    [JsonPropertyName("hooks")]
    public IReadOnlyList<ListedHook> Hooks { get; init => field = value ?? []; } = [];

    /// <summary>All events that this CLI knows.</summary>
    [JsonPropertyName("eventCatalog")]
    public IReadOnlyList<ListedHookEvent> EventCatalog { get; init => field = value ?? []; } = [];

    /// <summary>What an organisation's settings say about hooks.</summary>
    [JsonPropertyName("policy")]
    public HooksPolicy Policy { get; init => field = value ?? new(); } = new();

    /// <summary>Set when the CLI runs in safe mode.</summary>
    [JsonPropertyName("safeMode")]
    public RestrictedHooksMode? SafeMode { get; init; }

    /// <summary>Set when the CLI runs bare, without hooks of settings files and of the user's plugins.</summary>
    [JsonPropertyName("bareMode")]
    public RestrictedHooksMode? BareMode { get; init; }

    /// <summary>Settings files that were left out because they are damaged; their hooks are neither listed nor run.</summary>
    [JsonPropertyName("errors")]
    public IReadOnlyList<SettingsError> Errors { get; init => field = value ?? []; } = [];
}

/// <summary>An event that hooks can be set on.</summary>
public sealed record ListedHookEvent : OpenRecord
{
    /// <summary>Its name, for example <c>PreToolUse</c>.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>When it happens, for people.</summary>
    [JsonPropertyName("summary")]
    public string Summary { get; init => field = value ?? ""; } = "";

    /// <summary>True when its hooks can be limited by a matcher.</summary>
    [JsonPropertyName("supportsMatcher")]
    public bool SupportsMatcher { get; init; }

    /// <summary>How many hooks it has; null in <see cref="HooksListing.EventCatalog"/>, which does not count.</summary>
    [JsonPropertyName("hookCount")]
    public int? HookCount { get; init; }
}

/// <summary>A hook. Its texts have control characters made visible.</summary>
public sealed record ListedHook : OpenRecord
{
    /// <summary>The event.</summary>
    [JsonPropertyName("event")]
    public string Event { get; init => field = value ?? ""; } = "";

    /// <summary>The matcher; empty for none.</summary>
    [JsonPropertyName("matcher")]
    public string Matcher { get; init => field = value ?? ""; } = "";

    /// <summary>Where it is set, for example <c>userSettings</c> or <c>pluginHook</c>.</summary>
    [JsonPropertyName("source")]
    public string Source { get; init => field = value ?? ""; } = "";

    /// <summary>The same for people.</summary>
    [JsonPropertyName("sourceLabel")]
    public string SourceLabel { get; init => field = value ?? ""; } = "";

    /// <summary>The plugin it comes from; null when from none.</summary>
    [JsonPropertyName("pluginName")]
    public string? PluginName { get; init; }

    /// <summary>What it is: <c>command</c>, <c>prompt</c>, <c>agent</c>, <c>http</c>, <c>mcp_tool</c>.</summary>
    [JsonPropertyName("type")]
    public string HookType { get; init => field = value ?? ""; } = "";

    /// <summary>One line for a list.</summary>
    [JsonPropertyName("displayText")]
    public string DisplayText { get; init => field = value ?? ""; } = "";

    /// <summary>What runs: the command, the prompt, the address.</summary>
    [JsonPropertyName("commandText")]
    public string CommandText { get; init => field = value ?? ""; } = "";

    /// <summary>What to call that, for people.</summary>
    [JsonPropertyName("contentLabel")]
    public string ContentLabel { get; init => field = value ?? ""; } = "";

    /// <summary>The condition; null for none.</summary>
    [JsonPropertyName("condition")]
    public string? Condition { get; init; }

    /// <summary>How long it may run; null for the CLI's default.</summary>
    [JsonPropertyName("timeout")]
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? Timeout { get; init; }

    /// <summary>What is shown while it runs; null for nothing of its own.</summary>
    [JsonPropertyName("statusMessage")]
    public string? StatusMessage { get; init; }

    /// <summary>True when it runs once and is then removed.</summary>
    [JsonPropertyName("runsOnce")]
    public bool RunsOnce { get; init; }

    /// <summary>True when nobody waits for it.</summary>
    [JsonPropertyName("runsInBackground")]
    public bool RunsInBackground { get; init; }

    /// <summary>True when the mode or an organisation's settings keep it from running.</summary>
    [JsonPropertyName("disabled")]
    public bool IsDisabled { get; init; }

    /// <summary>The entry as it is stored, raw JSON with <c>matcher</c> and <c>config</c>; null when this session may not change it.</summary>
    [JsonPropertyName("editable")]
    public JsonElement? Editable { get; init; }
}

/// <summary>What an organisation's settings say about hooks.</summary>
public sealed record HooksPolicy : OpenRecord
{
    /// <summary>True when the organisation switches all hooks off.</summary>
    [JsonPropertyName("disabledByPolicy")]
    public bool IsDisabledByPolicy { get; init; }

    /// <summary>True when only the organisation's hooks run. They are not listed.</summary>
    [JsonPropertyName("managedOnly")]
    public bool IsManagedOnly { get; init; }

    /// <summary>True when hooks may come from plugins only.</summary>
    [JsonPropertyName("pluginOnly")]
    public bool IsPluginOnly { get; init; }

    /// <summary>True when hooks are switched off, whoever did it.</summary>
    [JsonPropertyName("allDisabled")]
    public bool AreAllDisabled { get; init; }

    /// <summary>How many hooks the organisation has set.</summary>
    [JsonPropertyName("policyHookCount")]
    public int PolicyHookCount { get; init; }

    /// <summary>True when the organisation's settings exist but cannot be read.</summary>
    [JsonPropertyName("policyUnreadable")]
    public bool IsPolicyUnreadable { get; init; }
}

/// <summary>A mode of the CLI that keeps hooks from running.</summary>
public sealed record RestrictedHooksMode : OpenRecord
{
    /// <summary>How to leave the mode, for people.</summary>
    [JsonPropertyName("exitHint")]
    public string ExitHint { get; init => field = value ?? ""; } = "";

    /// <summary>True when the organisation's hooks run all the same; null when the mode does not say.</summary>
    [JsonPropertyName("managedHooksStillApply")]
    public bool? ManagedHooksStillApply { get; init; }
}
