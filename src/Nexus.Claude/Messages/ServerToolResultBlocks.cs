using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>The result of a web search that ran on the API's side.</summary>
public sealed record WebSearchToolResultBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "web_search_tool_result";

    /// <summary>The tool use.</summary>
    [JsonPropertyName("tool_use_id")]
    public string ToolUseId { get; init => field = value ?? ""; } = "";

    /// <summary>The result or the error, as raw JSON: its shape is the tool's own.</summary>
    [JsonPropertyName("content")]
    public JsonElement? Content { get; init; }
}

/// <summary>The result of fetching a web page that ran on the API's side.</summary>
public sealed record WebFetchToolResultBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "web_fetch_tool_result";

    /// <summary>The tool use.</summary>
    [JsonPropertyName("tool_use_id")]
    public string ToolUseId { get; init => field = value ?? ""; } = "";

    /// <summary>The result or the error, as raw JSON: its shape is the tool's own.</summary>
    [JsonPropertyName("content")]
    public JsonElement? Content { get; init; }
}

/// <summary>The result of code that ran on the API's side.</summary>
public sealed record CodeExecutionToolResultBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "code_execution_tool_result";

    /// <summary>The tool use.</summary>
    [JsonPropertyName("tool_use_id")]
    public string ToolUseId { get; init => field = value ?? ""; } = "";

    /// <summary>The result or the error, as raw JSON: its shape is the tool's own.</summary>
    [JsonPropertyName("content")]
    public JsonElement? Content { get; init; }
}

/// <summary>The result of a shell command that ran on the API's side.</summary>
public sealed record BashCodeExecutionToolResultBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "bash_code_execution_tool_result";

    /// <summary>The tool use.</summary>
    [JsonPropertyName("tool_use_id")]
    public string ToolUseId { get; init => field = value ?? ""; } = "";

    /// <summary>The result or the error, as raw JSON: its shape is the tool's own.</summary>
    [JsonPropertyName("content")]
    public JsonElement? Content { get; init; }
}

/// <summary>The result of a text editor command that ran on the API's side.</summary>
public sealed record TextEditorCodeExecutionToolResultBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "text_editor_code_execution_tool_result";

    /// <summary>The tool use.</summary>
    [JsonPropertyName("tool_use_id")]
    public string ToolUseId { get; init => field = value ?? ""; } = "";

    /// <summary>The result or the error, as raw JSON: its shape is the tool's own.</summary>
    [JsonPropertyName("content")]
    public JsonElement? Content { get; init; }
}

/// <summary>The result of a search for tools that ran on the API's side.</summary>
public sealed record ToolSearchToolResultBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "tool_search_tool_result";

    /// <summary>The tool use.</summary>
    [JsonPropertyName("tool_use_id")]
    public string ToolUseId { get; init => field = value ?? ""; } = "";

    /// <summary>The result or the error, as raw JSON: its shape is the tool's own.</summary>
    [JsonPropertyName("content")]
    public JsonElement? Content { get; init; }
}

/// <summary>The result of asking an advisor model that ran on the API's side.</summary>
public sealed record AdvisorToolResultBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "advisor_tool_result";

    /// <summary>The tool use.</summary>
    [JsonPropertyName("tool_use_id")]
    public string ToolUseId { get; init => field = value ?? ""; } = "";

    /// <summary>The result or the error, as raw JSON: its shape is the tool's own.</summary>
    [JsonPropertyName("content")]
    public JsonElement? Content { get; init; }
}

/// <summary>A file that was put into the code execution container.</summary>
public sealed record ContainerUploadBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "container_upload";

    /// <summary>The file's id at the API.</summary>
    [JsonPropertyName("file_id")]
    public string FileId { get; init => field = value ?? ""; } = "";
}

/// <summary>A summary that the API put in place of earlier messages.</summary>
public sealed record CompactionBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "compaction";

    /// <summary>The summary.</summary>
    [JsonPropertyName("content")]
    public string? Content { get; init; }
}
