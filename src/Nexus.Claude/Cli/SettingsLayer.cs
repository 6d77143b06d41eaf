using System.Text.Json.Nodes;

namespace Nexus.Claude.Cli;

/// <summary>
/// What the options say about settings and permission rules, sorted by the way it reaches the CLI: settings by <c>initialize</c> or as a
/// file, allow rules on the command line, deny rules in <c>initialize</c>. A rule that the CLI's splitting of lists would break, and allow
/// rules too many for a command line, go into the settings, where they are whole.
/// </summary>
internal sealed class SettingsLayer
{
    /// <summary>The whole command line of Windows has 32,767 characters, so a list gets a quarter.</summary>
    internal const int LongestAllowList = 8 * 1024;

    private SettingsLayer(JsonObject? inline, string? path, IReadOnlyList<string> allowed, IReadOnlyList<string> denied)
    {
        Inline = inline;
        Path = path;
        AllowedTools = allowed;
        DisallowedTools = denied;
    }

    /// <summary>The settings to send in <c>initialize</c>; null for none.</summary>
    public JsonObject? Inline { get; }

    /// <summary>The settings file to name on the command line; null for none. Never together with <see cref="Inline"/>: the CLI refuses that.</summary>
    public string? Path { get; }

    /// <summary>The rules for <c>--allowedTools</c>.</summary>
    public IReadOnlyList<string> AllowedTools { get; }

    /// <summary>The rules for <c>initialize.disallowedTools</c>.</summary>
    public IReadOnlyList<string> DisallowedTools { get; }

    /// <summary>Sorts, reading the settings file when something must be merged into it.</summary>
    /// <param name="options">The options.</param>
    /// <param name="mistakes">Gets a sentence for each thing that is wrong.</param>
    public static SettingsLayer Resolve(ClaudeOptions options, List<string> mistakes) =>
        // Most programs say nothing, and to sort loads much on the way to the first process.
        options is { AllowedTools.Count: 0, DisallowedTools.Count: 0, Skills: null, Sandbox: null, Settings: null }
            ? new SettingsLayer(null, null, [], [])
            : Sort(options, mistakes);

    private static SettingsLayer Sort(ClaudeOptions options, List<string> mistakes)
    {
        List<string> allow = AllowRules(options);
        int length = 0;
        foreach (string rule in allow)
            length += rule.Length + 1;
        bool fits = length <= LongestAllowList;
        List<string> deny = new List<string>(options.DisallowedTools).FindAll(rule => rule is not null);

        // Not ToLookup: grouping by a bool compiles two dozen methods when a program first connects.
        List<string> allowed = allow.FindAll(rule => fits && ToolRule.SurvivesSplitting(rule));
        List<string> denied = deny.FindAll(ToolRule.SurvivesSplitting);
        List<string> mergedAllow = allow.FindAll(rule => !fits || !ToolRule.SurvivesSplitting(rule));
        List<string> mergedDeny = deny.FindAll(rule => !ToolRule.SurvivesSplitting(rule));
        bool merges = options.Sandbox is not null || mergedAllow.Count > 0 || mergedDeny.Count > 0;
        if (!merges && options.Settings?.Path is { } path)
        {
            string file = OptionPaths.Full(options, path);
            if (!File.Exists(file))
                mistakes.Add($"Settings names the file '{file}', which does not exist.");
            return new SettingsLayer(null, file, allowed, denied);
        }

        JsonObject? settings = Read(options, options.Settings, nameof(ClaudeOptions.Settings), mistakes);
        if (merges)
            settings ??= [];
        if (settings is not null)
        {
            if (options.Sandbox is not null)
                MergeSandbox(settings, options.Sandbox, mistakes);
            AddRules(settings, "allow", mergedAllow, mistakes);
            AddRules(settings, "deny", mergedDeny, mistakes);
        }

        return new SettingsLayer(settings, null, allowed, denied);
    }

    /// <summary>A copy of the settings, read from their file where they are one; null for none and for a mistake.</summary>
    public static JsonObject? Read(ClaudeOptions options, ClaudeSettings? settings, string property, List<string> mistakes)
    {
        if (settings is null)
            return null;
        string name = property;
        JsonObjectText? content = settings.Content;
        if (settings.Path is { } path)
        {
            string file = OptionPaths.Full(options, path);
            name = $"{property} (the file '{file}')";
            try
            {
                content = JsonObjectText.Parse(File.ReadAllBytes(file));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                mistakes.Add($"{property} names the file '{file}', which cannot be read: {exception.Message}");
                return null;
            }
        }

        if (content!.Mistake is { } mistake)
            mistakes.Add($"{name} {mistake}; give one JSON object, as a settings.json file holds.");
        return (JsonObject?)content.Value?.DeepClone();
    }

    private static List<string> AllowRules(ClaudeOptions options)
    {
        List<string> rules = new List<string>(options.AllowedTools).FindAll(rule => rule is not null);
        if (options.Skills is { } skills)
            rules.AddRange(skills.IsAll ? ["Skill"] : skills.Names.Select(name => $"Skill({name})"));
        return rules.Count > 1 ? [.. rules.Distinct(StringComparer.Ordinal)] : rules;
    }

    private static void MergeSandbox(JsonObject settings, SandboxOptions sandbox, List<string> mistakes)
    {
        if (settings["sandbox"] is { } existing and not JsonObject)
        {
            mistakes.Add($"Settings holds a 'sandbox' that is no JSON object ({existing.GetValueKind()}), so Sandbox cannot be merged into it.");
            return;
        }

        settings["sandbox"] = SandboxMerge.Merge(settings["sandbox"] as JsonObject, SandboxJson.ToObject(sandbox));
    }

    private static void AddRules(JsonObject settings, string list, IEnumerable<string> rules, List<string> mistakes)
    {
        if (!rules.Any())
            return;
        settings["permissions"] ??= new JsonObject();
        if (settings["permissions"] is not JsonObject permissions || (permissions[list] ??= new JsonArray()) is not JsonArray existing)
        {
            mistakes.Add($"Settings holds 'permissions' without a usable list '{list}', so the tool rules of the options cannot be added to it.");
            return;
        }

        foreach (string rule in rules)
            existing.Add((JsonNode)rule);
    }
}
