using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Nexus.Claude.Memory.Tests.Docs;

/// <summary>The C# blocks of docs/memory.md and of the package's README, compiled. Nothing here is run.</summary>
internal static class Snippets
{
    internal static async Task AutomaticAsync()
    {
        var options = new ClaudeOptions { WorkingDirectory = "/repo" }.UseMemory();

        await using var client = await ClaudeClient.ConnectAsync(options);
        Console.WriteLine(await client.AskAsync("How did we decide to rotate the signing key?"));
    }

    internal static void Configure(ClaudeOptions options)
    {
        options.UseMemory(memory =>
        {
            memory.Path = "/var/lib/agent/memory.db";
            memory.Scope = new MemoryScope("acme", "ann");
            memory.TokenBudget = 1_000;
            memory.Retention = TimeSpan.FromDays(90);
        });
    }

    internal static void Share(ClaudeOptions options, string key)
    {
        options.UseMemory(memory =>
        {
            memory.Meilisearch = new MeilisearchOptions { Url = "https://search.acme.dev", ApiKey = key };
            memory.Scope = new MemoryScope("acme", "ann");
        });
    }

    internal static async Task LookIntoTheOutboxAsync(ClaudeMemory memory)
    {
        var outbox = await memory.GetOutboxStatusAsync();
        Console.WriteLine($"{outbox.Waiting} wait, {outbox.Parked.Count} refused. {outbox.LastFailure}");
        if (outbox.Parked.Count > 0)
            await memory.RetryParkedAsync();
    }

    internal static async Task<string?> ByHandAsync(JsonElement input)
    {
        await using var memory = await ClaudeMemory.OpenAsync();
        var conversation = memory.StartConversation(workingDirectory: "/repo");

        conversation.RecordUserMessage("Make the login faster");
        conversation.ProcessToolCall("Edit", input);
        conversation.RecordAssistantMessage("The avatar is cached now.");
        await memory.StoreMessagesAsync(conversation.TakePendingMessages());

        string? prefix = await memory.GetContextPrefixAsync("why was the login slow?", "/repo", ["src/Login.cs"]);
        return prefix;
    }

    internal static void UseMeaning(ClaudeOptions options, IEmbeddingGenerator<string, Embedding<float>> generator)
    {
        options.UseMemory(memory => memory.EmbeddingGenerator = generator);
    }

    internal static void UseRegisteredGenerator((IServiceCollection Services, int) builder)
    {
        builder.Services.AddNexusClaude().AddMemory((memory, services) =>
            memory.EmbeddingGenerator = services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>());
    }

    internal static async Task<object?[]> TranslateAsync(JsonElement input)
    {
        // MemoryIntegrationBuilder::new().enabled(true).cwd("/repo").conversation_id("conv-1")
        //     .min_relevance_score(0.3).max_context_items(5).token_budget(2000).build()
        await using var memory = await ClaudeMemory.OpenAsync(new MemoryOptions { Enabled = true, MinimumScore = 0.3, MaxItems = 5, TokenBudget = 2_000 });
        var manager = memory.StartConversation("conv-1", "/repo");

        manager.RecordUserMessage("How do I implement JWT auth?");         // manager.record_user_message(...)
        manager.ProcessToolCall("Read", input);                            // manager.process_tool_call("Read", &input)
        manager.RecordAssistantMessage("Use the jsonwebtoken crate.");     // manager.record_assistant_message(...)
        var pending = manager.TakePendingMessages();                       // manager.take_pending_messages()
        var query = manager.CurrentContext("refresh tokens");              // manager.current_context("refresh tokens")
        await memory.StoreMessagesAsync(pending);                          // injector.store_messages(&pending).await?
        await memory.FlushAsync();

        var prefix = await memory.GetContextPrefixAsync("refresh tokens", "/repo", ["src/auth.rs"]); // injector.get_context_prefix(...)
        var loaded = await memory.LoadConversationAsync("conv-1", limit: 50);                        // injector.load_conversation(...)
        var listed = await memory.ListConversationsAsync(limit: 10, offset: 0);                      // injector.list_conversations(10, 0)
        var count = await memory.CountMessagesAsync("conv-1");                                       // injector.count_conversation_messages(...)
        manager.ResumeConversation("conv-1", "/repo", loaded.LastTurn + 1);                          // manager.resume_conversation(...)

        return [query, prefix, listed, count];
    }

    internal static async Task ExplainAsync(ClaudeMemory memory, DateTimeOffset lastWeek)
    {
        var found = await memory.RecallAsync(new MemoryQuery("signing key") { WorkingDirectory = "/repo", Since = lastWeek });
        foreach (var (message, why) in found.Items)
            Console.WriteLine($"{why.Score:F2} {message.Content} ({string.Join(' ', why.MatchedTerms)}, coverage {why.Coverage:F2}, age {why.Recency:F2})");
    }

    internal static async Task ResumeAsync(ClaudeMemory memory, ConversationMemory conversation, string id)
    {
        foreach (var one in await memory.ListConversationsAsync(limit: 10))
            Console.WriteLine($"{one.UpdatedAt:u} {one.MessageCount} {one.Preview}");
        var page = await memory.LoadConversationAsync(id, limit: 50);
        conversation.ResumeConversation(id, "/repo", page.LastTurn + 1);
    }

    internal static void Serve(ClaudeOptions options, ClaudeMemory memory)
    {
        options.ToolServers.Add(ToolServer.Create("memory", MemoryTools.For(memory, "/repo")));
    }

    internal static async Task ImportAsync(ClaudeMemory memory, IProgress<ImportProgress> progress)
    {
        var done = await memory.ImportTranscriptsAsync(progress: progress);
        Console.WriteLine($"{done.Messages} messages of {done.FilesRead} transcripts");
    }

    internal static async Task ForgetAsync(ClaudeMemory memory, string id, DateTimeOffset lastYear, Stream file)
    {
        await memory.ForgetAsync(new MemoryFilter { ConversationId = id });
        await memory.ForgetAsync(new MemoryFilter { Project = "/repo", Until = lastYear });
        await memory.ForgetAsync(new MemoryFilter { Containing = "+49 151" });
        await memory.ExportAsync(file);
    }
}
