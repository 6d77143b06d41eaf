using System.Net.Http.Headers;
using Nexus.Claude.Memory.Store.Meilisearch;

namespace Nexus.Claude.Memory.Tests.Store.Meilisearch;

[TestFixture("1.8.0")]
[TestFixture("1.11.3")]
[TestFixture("1.50.0")]
internal sealed class MeilisearchStoreContractTests(string version) : StoreContract
{
    private readonly Task<LoopbackMeilisearch> _server = LoopbackMeilisearch.StartAsync(version, "test-key");

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await (await _server).DisposeAsync();
    }

    protected override async Task<ClaudeMemory> OpenAsync(Action<MemoryOptions>? configure = null)
    {
        string url = (await _server).Url;
        return await Temporary.OpenAsync(options =>
        {
            options.TimeProvider = new SteadyClock();
            options.Meilisearch = new MeilisearchOptions { Url = url, ApiKey = "test-key", OutboxPath = Path.Combine(Temporary.Folder, "outbox.db") };
            configure?.Invoke(options);
        });
    }

    [Test]
    public async Task The_ranking_is_that_of_the_file()
    {
        var server = await OpenAsync();
        var file = await Temporary.OpenAsync();
        foreach (var memory in (ClaudeMemory[])[server, file])
        {
            await memory.StoreMessagesAsync(Talk());
            await memory.FlushAsync();
        }

        foreach (string question in (string[])["how do we rotate the signing key?", "gateway builds and tests", "密钥轮换", "session start event of the parser", "ordinary talk number 7", "nothing of that kind"])
        {
            var query = new MemoryQuery(question) { Reach = MemoryReach.Everywhere, Limit = 20 };
            var (ours, theirs) = (await server.RecallAsync(query), await file.RecallAsync(query));
            Assert.That(ours.Items.Select(item => item.Message.Id), Is.EqualTo(theirs.Items.Select(item => item.Message.Id)), question);
            Assert.That(ours.Items.Select(item => item.Relevance.Score), Is.EqualTo(theirs.Items.Select(item => item.Relevance.Score)).Within(1e-9), question);
            Assert.That(ours.Terms, Is.EqualTo(theirs.Terms), question);
        }
    }

    [Test]
    public async Task The_indexes_are_set_up_before_anything_is_asked_of_them()
    {
        var memory = await OpenAsync();
        await memory.CountMessagesAsync();
        var server = await _server;

        var settings = server.Settings("nexus_messages");

        Assert.That(settings["searchableAttributes"]!.ToJsonString(), Is.EqualTo("""["words"]"""));
        Assert.That(settings["typoTolerance"]!["enabled"]!.GetValue<bool>(), Is.False);
        Assert.That(settings["prefixSearch"]!.GetValue<string>(), Is.EqualTo(MeilisearchVersion.Parse(version).HasPrefixSearchSetting ? "disabled" : "indexingTime"));
        await (await OpenAsync()).CountMessagesAsync();
        Assert.That(server.Requests.Count(request => request.Method == "PATCH"), Is.EqualTo(2), "once for each index");
    }

    [Test]
    public async Task A_prompt_of_many_common_words_is_asked_in_queries_of_ten_words()
    {
        var memory = await OpenAsync();
        string words = string.Join(' ', Enumerable.Range(0, 20).Select(i => "common" + (char)('a' + i)));
        await memory.StoreMessagesAsync(Enumerable.Range(0, 500).Select(i => TemporaryMemory.Message($"{words} {i}", $"c{i / 50}", $"m{i}", i)));
        await memory.StoreMessagesAsync([TemporaryMemory.Message("the last one", "z", "z", 900)]);
        await memory.FlushAsync();

        var found = await Find(memory, words);

        Assert.That(found.Items, Is.Not.Empty);
        var joint = (await _server).Requests.Where(request => request.Path == "/multi-search").SelectMany(request => System.Text.Json.Nodes.JsonNode.Parse(request.Body)!["queries"]!.AsArray())
            .Where(query => query!["matchingStrategy"]!.GetValue<string>() != "all").ToList();
        Assert.That(joint, Has.Count.EqualTo(3));
        Assert.That(joint.Select(query => query!["q"]!.GetValue<string>().Split(' ', StringSplitOptions.RemoveEmptyEntries).Length), Is.All.EqualTo(10));
        Assert.That(joint.Select(query => query!["matchingStrategy"]!.GetValue<string>()), Is.All.EqualTo(MeilisearchVersion.Parse(version).HasFrequencyStrategy ? "frequency" : "last"));
    }

    [Test]
    public async Task A_document_of_another_scope_is_seen_by_nobody_even_when_the_server_gives_it()
    {
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync([TemporaryMemory.Message("the walrus is mine", "c1", "a")]);
        await memory.FlushAsync();
        var server = await _server;
        var foreign = server.Documents("nexus_messages").Single();
        (foreign["id"], foreign["tenant"], foreign["content"], foreign["slot"]) = ("smuggled", "another", "the walrus is theirs", 1);
        server.Smuggle("nexus_messages", foreign);

        Assert.That((await Find(memory, "walrus")).Items.Select(item => item.Message.Content), Is.EqualTo(new[] { "the walrus is mine" }));
        Assert.That((await memory.LoadConversationAsync("c1")).Messages.Select(message => message.Content), Is.EqualTo(new[] { "the walrus is mine" }));
        Assert.That(await memory.ReadMessagesAsync().CountAsync(), Is.EqualTo(1));
    }
}

/// <summary>The same on a real server. Its indexes have names of their own and are deleted afterwards.</summary>
[Category("Meilisearch")]
internal sealed class MeilisearchServerContractTests : StoreContract
{
    private readonly string? _url = Environment.GetEnvironmentVariable("NEXUS_MEILISEARCH_URL");
    private readonly string? _key = Environment.GetEnvironmentVariable("NEXUS_MEILISEARCH_KEY");
    private readonly string _prefix = "nexus-test-" + Guid.NewGuid().ToString("N");

    [SetUp]
    public void NeedsAServer()
    {
        if (string.IsNullOrEmpty(_url))
            Assert.Ignore("NEXUS_MEILISEARCH_URL names no server (and NEXUS_MEILISEARCH_KEY its key): the contract ran against the loopback server alone.");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (string.IsNullOrEmpty(_url))
            return;
        using var client = new HttpClient { BaseAddress = new Uri(_url.TrimEnd('/') + "/") };
        if (!string.IsNullOrEmpty(_key))
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        foreach (string index in (string[])["messages", "conversations"])
            (await client.DeleteAsync($"indexes/{_prefix}_{index}")).Dispose();
    }

    protected override Task<ClaudeMemory> OpenAsync(Action<MemoryOptions>? configure = null) => Temporary.OpenAsync(options =>
    {
        options.TimeProvider = new SteadyClock();
        options.Meilisearch = new MeilisearchOptions { Url = _url, ApiKey = _key, IndexPrefix = _prefix, OutboxPath = Path.Combine(Temporary.Folder, "outbox.db") };
        configure?.Invoke(options);
    });
}
