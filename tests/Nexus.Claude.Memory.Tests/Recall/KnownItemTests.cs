using System.Text.Json;
using Nexus.Claude.Memory.Tests.Audit;

namespace Nexus.Claude.Memory.Tests.Recall;

/// <summary>Whether what is known to be there is found among the first ten: by Chinese words, by identifiers as prose and as they are.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class KnownItemTests : IAsyncDisposable
{
    private const string ChineseWords =
        "数据网关缓存队列索引日志权限证书密钥备份迁移部署测试接口模块线程内存磁盘网络协议会话令牌用户租户订单支付账单库存物流客服报表图表邮件通知消息频道任务计划版本分支合并冲突评审文档示例配置环境变量脚本编译链接调试性能延迟吞吐容量扩容限流熔断重试";

    private static readonly string[] Heads = ["Session", "Token", "Cache", "Retry", "Order", "Invoice", "Worker", "Socket", "Parser", "Billing", "Tenant", "Widget"];
    private static readonly string[] Middles = ["Start", "Expiry", "Lookup", "Merge", "Refresh", "Cancel", "Import", "Export", "Lease", "Replay"];
    private static readonly string[] Tails = ["Event", "Policy", "Handler", "Registry", "Options", "Factory", "Window", "Counter", "Filter", "Mapper"];

    private readonly TemporaryMemory _temporary = new();

    public ValueTask DisposeAsync() => _temporary.DisposeAsync();

    [Test, Row(5)]
    public async Task Chinese_words_of_two_characters_find_their_message()
    {
        string[] words = [.. ChineseWords.Chunk(2).Select(pair => new string(pair))];
        var triples = Enumerable.Range(0, 300).Select(i => (A: words[i % words.Length], B: words[(i * 7 + 11) % words.Length], C: words[(i / words.Length * 13 + i * 3 + 5) % words.Length])).Distinct().ToList();
        var memory = await StoreAsync(triples.Select(triple => $"昨天我们讨论了{triple.A}，然后决定先改{triple.B}，最后再看{triple.C}的情况。"));

        double apart = await HitsAsync(memory, triples.Select(triple => $"{triple.A} {triple.B} {triple.C}"));
        double together = await HitsAsync(memory, triples.Select(triple => $"{triple.A}{triple.B}{triple.C}"));

        Assert.That(apart, Is.GreaterThanOrEqualTo(0.99));
        Assert.That(together, Is.GreaterThanOrEqualTo(0.99));
    }

    [Test, Row(6), Row(7)]
    public async Task Identifiers_are_found_typed_as_prose_and_exactly()
    {
        var names = (from head in Heads from middle in Middles from tail in Tails select (head, middle, tail)).Where((_, i) => i % 2 == 0).ToList();
        var memory = await StoreAsync(names.Select((name, i) => (i % 3) switch
        {
            0 => $"public sealed class {name.head}{name.middle}{name.tail} : Base {{ }}",
            1 => $"we call {name.head.ToLowerInvariant()}_{name.middle.ToLowerInvariant()}_{name.tail.ToLowerInvariant()}() from the loop",
            _ => $"edited src/{name.head}/{name.head}{name.middle}{name.tail}.cs",
        }));

        double prose = await HitsAsync(memory, names.Select(name => $"{name.head} {name.middle} {name.tail}".ToLowerInvariant()));
        double exact = await HitsAsync(memory, names.Select((name, i) => (i % 3) switch
        {
            1 => $"{name.head}_{name.middle}_{name.tail}".ToLowerInvariant(),
            _ => $"{name.head}{name.middle}{name.tail}",
        }));

        Assert.That(prose, Is.GreaterThanOrEqualTo(0.95));
        Assert.That(exact, Is.GreaterThanOrEqualTo(0.99));
    }

    [Test, Row(7)]
    public async Task Codes_hashes_versions_and_paths_are_found_exactly()
    {
        string[] items = [.. Enumerable.Range(0, 150).SelectMany(i => new[]
        {
            $"CS{8000 + i}", $"{(uint)(i * 2_654_435_761):x8}{(uint)(i * 40_503 + 7):x8}", $"{i % 9}.{i}.{i * 3}", $"src/part{i % 10}/File{i}.cs",
        })];
        var memory = await StoreAsync(items.Select(item => $"it was about {item} in the end"));

        Assert.That(await HitsAsync(memory, items), Is.GreaterThanOrEqualTo(0.99));
    }

    [TestCase("english", 0.95, 0.65), Row(4), Row(27)]
    [TestCase("chinese", 0.99, 0.88)]
    [TestCase("code", 0.99, 0.95)]
    public async Task The_sets_of_the_bench_are_answered(string set, double recallAt10, double reciprocalRank)
    {
        string folder = Path.Combine(RepositoryFiles.Root, "benchmarks", "Nexus.Claude.Memory.Recall", "sets");
        var memory = await _temporary.OpenAsync();
        await foreach (string line in File.ReadLinesAsync(Path.Combine(folder, set + ".corpus.jsonl")))
        {
            var entry = JsonElement.Parse(line);
            await memory.StoreMessagesAsync([new MemoryMessage
            {
                Id = entry.GetProperty("id").GetString(), ConversationId = set + "/" + entry.GetProperty("session").GetString(), Session = entry.GetProperty("session").GetString(),
                Project = "/bench/" + set, Role = MemoryRole.User, Speaker = entry.GetProperty("speaker").GetString(), Content = entry.GetProperty("text").GetString()!,
                Turn = entry.GetProperty("turn").GetInt32(), CreatedAt = entry.GetProperty("timestamp").GetDateTimeOffset(),
            }]);
        }

        await memory.FlushAsync();
        double found = 0, ranks = 0;
        int count = 0;
        await foreach (string line in File.ReadLinesAsync(Path.Combine(folder, set + ".queries.jsonl")))
        {
            var query = JsonElement.Parse(line);
            string[] relevant = [.. query.GetProperty("relevant").EnumerateArray().Select(id => id.GetString()!)];
            var hits = await TenAsync(memory, query.GetProperty("text").GetString()!, "/bench/" + set);
            count++;
            found += (double)relevant.Count(hits.Contains) / relevant.Length;
            int first = hits.FindIndex(relevant.Contains);
            ranks += first < 0 ? 0 : 1.0 / (first + 1);
        }

        Assert.That(found / count, Is.GreaterThanOrEqualTo(recallAt10));
        Assert.That(ranks / count, Is.GreaterThanOrEqualTo(reciprocalRank));
    }

    private async Task<ClaudeMemory> StoreAsync(IEnumerable<string> texts)
    {
        var memory = await _temporary.OpenAsync();
        // A conversation each: what is next to a message shall not help.
        await memory.StoreMessagesAsync(texts.Select((text, i) => TemporaryMemory.Message(text, $"c{i}", $"m{i}", i % 500)));
        await memory.FlushAsync();
        return memory;
    }

    private static async Task<double> HitsAsync(ClaudeMemory memory, IEnumerable<string> queries)
    {
        int hits = 0, count = 0;
        foreach (string query in queries)
        {
            hits += (await TenAsync(memory, query, null)).Contains($"m{count}") ? 1 : 0;
            count++;
        }

        return (double)hits / count;
    }

    private static async Task<List<string>> TenAsync(ClaudeMemory memory, string query, string? project)
    {
        var found = await memory.RecallAsync(new MemoryQuery(query)
        {
            WorkingDirectory = project, Limit = 10, MinimumCoverage = 0, MinimumScore = 0, Diversify = false, UsePriors = false,
        });
        return [.. found.Items.Select(item => item.Message.Id!)];
    }
}
