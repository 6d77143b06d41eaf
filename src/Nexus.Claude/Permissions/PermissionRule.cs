using System.Text.Json;
using Nexus.Claude.Cli;
using Nexus.Claude.Permissions;

namespace Nexus.Claude;

/// <summary>A permission rule, such as <c>Read</c> or <c>Bash(git *)</c>.</summary>
/// <param name="ToolName">The tool, or <c>mcp__server</c> for all tools of a server.</param>
/// <param name="Content">What stands in parentheses; null when the rule is for every call of the tool.</param>
public sealed record PermissionRule(string ToolName, string? Content = null) : OpenRecord
{
    /// <summary>Reads the form <c>Tool</c> or <c>Tool(content)</c>.</summary>
    /// <param name="rule">The rule.</param>
    /// <returns>The rule in its parts.</returns>
    /// <exception cref="FormatException">The text is not of that form.</exception>
    public static PermissionRule Parse(string rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (ToolRule.Mistake(rule) is { } mistake)
            throw new FormatException($"The permission rule '{rule}' {mistake}.");
        var open = rule.IndexOf('(', StringComparison.Ordinal);
        return open < 0 ? new PermissionRule(rule) : new PermissionRule(rule[..open], rule[(open + 1)..^1]);
    }

    /// <summary>The rule as settings and the command line write it.</summary>
    /// <returns><c>Tool</c> or <c>Tool(content)</c>.</returns>
    public override string ToString() => Content is null ? ToolName : $"{ToolName}({Content})";

    internal static PermissionRule Read(JsonElement json)
    {
        if (PermissionJson.Text(json, "toolName") is not { } tool)
            throw new JsonException("A permission rule has no 'toolName'.");
        return new PermissionRule(tool, PermissionJson.Text(json, "ruleContent")) { AdditionalProperties = PermissionJson.Rest(json, "toolName", "ruleContent") };
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("toolName"u8, ToolName);
        if (Content is not null)
            json.WriteString("ruleContent"u8, Content);
        PermissionJson.WriteRest(json, AdditionalProperties);
        json.WriteEndObject();
    }
}
