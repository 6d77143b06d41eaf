using System.Text.Json.Serialization;

namespace Nexus.Claude.Controls;

/// <summary>
/// How the typed answers to control requests are read: as leniently as messages, because a number in the place of a text in one member of
/// a large answer is no reason to lose it.
/// </summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 256,
    Converters =
    [
        typeof(LenientStringConverter),
        typeof(LenientInt32Converter),
        typeof(LenientInt64Converter),
        typeof(LenientDecimalConverter),
        typeof(LenientBooleanConverter),
    ])]
[JsonSerializable(typeof(CliBinaryVersion))]
[JsonSerializable(typeof(ContextUsage))]
[JsonSerializable(typeof(ConversationRewind))]
[JsonSerializable(typeof(FileContents))]
[JsonSerializable(typeof(FileRewind))]
[JsonSerializable(typeof(FileSuggestions))]
[JsonSerializable(typeof(HooksListing))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(OutputStyleReload))]
[JsonSerializable(typeof(PermissionRulesReply))]
[JsonSerializable(typeof(PluginReload))]
[JsonSerializable(typeof(SettingsSnapshot))]
[JsonSerializable(typeof(SideAnswer))]
[JsonSerializable(typeof(SkillReload))]
[JsonSerializable(typeof(TaskOutput))]
[JsonSerializable(typeof(UsageReport))]
internal sealed partial class ControlJson : JsonSerializerContext;

/// <summary>The answer to <c>list_models</c>.</summary>
internal sealed record ModelList
{
    [JsonPropertyName("models")]
    public IReadOnlyList<ModelInformation> Models { get; init => field = value ?? []; } = [];
}

/// <summary>The answer to <c>reload_output_styles</c>.</summary>
internal sealed record OutputStyleReload
{
    [JsonPropertyName("available_output_styles")]
    public IReadOnlyList<string> AvailableOutputStyles { get; init => field = value ?? []; } = [];
}

/// <summary>The answer to <c>reload_skills</c>.</summary>
internal sealed record SkillReload
{
    [JsonPropertyName("skills")]
    public IReadOnlyList<SlashCommand> Skills { get; init => field = value ?? []; } = [];
}

/// <summary>The answer to <c>list_permission_rules</c>.</summary>
internal sealed record PermissionRulesReply
{
    [JsonPropertyName("state")]
    public PermissionRules State { get; init => field = value ?? new(); } = new();
}
