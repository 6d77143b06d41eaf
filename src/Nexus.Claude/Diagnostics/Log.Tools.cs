using Microsoft.Extensions.Logging;

namespace Nexus.Claude.Diagnostics;

/// <content>Tools and MCP.</content>
internal static partial class Log
{
    [LoggerMessage(180, LogLevel.Error, "The in-process MCP server '{Server}' failed")]
    public static partial void ToolServerFailed(this ILogger logger, string server, Exception failure);

    [LoggerMessage(181, LogLevel.Debug, "The in-process MCP server '{Server}' could not deliver '{Method}'")]
    public static partial void ToolServerNotificationLost(this ILogger logger, string server, string method, Exception failure);

    [LoggerMessage(182, LogLevel.Warning, "Tools were still running {Grace} after their session had ended and they had been told to stop")]
    public static partial void ToolsOutlivedSession(this ILogger logger, TimeSpan grace);

    [LoggerMessage(183, LogLevel.Warning, "The callback for the user's answer to '{Question}' threw, which counts as no answer")]
    public static partial void UserQuestionFailed(this ILogger logger, string question, Exception failure);
}
