using Microsoft.Extensions.AI;
using Nexus.Claude.Memory;

namespace Nexus.Claude.Aot;

/// <summary>The memory: a native SQLite, source-generated JSON and expressions, an embedded table.</summary>
internal static class MemoryChecks
{
    public static Task RunAsync(Report report) => report.CheckAsync("a memory stores, recalls, exports and forgets", async cancellationToken =>
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
