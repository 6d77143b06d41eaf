using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The settings of a session as they are now.</summary>
public sealed record SettingsSnapshot : OpenRecord
{
    /// <summary>All sources merged: a JSON object as in <c>settings.json</c>.</summary>
    [JsonPropertyName("effective")]
    public JsonElement Effective { get => EmptyJson.ObjectIfUndefined(field); init; }

    /// <summary>The sources that say anything, weakest first.</summary>
    [JsonPropertyName("sources")]
    public IReadOnlyList<SourceSettings> Sources { get; init => field = value ?? []; } = [];

    /// <summary>What they came to, with the options of the start and the changes of the session.</summary>
    [JsonPropertyName("applied")]
    public AppliedSettings Applied { get; init => field = value ?? new(); } = new();

    /// <summary>Settings files that were left out because they are damaged.</summary>
    [JsonPropertyName("errors")]
    public IReadOnlyList<SettingsError> Errors { get; init => field = value ?? []; } = [];
}

/// <summary>What one source of settings says.</summary>
public sealed record SourceSettings : OpenRecord
{
    /// <summary><c>userSettings</c>, <c>projectSettings</c>, <c>localSettings</c>, <c>flagSettings</c> or <c>policySettings</c>.</summary>
    [JsonPropertyName("source")]
    public string Source { get; init => field = value ?? ""; } = "";

    /// <summary>Its own settings, a JSON object.</summary>
    [JsonPropertyName("settings")]
    public JsonElement Settings { get => EmptyJson.ObjectIfUndefined(field); init; }
}

/// <summary>What the session runs with.</summary>
public sealed record AppliedSettings : OpenRecord
{
    /// <summary>The id of the model.</summary>
    [JsonPropertyName("model")]
    public string? Model { get; init; }

    /// <summary>The effort; null for a model without.</summary>
    [JsonPropertyName("effort")]
    public EffortLevel? Effort { get; init; }
}

/// <summary>A settings file, or a member of it, that the CLI could not use.</summary>
public sealed record SettingsError : OpenRecord
{
    /// <summary>The file; null when it is not known.</summary>
    [JsonPropertyName("file")]
    public string? File { get; init; }

    /// <summary>The member, with dots between its parts; empty when the whole file is concerned.</summary>
    [JsonPropertyName("path")]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>What is wrong, for people.</summary>
    [JsonPropertyName("message")]
    public string Message { get; init => field = value ?? ""; } = "";
}
