using System.Diagnostics.CodeAnalysis;

namespace Nexus.Claude.Testing;

/// <summary>One tool call that the scripted model asks for.</summary>
/// <param name="Name">The tool's name as the CLI offers it, such as <c>Bash</c> or <c>mcp__calc__add</c>.</param>
/// <param name="InputJson">The tool's input: the text of one JSON object.</param>
/// <param name="Id">The <c>tool_use</c> id; null makes one that is unique within the API's life.</param>
public sealed record ToolCall(string Name, [StringSyntax(StringSyntaxAttribute.Json)] string InputJson, string? Id = null);
