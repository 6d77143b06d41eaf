using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Docs;

/// <summary>The blocks of docs/sessions.md.</summary>
internal static class SessionSnippets
{
    internal static async Task ListAsync()
    {
        var sessions = new ClaudeSessions(projectDirectory: "/repo");
        foreach (SessionInfo session in await sessions.ListAsync(new SessionListOptions { Limit = 20 }))
            Console.WriteLine($"{session.SessionId}  {session.LastModified:g}  {session.Summary}");
    }

    internal static async Task ReadAsync(ClaudeSessions sessions, string id)
    {
        foreach (SessionEntry entry in await sessions.GetMessagesAsync(id))
            Console.WriteLine(entry);                                    // user: ...  assistant: ...

        await sessions.RenameAsync(id, "Release notes");
        await sessions.TagAsync(id, "docs");
        foreach (SubagentInfo agent in await sessions.ListSubagentsAsync(id))
            Console.WriteLine($"{agent.AgentType}: {(await sessions.GetSubagentMessagesAsync(id, agent.AgentId)).Count} messages");
        await sessions.DeleteAsync(id);
    }

    internal static async Task<string> ForkAsync(ClaudeSessions sessions, string id)
    {
        var messages = await sessions.GetMessagesAsync(id);
        await ClaudeCode.AskAsync("Try it in another way", new ClaudeOptions
        {
            WorkingDirectory = "/repo",
            Resume = id,
            ForkSession = true,                       // leaves the original as it is
            ResumeSessionAt = messages[1].Uuid,       // the last message that is kept
            ResumeDropsTurn = messages[2].Uuid,       // refuse if anything but this turn would be dropped
        });

        string copy = await sessions.ForkAsync(id, upToMessageId: messages[1].Uuid, title: "Another way");

        return copy;
    }

    internal static async Task HistoryAsync(ClaudeClient client)
    {
        await client.AddHistoryAsync(
        [
            HistoryMessage.User("My name is Ada."),
            HistoryMessage.Assistant("Nice to meet you, Ada."),
        ]);
        Console.WriteLine(await client.AskAsync("What is my name?"));
    }

    internal static async Task StoreAsync()
    {
        var shared = new ClaudeOptions { WorkingDirectory = "/repo", SessionStore = new FileSessionStore("/mnt/shared/claude") };
        string id = (await ClaudeCode.QueryAsync("My name is Ada", shared).OfType<ResultMessage>().FirstAsync()).SessionId!;

        shared.Resume = id;
        Console.WriteLine(await ClaudeCode.AskAsync("What is my name?", shared));

        var stored = new ClaudeSessions(shared.SessionStore, "/repo");  // the same verbs, over the store
        await new ClaudeSessions().CopyToAsync(id, shared.SessionStore); // a session from before there was a store

        await stored.ListAsync();
    }

    internal static async Task CheckAsync()
    {
        foreach (SessionStoreCheck check in SessionStoreContract.Checks)
            await check.RunAsync(() => new InMemorySessionStore());
    }
}
