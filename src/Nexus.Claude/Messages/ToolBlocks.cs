using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The model wants to use a tool.</summary>
public sealed record ToolUseBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "tool_use";

    /// <summary>The tool use; its result carries the same id.</summary>
    [JsonPropertyName("id")]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>The tool, for example <c>Bash</c> or <c>mcp__server__tool</c>.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The arguments. Empty in the first event of a stream: they follow in pieces.</summary>
    [JsonPropertyName("input")]
    public JsonElement Input { get => EmptyJson.ObjectIfUndefined(field); init; }

    /// <summary>Who called the tool when not the model itself, as raw JSON.</summary>
    [JsonPropertyName("caller")]
    public JsonElement? Caller { get; init; }
}

/// <summary>The model uses a tool that runs on the API's side.</summary>
public sealed record ServerToolUseBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "server_tool_use";

    /// <summary>The tool use; its result carries the same id.</summary>
    [JsonPropertyName("id")]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>The tool, for example <c>web_search</c>.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The arguments.</summary>
    [JsonPropertyName("input")]
    public JsonElement Input { get => EmptyJson.ObjectIfUndefined(field); init; }
}

/// <summary>The model uses a tool of an MCP server that the API talks to.</summary>
public sealed record McpToolUseBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "mcp_tool_use";

    /// <summary>The tool use; its result carries the same id.</summary>
    [JsonPropertyName("id")]
    public string Id { get; init => field = value ?? ""; } = "";

    /// <summary>The tool.</summary>
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>The server.</summary>
    [JsonPropertyName("server_name")]
    public string ServerName { get; init => field = value ?? ""; } = "";

    /// <summary>The arguments.</summary>
    [JsonPropertyName("input")]
    public JsonElement Input { get => EmptyJson.ObjectIfUndefined(field); init; }
}

/// <summary>The result of a tool use.</summary>
public sealed record ToolResultBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "tool_result";

    /// <summary>The tool use.</summary>
    [JsonPropertyName("tool_use_id")]
    public string ToolUseId { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// What the model gets. A plain string on the wire is one <see cref="TextBlock"/> here and is written as a string again.
    /// </summary>
    [JsonPropertyName("content")]
    [JsonConverter(typeof(ContentListConverter))]
    public IReadOnlyList<ContentBlock> Content { get; init => field = value ?? []; } = [];

    /// <summary>True when the tool failed or was refused.</summary>
    [JsonIgnore]
    public bool IsError
    {
        get => WireIsError ?? false;
        init => WireIsError = value;
    }

    [JsonInclude]
    [JsonPropertyName("is_error")]
    internal bool? WireIsError { get; init; }

    /// <summary>The text blocks of <see cref="Content"/>, joined; empty when there is none.</summary>
    [JsonIgnore]
    public string Text => ContentText.Join(Content);
}

/// <summary>The result of a tool of an MCP server that the API talks to.</summary>
public sealed record McpToolResultBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "mcp_tool_result";

    /// <summary>The tool use.</summary>
    [JsonPropertyName("tool_use_id")]
    public string ToolUseId { get; init => field = value ?? ""; } = "";

    /// <summary>
    /// What the model gets. A plain string on the wire is one <see cref="TextBlock"/> here and is written as a string again.
    /// </summary>
    [JsonPropertyName("content")]
    [JsonConverter(typeof(ContentListConverter))]
    public IReadOnlyList<ContentBlock> Content { get; init => field = value ?? []; } = [];

    /// <summary>True when the tool failed.</summary>
    [JsonIgnore]
    public bool IsError
    {
        get => WireIsError ?? false;
        init => WireIsError = value;
    }

    [JsonInclude]
    [JsonPropertyName("is_error")]
    internal bool? WireIsError { get; init; }

    /// <summary>The text blocks of <see cref="Content"/>, joined; empty when there is none.</summary>
    [JsonIgnore]
    public string Text => ContentText.Join(Content);
}
