using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Sessions;

/// <summary>The content of messages as the CLI and the API take it.</summary>
internal static class PromptContent
{
    private static readonly IReadOnlyList<ContentBlock> Empty = [new TextBlock("(no content)")];

    /// <summary>A message for the history.</summary>
    /// <param name="message">The message.</param>
    /// <param name="model">The model that is to have said it.</param>
    /// <returns>The message.</returns>
    public static HistoryMessage AsHistory(TurnMessage message, string model) => message.Role == TurnRole.Assistant
        ? HistoryMessage.Assistant(ClientTools.WithFullNames(Of(message))) with { Model = model }
        : HistoryMessage.User(Of(message)) with { Verbatim = true };

    /// <summary>The prompt of a turn.</summary>
    /// <param name="message">The last message of the request.</param>
    /// <returns>The prompt. It is never taken for a command, nor are files read for it.</returns>
    public static UserPrompt AsPrompt(TurnMessage message) => new(Of(message)) { Verbatim = true };

    /// <summary>What the API would refuse is left out: texts of white space only, thinking without its signature.</summary>
    private static IReadOnlyList<ContentBlock> Of(TurnMessage message)
    {
        if (message.Content.Count > 0 && message.Content.All(IsTaken))
            return message.Content;
        List<ContentBlock> taken = [.. message.Content.Where(IsTaken)];
        return taken.Count > 0 ? taken : Empty;
    }

    private static bool IsTaken(ContentBlock block) => block switch
    {
        TextBlock text => !string.IsNullOrWhiteSpace(text.Text),
        ThinkingBlock thinking => !string.IsNullOrEmpty(thinking.Signature),
        _ => true,
    };
}
