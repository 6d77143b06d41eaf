using Microsoft.Extensions.AI;
using Nexus.Claude.Memory;
using Nexus.Claude.Memory.Tests.Store.Meilisearch;

namespace Nexus.Claude.Aot;

/// <summary>The memory: a native SQLite, source-generated JSON and expressions, an embedded table.</summary>
internal static class MemoryChecks
{
    public static async Task RunAsync(Report report)
    {
        await CheckFileAsync(report);
        await CheckServerAsync(report);
    }

    private static Task CheckServerAsync(Report report) => report.CheckAsync("a memory on a server stores, recalls, and waits in its outbox", async cancellationToken =>
    {
        var folder = Directory.CreateTempSubdirectory("nexus-aot-memory-");
        try
        {
            await using var server = await LoopbackMeilisearch.StartAsync(key: "key");
            var options = new MemoryOptions
            {
                Meilisearch = new MeilisearchOptions
                {
                    Url = server.Url, ApiKey = "key", OutboxPath = Path.Combine(folder.FullName, "outbox.db"), RetryDelay = TimeSpan.FromMilliseconds(1),
                },
            };
            await using var memory = await ClaudeMemory.OpenAsync(options, cancellationToken);
            var conversation = memory.StartConversation("first", "/repo");
            conversation.RecordUserMessage("签名密钥 The signing key is rotated by RotateKeysJob.");
            await memory.StoreMessagesAsync(conversation.TakePendingMessages(), cancellationToken);
            await memory.FlushAsync(cancellationToken);
            var found = await memory.RecallAsync(new MemoryQuery("rotate keys job 密钥") { WorkingDirectory = "/repo" }, cancellationToken);
            Report.True(found is { Items.Count: 1, IsFromOutbox: false }, "what was said is found on the server");
            Report.Equal(1, (await memory.ListConversationsAsync(cancellationToken: cancellationToken)).Count, "conversations");

            server.IsDown = true;
            conversation.RecordUserMessage("The walrus waits.");
            await memory.StoreMessagesAsync(conversation.TakePendingMessages(), cancellationToken);
            await memory.FlushAsync(cancellationToken);
            found = await memory.RecallAsync(new MemoryQuery("walrus") { WorkingDirectory = "/repo" }, cancellationToken);
            Report.True(found is { Items.Count: 1, IsFromOutbox: true }, "what waits is found in the outbox");
            server.IsDown = false;
            await server.HasDocumentsAsync("nexus_messages", 2);
            Report.Equal(2, (await memory.ForgetAsync(MemoryFilter.Everything, cancellationToken)).Messages, "forgotten");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    });

    private static Task CheckFileAsync(Report report) => report.CheckAsync("a memory stores, recalls, exports and forgets", async cancellationToken =>
    {
        var folder = Directory.CreateTempSubdirectory("nexus-aot-memory-");
        try
        {
            await using var memory = await ClaudeMemory.OpenAsync(new MemoryOptions { Path = Path.Combine(folder.FullName, "memory.db") }, cancellationToken);
            var conversation = memory.StartConversation("first", "/repo");
            conversation.RecordUserMessage("签名密钥 The ｓｉｇｎｉｎｇ key is rotated by RotateKeysJob. password=hunter2hunter2");
            conversation.RecordAssistantMessage("Every 90 days.");
            await memory.StoreMessagesAsync(conversation.TakePendingMessages(), cancellationToken);
            await memory.FlushAsync(cancellationToken);

            string prefix = await memory.GetContextPrefixAsync("rotate keys job", "/repo", cancellationToken: cancellationToken) ?? "";
            Report.True(prefix.Contains("RotateKeysJob", StringComparison.Ordinal), "what was said is recalled");
            Report.True(!prefix.Contains("hunter2", StringComparison.Ordinal), "a secret is not kept");
            var found = await memory.RecallAsync(new MemoryQuery("signing 密钥") { WorkingDirectory = "/repo" }, cancellationToken);
            Report.True(found.Items.Count > 0, "text is folded, Chinese found by pairs");
            using var export = new MemoryStream();
            Report.Equal(2, await memory.ExportAsync(export, cancellationToken: cancellationToken), "messages exported");

            await using (var meaning = await ClaudeMemory.OpenAsync(
                new MemoryOptions { Path = Path.Combine(folder.FullName, "memory.db"), EmbeddingGenerator = new OneDirection() }, cancellationToken))
            {
                await meaning.WaitForEmbeddingsAsync(cancellationToken);
                var near = await meaning.RecallAsync(new MemoryQuery("in other words") { WorkingDirectory = "/repo" }, cancellationToken);
                Report.Equal(EmbeddingOutcome.Used, near.Embedding, "the generator was asked");
                Report.True(near.Items.Any(item => item.Relevance.Similarity > 0.99), "what has no word in common is found by its vector");
            }

            Report.Equal(new ForgetResult(2, true), await memory.ForgetAsync(MemoryFilter.Everything, cancellationToken), "forgotten");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    });

    // Everything means the same: enough to run the native code of vectors.
    private sealed class OneDirection : IEmbeddingGenerator<string, Embedding<float>>
    {
        private static readonly float[] Direction = [1, 2, -3, 0.5f];

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(_ => new Embedding<float>(Direction))));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
