using Nexus.Claude.Memory;

namespace MemoryChat;

/// <summary>Reads lines: those with a slash are commands, all others go to Claude.</summary>
internal sealed class Commands(Chat chat, ClaudeMemory memory, string path)
{
    private const int Listed = 10;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine($"Memory: {Path.GetFullPath(path)}, {await memory.CountMessagesAsync(cancellationToken: cancellationToken)} messages. /help lists the commands.");
        while (await Lines.ReadAsync(cancellationToken) is { } line && line != "/quit")
        {
            if (line.StartsWith('/'))
                await ObeyAsync(line.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), cancellationToken);
            else if (line.Length > 0)
                await chat.SayAsync(line, cancellationToken);
        }

        await memory.FlushAsync(cancellationToken);
    }

    private Task ObeyAsync(string[] command, CancellationToken cancellationToken)
    {
        switch (command)
        {
            case ["/help"]:
                Console.WriteLine("""
                    /context      what was put beside the last prompt, and why
                    /history      what was said in this conversation
                    /stats        how much is remembered
                    /clear        a new conversation; the memory keeps the old one
                    /resume       earlier conversations; /resume 2 takes up the second
                    /quit         leave, as the end of the input does
                    """);
                return Task.CompletedTask;
            case ["/context"]:
                ContextReport.Print(chat.Recalled);
                return Task.CompletedTask;
            case ["/history"]:
                return PrintAsync(chat.Conversation, cancellationToken);
            case ["/stats"]:
                return PrintStatsAsync(cancellationToken);
            case ["/clear"]:
                Console.WriteLine("A new conversation. What was said before is remembered.");
                return chat.ClearAsync();
            case ["/resume"]:
                return ListAsync(cancellationToken);
            case ["/resume", var number]:
                return ResumeAsync(number, cancellationToken);
            default:
                Console.WriteLine($"There is no {string.Join(' ', command)}. /help lists the commands.");
                return Task.CompletedTask;
        }
    }

    private async Task PrintAsync(string conversation, CancellationToken cancellationToken)
    {
        var page = await memory.LoadConversationAsync(conversation, cancellationToken: cancellationToken);
        if (page.HasMore)
            Console.WriteLine($"The last {page.Messages.Count} of {page.TotalCount} messages:");
        foreach (var message in page.Messages)
            Console.WriteLine($"{message.CreatedAt.ToLocalTime():HH:mm} {message.Role.Value}: {ContextReport.Line(message)}");
        if (page.TotalCount == 0)
            Console.WriteLine("Nothing was said yet.");
    }

    private async Task PrintStatsAsync(CancellationToken cancellationToken)
    {
        var all = await memory.ListConversationsAsync(int.MaxValue, cancellationToken: cancellationToken);
        Console.WriteLine($"Messages: {await memory.CountMessagesAsync(cancellationToken: cancellationToken)}. Conversations: {all.Count}. File: {new FileInfo(path).Length / 1024} KiB.");
        Console.WriteLine($"This one: {await memory.CountMessagesAsync(chat.Conversation, cancellationToken)} messages, {chat.Turns} turns, ${chat.CostUsd:0.0000}.");
    }

    private async Task<IReadOnlyList<MemoryConversation>> EarlierAsync(CancellationToken cancellationToken) =>
        [.. (await memory.ListConversationsAsync(Listed + 1, cancellationToken: cancellationToken)).Where(one => one.Id != chat.Conversation).Take(Listed)];

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        var earlier = await EarlierAsync(cancellationToken);
        for (int i = 0; i < earlier.Count; i++)
            Console.WriteLine($"{i + 1}. {earlier[i].UpdatedAt.ToLocalTime():yyyy-MM-dd HH:mm}, {earlier[i].MessageCount} messages: {earlier[i].Preview}");
        if (earlier.Count == 0)
            Console.WriteLine("There are no earlier conversations.");
    }

    private async Task ResumeAsync(string number, CancellationToken cancellationToken)
    {
        var earlier = await EarlierAsync(cancellationToken);
        if (!int.TryParse(number, out int chosen) || chosen < 1 || chosen > earlier.Count)
        {
            Console.WriteLine($"There is no conversation {number}. /resume lists them.");
            return;
        }

        var conversation = earlier[chosen - 1];
        await PrintAsync(conversation.Id, cancellationToken);
        Console.WriteLine(await chat.ResumeAsync(conversation.Id, cancellationToken)
            ? "Go on."
            : "Claude Code has no transcript of it any more. Go on in a new conversation, which recalls it.");
    }
}
