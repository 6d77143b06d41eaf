using System.Text.Json;
using Nexus.Claude.Permissions;

namespace Nexus.Claude;

/// <summary>
/// The CLI's question whether a tool may run (<c>can_use_tool</c>). Texts in it come from the model, from settings and from MCP servers:
/// escape them before they are shown.
/// </summary>
public sealed partial record ToolPermissionRequest
{
    /// <summary>The tool, for example <c>Bash</c> or <c>mcp__server__tool</c>.</summary>
    public required string ToolName { get; init; }

    /// <summary>What the model wants to call the tool with, a JSON object.</summary>
    public JsonElement Input { get => EmptyJson.ObjectIfUndefined(field); init; }

    /// <summary>The id of the call, as in <see cref="ToolUseBlock.Id"/>; empty when the CLI sent none.</summary>
    public string ToolUseId { get; init; } = "";

    /// <summary>The id of the subagent that calls; null for the main conversation.</summary>
    public string? AgentId { get; init; }

    /// <summary>What the CLI would change for "do not ask again". Give some or all of it back with the decision. Empty for none.</summary>
    public IReadOnlyList<PermissionUpdate> Suggestions { get; init => field = value ?? []; } = [];

    /// <summary>The path that needs permission; null when it is not a matter of a path.</summary>
    public string? BlockedPath { get; init; }

    /// <summary>Why the CLI asks, in words; may hold ANSI escapes. Null when it does not say.</summary>
    public string? DecisionReason { get; init; }

    /// <summary>Why the CLI asks; empty when it does not say.</summary>
    public PermissionReasonType DecisionReasonType { get; init; }

    /// <summary>The whole question in one sentence; null when the CLI has none.</summary>
    public string? Title { get; init; }

    /// <summary>A short name of the action, for a button; null when the CLI has none.</summary>
    public string? DisplayName { get; init; }

    /// <summary>What the call is about, in a few words; null when the CLI has none.</summary>
    public string? Description { get; init; }

    /// <summary>The MCP server of the tool; null for built-in tools and CLIs that do not say.</summary>
    public ToolMcpServer? McpServer { get; init; }

    /// <summary>The ask rule of the settings that wants this question to be put to a person; null for none.</summary>
    public MatchedAskRule? MatchedAskRule { get; init; }

    /// <summary>True when a plain yes or no is no answer, because a person must choose or read something: <see cref="Questions"/>, <see cref="IsPlan"/>.</summary>
    public bool RequiresUserInteraction { get; init; }

    /// <summary>False when a safety check of the call needs a person, true when none does, null when there was no such check.</summary>
    public bool? ClassifierApprovable { get; init; }

    /// <summary>True when no "do not ask again" may be offered.</summary>
    public bool SuppressAlwaysAllowRule { get; init; }

    /// <summary>True when the question must not be answered yes by a single key.</summary>
    public bool DefaultToNo { get; init; }

    /// <summary>The whole request as it came; undefined for one that did not come from a CLI.</summary>
    public JsonElement Raw { get; init; }

    /// <summary>
    /// True when a person should decide, not a rule: <see cref="RequiresUserInteraction"/>, a <see cref="MatchedAskRule"/>, or a safety check.
    /// The allowing policies of <see cref="PermissionPolicy"/> have no opinion on such requests.
    /// </summary>
    public bool WantsPerson =>
        RequiresUserInteraction || MatchedAskRule is not null || DecisionReasonType == PermissionReasonType.SafetyCheck || ClassifierApprovable is not null;

    /// <summary>A text member of <see cref="Input"/>.</summary>
    /// <param name="name">Its name, for example <c>command</c> or <c>file_path</c>.</param>
    /// <returns>The text; null when it is absent or no string.</returns>
    public string? InputText(string name) => PermissionJson.Text(Input, name);

    internal static ToolPermissionRequest Read(JsonElement json)
    {
        var input = PermissionJson.Member(json, "input");
        return new ToolPermissionRequest
        {
            ToolName = PermissionJson.Text(json, "tool_name") ?? throw new JsonException("The request names no tool."),
            Input = input.ValueKind == JsonValueKind.Object ? input : default,
            ToolUseId = PermissionJson.Text(json, "tool_use_id") ?? "",
            AgentId = PermissionJson.Text(json, "agent_id"),
            Suggestions = [.. PermissionJson.Elements(PermissionJson.Member(json, "permission_suggestions")).Select(PermissionUpdate.Read)],
            BlockedPath = PermissionJson.Text(json, "blocked_path"),
            DecisionReason = PermissionJson.Text(json, "decision_reason"),
            DecisionReasonType = new PermissionReasonType(PermissionJson.Text(json, "decision_reason_type") ?? ""),
            Title = PermissionJson.Text(json, "title"),
            DisplayName = PermissionJson.Text(json, "display_name"),
            Description = PermissionJson.Text(json, "description"),
            McpServer = PermissionJson.Member(json, "mcp_server") is { ValueKind: JsonValueKind.Object } server
                ? new ToolMcpServer
                {
                    Name = PermissionJson.Text(server, "name") ?? "",
                    Source = PermissionJson.Text(server, "source") ?? "",
                    AdditionalProperties = PermissionJson.Rest(server, "name", "source"),
                }
                : null,
            MatchedAskRule = PermissionJson.Member(json, "matched_ask_rule") is { ValueKind: JsonValueKind.Object } rule
                ? new MatchedAskRule(
                    PermissionJson.Text(rule, "source") ?? "",
                    new PermissionRule(PermissionJson.Text(rule, "tool_name") ?? "", PermissionJson.Text(rule, "rule_content")))
                : null,
            RequiresUserInteraction = PermissionJson.Flag(json, "requires_user_interaction") ?? false,
            ClassifierApprovable = PermissionJson.Flag(json, "classifier_approvable"),
            SuppressAlwaysAllowRule = PermissionJson.Flag(json, "suppress_always_allow_rule") ?? false,
            DefaultToNo = PermissionJson.Flag(json, "default_to_no") ?? false,
            Raw = json,
        };
    }
}

/// <summary>The ask rule that led to a question.</summary>
/// <param name="Source">Where the rule stands.</param>
/// <param name="Rule">The rule.</param>
public sealed record MatchedAskRule(string Source, PermissionRule Rule);
