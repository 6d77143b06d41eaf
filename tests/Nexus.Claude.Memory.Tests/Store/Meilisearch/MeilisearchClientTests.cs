using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Nexus.Claude.Memory.Store.Meilisearch;

namespace Nexus.Claude.Memory.Tests.Store.Meilisearch;

/// <summary>The typed client, its filters and its options.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class MeilisearchClientTests
{
    [Test]
    public void Any_text_in_a_filter_is_one_value_and_nothing_more() => Gen.String.Sample(value =>
    {
        string filter = MeilisearchFilter.All(MeilisearchFilter.Equal("cwd", value), MeilisearchFilter.NotEqual("user", value + "x"));
        var matches = LoopbackFilter.Parse(filter, static name => name is "cwd" or "user", 50);
        Assert.That(matches(new JsonObject { ["cwd"] = value, ["user"] = value }), Is.True);
        Assert.That(matches(new JsonObject { ["cwd"] = value + "x", ["user"] = value }), Is.False);
        Assert.That(matches(new JsonObject { ["cwd"] = value, ["user"] = value + "x" }), Is.False);
    });

    [TestCase(@"C:\Users\ann\it's ""quoted""\")]
    [TestCase(@"\\server\share\")]
    [TestCase("\"")]
    [TestCase("\\\"")]
    [TestCase("x\" OR tenant != \"")]
    [TestCase("/tmp/new\nline")]
    public void Paths_and_attempts_to_break_out_are_values(string value)
    {
        string filter = MeilisearchFilter.Any(MeilisearchFilter.In("cwd", [value, "other"]), MeilisearchFilter.Equal("user", value));
        var matches = LoopbackFilter.Parse(filter, static name => name is "cwd" or "user", 8);

        Assert.That(matches(new JsonObject { ["cwd"] = value }), Is.True);
        Assert.That(matches(new JsonObject { ["cwd"] = "third", ["tenant"] = "t" }), Is.False);
    }

    [TestCase("1.8.0", 1, 8)]
    [TestCase("v1.50.0-rc.2", 1, 50)]
    [TestCase("2.0.1", 2, 0)]
    [TestCase("nightly", int.MaxValue, 0)]
    [TestCase(null, int.MaxValue, 0)]
    [TestCase("1.x", int.MaxValue, 0)]
    public void A_version_is_read_and_an_unknown_one_is_the_newest(string? text, int major, int minor) =>
        Assert.That(MeilisearchVersion.Parse(text), Is.EqualTo(new MeilisearchVersion(major, minor)));

    [TestCase("1.3.9", true, false, false, false)]
    [TestCase("1.8.0", false, false, false, false)]
    [TestCase("1.11.3", false, true, false, false)]
    [TestCase("1.12.0", false, true, true, false)]
    [TestCase("1.16.0", false, true, true, true)]
    [TestCase("2.0.0", false, true, true, true)]
    public void A_version_can_do_what_it_can(string text, bool tooOld, bool frequency, bool prefix, bool sorts)
    {
        var version = MeilisearchVersion.Parse(text);

        Assert.That((version.IsTooOld, version.HasFrequencyStrategy, version.HasPrefixSearchSetting, version.SortsFetchedDocuments), Is.EqualTo((tooOld, frequency, prefix, sorts)));
    }

    [Test]
    public void Words_are_plain_and_differ_where_tokens_differ() => Gen.Select(Gen.String[1, 60], Gen.String[1, 60]).Sample((a, b) =>
    {
        Assert.That(IndexWords.Of(a), Does.Match("^[a-z0-9]{1,40}$"));
        Assert.That(IndexWords.Of(a) == IndexWords.Of(b), Is.EqualTo(a == b));
    });

    [Test]
    public void Keys_are_ids_that_the_server_takes_and_parts_do_not_run_together()
    {
        Gen.Select(Gen.String, Gen.String[1, 20]).Sample((a, b) => Assert.That(DocumentKeys.Of(a, b), Does.Match("^[0-9a-f]{40}$").And.Not.EqualTo(DocumentKeys.Of(a + b, ""))));
        Assert.That(DocumentKeys.Directory("c:/Work"), Is.EqualTo(DocumentKeys.Directory("c:/work")));
        Assert.That(DocumentKeys.Directory("/Work"), Is.Not.EqualTo(DocumentKeys.Directory("/work")));
    }

    [Test]
    public async Task Routes_and_answers_are_those_of_the_server()
    {
        await using var server = await LoopbackMeilisearch.StartAsync("1.11.3");
        using var client = Client(server.Url);

        await client.CheckHealthAsync(CancellationToken.None);
        Assert.That(await client.GetVersionAsync(CancellationToken.None), Is.EqualTo(new MeilisearchVersion(1, 11)));
        Assert.That(await client.HasIndexAsync("i", CancellationToken.None), Is.False);
        await client.WaitForAsync(await client.CreateIndexAsync("i", CancellationToken.None), "creation", CancellationToken.None);
        Assert.That(await client.HasIndexAsync("i", CancellationToken.None), Is.True);
        var again = await client.CreateIndexAsync("i", CancellationToken.None);
        var exists = await Assert.ThrowsAsync<MeilisearchException>(async () => await client.WaitForAsync(again, "creation", CancellationToken.None));
        Assert.That((exists!.Code, exists.IsTransient), Is.EqualTo(("index_already_exists", false)));

        ConversationDocument[] documents = [new() { Id = "a", Preview = "one", CreatedAt = 5 }, new() { Id = "b", Preview = "two" }];
        await client.WaitForAsync(await client.AddDocumentsAsync("i", documents, MeilisearchJson.Default.ConversationDocumentArray, CancellationToken.None), "documents", CancellationToken.None);
        await client.WaitForAsync(await client.UpdateSettingsAsync("i", new IndexSettings { SortableAttributes = ["created_at"], FilterableAttributes = [JsonElement.Parse("\"id\"")] },
            CancellationToken.None), "settings", CancellationToken.None);
        await client.WaitForAsync(await client.DeleteDocumentsAsync("i", ["b"], CancellationToken.None), "deletion", CancellationToken.None);
        var left = await client.FetchDocumentsAsync("i", new DocumentsQuery { Filter = MeilisearchFilter.In("id", ["a", "b"]), Limit = 10 },
            MeilisearchJson.Default.DocumentsAnswerConversationDocument, CancellationToken.None);
        Assert.That((left.Total, left.Results.Single().Preview), Is.EqualTo((1L, "one")));
    }

    [Test]
    public async Task A_task_that_takes_too_long_counts_as_not_done()
    {
        await using var server = await LoopbackMeilisearch.StartAsync();
        server.Interfere = static request => request.Path.StartsWith("/tasks", StringComparison.Ordinal) ? new LoopbackAnswer(200, """{"uid":0,"status":"enqueued","error":null}""") : null;
        using var client = new MeilisearchClient(new MeilisearchOptions { Url = server.Url, TaskTimeout = TimeSpan.FromMilliseconds(1) }, TimeProvider.System);
        var task = await client.CreateIndexAsync("i", CancellationToken.None);

        var failure = await Assert.ThrowsAsync<MeilisearchException>(async () => await client.WaitForAsync(task, "creation", CancellationToken.None));

        Assert.That(failure!.IsTransient, Is.True);
    }

    [Test]
    public async Task A_version_that_may_not_be_asked_is_taken_for_the_newest_and_found_out()
    {
        await using var server = await LoopbackMeilisearch.StartAsync("1.8.0");
        server.Interfere = static request => request.Path == "/version" ? new LoopbackAnswer(403, """{"message":"","code":"invalid_api_key","type":"auth"}""") : null;
        using var client = Client(server.Url);

        Assert.That(await client.GetVersionAsync(CancellationToken.None), Is.EqualTo(MeilisearchVersion.Newest));
    }

    [TestCase("ftp://host", "key", "nexus", "Url")]
    [TestCase("not an address", "key", "nexus", "Url")]
    [TestCase("http://host:7700", "with space", "nexus", "ApiKey")]
    [TestCase("http://host:7700", "key", "with/slash", "IndexPrefix")]
    [TestCase("http://host:7700", "key", "", "IndexPrefix")]
    public async Task Options_that_cannot_work_are_told_by_name(string url, string key, string prefix, string name)
    {
        var options = new MemoryOptions { Meilisearch = new MeilisearchOptions { Url = url, ApiKey = key, IndexPrefix = prefix } };

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(async () => await ClaudeMemory.OpenAsync(options));

        Assert.That(failure!.Failures.Single(), Does.Contain("Meilisearch." + name));
        Assert.That(failure.Message, Does.Not.Contain("with space"));
    }

    private static MeilisearchClient Client(string url) => new(new MeilisearchOptions { Url = url }, TimeProvider.System);
}
