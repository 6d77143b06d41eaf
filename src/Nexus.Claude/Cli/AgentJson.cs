using System.Globalization;
using System.Text.Json;

namespace Nexus.Claude.Cli;

/// <summary>Agents as <c>initialize</c> carries them (camelCase).</summary>
internal static class AgentJson
{
    public static void Write(Utf8JsonWriter writer, AgentDefinition agent)
    {
        writer.WriteStartObject();
        writer.WriteString("description", agent.Description);
        writer.WriteString("prompt", agent.Prompt);
        writer.Optional("tools", agent.Tools);
        writer.Optional("disallowedTools", agent.DisallowedTools);
        writer.Optional("model", agent.Model);
        WriteServers(writer, agent.McpServers);
        writer.Optional("skills", agent.Skills);
        writer.Optional("initialPrompt", agent.InitialPrompt);
        writer.Optional("maxTurns", agent.MaxTurns);
        writer.Optional("background", agent.Background);
        writer.Optional("memory", agent.Memory?.Value);
        WriteEffort(writer, agent.Effort);
        writer.Optional("permissionMode", agent.PermissionMode?.Value);
        writer.Optional("omitClaudeMd", agent.OmitClaudeMd);
        writer.Optional("autoCompactWindow", agent.AutoCompactWindow);
        writer.Optional("observer", agent.Observer);
        writer.Optional("observerMessage", agent.ObserverMessage);
        writer.Optional("criticalSystemReminder_EXPERIMENTAL", agent.CriticalSystemReminder);
        writer.WriteEndObject();
    }

    private static void WriteEffort(Utf8JsonWriter writer, EffortLevel? effort)
    {
        if (effort is not { } level)
            return;
        if (int.TryParse(level.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            writer.WriteNumber("effort", number);
        else
            writer.WriteString("effort", level.Value);
    }

    private static void WriteServers(Utf8JsonWriter writer, IReadOnlyList<AgentMcpServer>? servers)
    {
        if (servers is null)
            return;
        writer.WriteStartArray("mcpServers");
        foreach (AgentMcpServer server in servers)
        {
            if (server.Server is null)
                writer.WriteStringValue(server.Name);
            else
                McpServerJson.WriteMap(writer, [new(server.Name, server.Server)]);
        }

        writer.WriteEndArray();
    }
}
