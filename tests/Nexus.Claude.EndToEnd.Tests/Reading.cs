namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>Picks what a test looks at out of a stream of messages.</summary>
internal static class Reading
{
    public static ResultMessage Result(this IEnumerable<ClaudeMessage> messages) => messages.OfType<ResultMessage>().Single();

    public static InitMessage Init(this IEnumerable<ClaudeMessage> messages) => messages.OfType<InitMessage>().First();

    /// <summary>The text of the assistant's messages, joined.</summary>
    public static string AssistantText(this IEnumerable<ClaudeMessage> messages) =>
        string.Concat(messages.OfType<AssistantMessage>().Select(message => message.Text));

    public static IEnumerable<T> Blocks<T>(this IEnumerable<ClaudeMessage> messages)
        where T : ContentBlock => messages.SelectMany(message => message switch
        {
            AssistantMessage assistant => assistant.Message.Content,
            UserMessage user => user.Content,
            _ => [],
        }).OfType<T>();

    public static async IAsyncEnumerable<UserPrompt> Prompts(params string[] texts)
    {
        foreach (string text in texts)
        {
            await Task.Yield();
            yield return text;
        }
    }
}
