namespace Nexus.Claude.Diagnostics;

/// <summary>Names and values of OpenTelemetry's conventions for generative AI, and of our own where they have none.</summary>
internal static class GenAi
{
    public const string Operation = "gen_ai.operation.name";
    public const string Provider = "gen_ai.provider.name";
    public const string Agent = "gen_ai.agent.name";
    public const string Conversation = "gen_ai.conversation.id";
    public const string RequestModel = "gen_ai.request.model";
    public const string ResponseModel = "gen_ai.response.model";
    public const string ResponseId = "gen_ai.response.id";
    public const string FinishReasons = "gen_ai.response.finish_reasons";
    public const string OutputType = "gen_ai.output.type";
    public const string InputTokens = "gen_ai.usage.input_tokens";
    public const string OutputTokens = "gen_ai.usage.output_tokens";
    public const string CacheReadTokens = "gen_ai.usage.cache_read.input_tokens";
    public const string CacheCreationTokens = "gen_ai.usage.cache_creation.input_tokens";
    public const string TokenType = "gen_ai.token.type";
    public const string ToolName = "gen_ai.tool.name";
    public const string ToolCallId = "gen_ai.tool.call.id";
    public const string ToolArguments = "gen_ai.tool.call.arguments";
    public const string ToolResult = "gen_ai.tool.call.result";
    public const string InputMessages = "gen_ai.input.messages";
    public const string OutputMessages = "gen_ai.output.messages";
    public const string ErrorType = "error.type";

    public const string PromptId = "nexus.claude.prompt.id";
    public const string ApiTurns = "nexus.claude.turn.count";
    public const string CostUsd = "nexus.claude.cost_usd";
    public const string CliVersion = "nexus.claude.cli.version";
    public const string ProcessId = "process.pid";
    public const string ExitCode = "process.exit.code";
    public const string Subtype = "nexus.claude.request.subtype";

    public const string InvokeAgent = "invoke_agent";
    public const string ExecuteTool = "execute_tool";
    public const string Connect = "nexus.claude.connect";
    public const string Anthropic = "anthropic";
}
