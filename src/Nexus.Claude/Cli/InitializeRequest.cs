using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nexus.Claude.Cli;

/// <summary>The <c>initialize</c> request: what is too long or too secret for a command line.</summary>
internal sealed class InitializeRequest
{
    private readonly ClaudeOptions _options;
    private readonly SettingsLayer _settings;
    private readonly JsonObject? _managedSettings;

    public InitializeRequest(ClaudeOptions options, SettingsLayer settings, JsonObject? managedSettings)
    {
        _options = options;
        _settings = settings;
        _managedSettings = managedSettings;
        List<LaunchField> fields = [];
        if (options.McpServers.Count > 0)
            fields.Add(LaunchField.McpServers);
        if (options.Plugins.Count > 0)
            fields.Add(LaunchField.Plugins);
        if (settings.Inline is not null)
            fields.Add(LaunchField.Settings);
        if (settings.DisallowedTools.Count > 0)
            fields.Add(LaunchField.DisallowedTools);
        if (managedSettings is not null)
            fields.Add(LaunchField.ManagedSettings);
        LaunchFields = fields;
    }

    /// <summary>The members that the CLI must confirm.</summary>
    public IReadOnlyList<LaunchField> LaunchFields { get; }

    /// <summary>Writes the request object, <c>subtype</c> first.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="writeMore">Writes further members, for what lives outside of the options (hooks, in-process servers).</param>
    public void Write(Utf8JsonWriter writer, Action<Utf8JsonWriter>? writeMore)
    {
        writer.WriteStartObject();
        writer.WriteString("subtype", "initialize");
        WritePrompt(writer);
        if (_options.OutputSchema?.Content.Value is { } schema)
            Node(writer, "jsonSchema", schema);
        if (_options.ToolAliases.Count > 0)
            writer.Map("toolAliases", _options.ToolAliases);
        if (_options.Agents.Count > 0)
        {
            writer.WriteStartObject("agents");
            foreach ((string name, AgentDefinition agent) in _options.Agents)
            {
                writer.WritePropertyName(name);
                AgentJson.Write(writer, agent);
            }

            writer.WriteEndObject();
        }

        writer.Optional("title", _options.Title);
        if (_options.Skills is { IsAll: false } skills)
            writer.Array("skills", skills.Names);
        WriteStream(writer);
        WriteLaunchFields(writer);
        writeMore?.Invoke(writer);
        writer.WriteEndObject();
    }

    private void WritePrompt(Utf8JsonWriter writer)
    {
        switch (_options.SystemPrompt)
        {
            case SystemPrompt.CustomPrompt custom:
                writer.Array("systemPrompt", custom.Blocks);
                writer.Optional("systemPromptSnapshot", custom.Snapshot);
                break;
            case SystemPrompt.ClaudeCodePrompt preset:
                writer.Optional("appendSystemPrompt", preset.Append);
                True(writer, "excludeDynamicSections", preset.ExcludeDynamicSections);
                break;
        }

        writer.Optional("planModeInstructions", _options.PlanModeInstructions);
    }

    private void WriteStream(Utf8JsonWriter writer)
    {
        True(writer, "promptSuggestions", _options.PromptSuggestions);
        True(writer, "agentProgressSummaries", _options.AgentProgressSummaries);
        True(writer, "forwardSubagentText", _options.ForwardSubagentText);
        True(writer, "perTaskStopAffordance", _options.PerTaskStopAffordance);
        if (_options.SupportedDialogKinds.Count > 0)
            writer.Array("supportedDialogKinds", _options.SupportedDialogKinds);
    }

    private void WriteLaunchFields(Utf8JsonWriter writer)
    {
        if (_options.McpServers.Count > 0)
        {
            writer.WritePropertyName(LaunchField.McpServers.Member);
            McpServerJson.WriteMap(writer, _options.McpServers);
        }

        if (_options.Plugins.Count > 0)
        {
            writer.WriteStartArray(LaunchField.Plugins.Member);
            foreach (PluginOptions plugin in _options.Plugins)
            {
                writer.WriteStartObject();
                writer.WriteString("type", "local");
                writer.WriteString("path", OptionPaths.Full(_options, plugin.Path));
                True(writer, "skipMcpDiscovery", plugin.SkipMcpDiscovery);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (_settings.Inline is { } settings)
            Node(writer, LaunchField.Settings.Member, settings);
        if (_settings.DisallowedTools.Count > 0)
            writer.Array(LaunchField.DisallowedTools.Member, _settings.DisallowedTools);
        if (_managedSettings is not null)
            Node(writer, LaunchField.ManagedSettings.Member, _managedSettings);
    }

    private static void Node(Utf8JsonWriter writer, string name, JsonNode value)
    {
        writer.WritePropertyName(name);
        value.WriteTo(writer);
    }

    private static void True(Utf8JsonWriter writer, string name, bool value)
    {
        if (value)
            writer.WriteBoolean(name, true);
    }
}
