using Nexus.Claude.Memory.Tests.Audit;
using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Memory.Tests.Privacy;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class ForgettingTests : IAsyncDisposable
{
    private readonly TemporaryMemory _temporary = new();

    public ValueTask DisposeAsync() => _temporary.DisposeAsync();

    internal static readonly Dictionary<string, MemoryFilter> Filters = new()
    {
        ["id"] = new MemoryFilter { Ids = ["zebra-id"] },
        ["conversation"] = new MemoryFilter { ConversationId = "zebra" },
        ["project"] = new MemoryFilter { Project = "/zebra/project" },
        ["time"] = new MemoryFilter { Since = TemporaryMemory.Start.AddDays(-10), Until = TemporaryMemory.Start.AddDays(-5) },
        ["text"] = new MemoryFilter { Containing = "ZEBRAQUUX" },
        ["everything"] = MemoryFilter.Everything,
    };

    [TestCaseSource(nameof(Filters))]
    [Row(19), SeedDefect("M14"), SeedDefect("E47")]
    public async Task What_is_forgotten_is_gone_from_every_byte_of_the_file(KeyValuePair<string, MemoryFilter> filter)
    {
        var memory = await _temporary.OpenAsync();
        // Enough around it that its pages are split, merged and reused.
        for (int round = 0; round < 4; round++)
        {
            await memory.StoreMessagesAsync(Enumerable.Range(0, 600).Select(i =>
                TemporaryMemory.Message($"ordinary talk number {i} of round {round} about builds and tests", $"other{i % 7}", $"o{round}-{i}", i, directory: "/ordinary")));
            if (round == 1)
            {
                await memory.StoreMessagesAsync([TemporaryMemory.Message("the codeword is zebraquux", "zebra", "zebra-id", directory: "/zebra/project",
                    files: ["/zebra/project/zebraquux.txt"]) with { CreatedAt = TemporaryMemory.Start.AddDays(-7) }]);
            }

            await memory.FlushAsync();
        }

        Assert.That(Encoding.Latin1.GetString(await _temporary.BytesAsync()), Does.Contain("zebraquux"));
        var result = await memory.ForgetAsync(filter.Value);

        Assert.That(result, Is.EqualTo(new ForgetResult(filter.Key == "everything" ? 2_401 : 1, true)));
        string bytes = Encoding.Latin1.GetString(await _temporary.BytesAsync());
        Assert.That(bytes, Does.Not.Contain("zebraquux"));
        Assert.That(bytes, Does.Not.Contain("/zebra/project"));
        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(filter.Key == "everything" ? 0 : 2_400));
        Assert.That((await memory.RecallAsync(new MemoryQuery("zebraquux codeword") { Reach = MemoryReach.Everywhere, MinimumCoverage = 0 })).Items, Is.Empty);
        await memory.StoreMessagesAsync([TemporaryMemory.Message("after forgetting", "zebra", directory: "/zebra2")]);
        await memory.FlushAsync();
        Assert.That(await memory.CountMessagesAsync("zebra"), Is.EqualTo(1));
    }

    [Test]
    [Row(17), Row(18), SeedDefect("M14"), SeedDefect("E47")]
    public async Task Secrets_and_private_parts_never_reach_the_file()
    {
        string key = "sk-" + "ant-api03-" + new string('q', 30);
        var memory = await _temporary.OpenAsync();
        var recorder = memory.StartConversation("c1", "/repo");
        recorder.RecordUserMessage($"use {key} <private>and the name Rumpelstilz</private> please");
        recorder.RecordToolResult("Read", Json("""{"file_path":"/repo/.env"}"""), "DATABASE=topsecretplace");
        recorder.RecordToolResult("Bash", Json("""{"command":"cat config"}"""), new string('x', 595) + " " + key + " " + new string('y', 3_000));
        recorder.RecordAssistantMessage("Done, password=hunter2hunter2");
        await memory.StoreMessagesAsync(recorder.TakePendingMessages());
        await memory.FlushAsync();

        string bytes = Encoding.Latin1.GetString(await _temporary.BytesAsync());

        foreach (string secret in (string[])[key, "ant-api03", "qqqqqqqq", "Rumpelstilz", "rumpelstilz", "topsecretplace", "hunter2hunter2"])
            Assert.That(bytes, Does.Not.Contain(secret), secret);
        Assert.That(bytes, Does.Contain("[redacted:anthropic-key:"));
        Assert.That(bytes, Does.Contain("/repo/.env"));
    }

    [Test]
    public async Task A_projects_own_list_adds_ignored_files()
    {
        await File.WriteAllTextAsync(Path.Combine(_temporary.Folder, ".nexusmemoryignore"), "# ours\nprivate/**\n*.ledger\n");
        var memory = await _temporary.OpenAsync();
        var recorder = memory.StartConversation("c1", _temporary.Folder);
        recorder.RecordToolResult("Read", Json("""{"file_path":"private/notes.md"}"""), "hidden contents");
        recorder.RecordToolResult("Read", Json("""{"file_path":"books/2026.ledger"}"""), "hidden sums");
        recorder.RecordToolResult("Read", Json("""{"file_path":"open.md"}"""), "open contents");

        string all = string.Join('\n', recorder.TakePendingMessages().Select(message => message.Content));

        Assert.That(all, Does.Not.Contain("hidden"));
        Assert.That(all, Does.Contain("open contents").And.Contain("private/notes.md"));
    }

    [Test]
    [SeedDefect("M14"), SeedDefect("E47")]
    public async Task What_is_older_than_the_retention_is_forgotten_at_the_start()
    {
        await using (var first = await _temporary.OpenAsync())
        {
            await first.StoreMessagesAsync([TemporaryMemory.Message("old", "old") with { CreatedAt = TemporaryMemory.Start.AddDays(-40) }, TemporaryMemory.Message("new", "new")]);
        }

        await using (var second = await _temporary.OpenAsync(options => options.Retention = TimeSpan.FromDays(30)))
        {
            // Disposing would end what is not done.
            while (await second.CountMessagesAsync() != 1)
                await Task.Yield();
        }

        Assert.That((await (await _temporary.OpenAsync()).ListConversationsAsync()).Select(conversation => conversation.Id), Is.EqualTo(new[] { "new" }));
    }

    [Test]
    [SeedDefect("M14")]
    public async Task An_export_is_read_into_another_memory()
    {
        var memory = await _temporary.OpenAsync();
        await memory.StoreMessagesAsync([TemporaryMemory.Message("erste Zeile\nzweite 中文", id: "a", directory: "/p", files: ["/p/x.cs"]), TemporaryMemory.Message("b", id: "b")]);
        var file = new MemoryStream();

        long count = await memory.ExportAsync(file);
        var lines = Encoding.UTF8.GetString(file.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var other = await _temporary.OpenAsync(options => options.Path = Path.Combine(_temporary.Folder, "other.db"));
        await other.StoreMessagesAsync(lines.Select(line => JsonSerializer.Deserialize<MemoryMessage>(line, JsonSerializerOptions.Web)!));
        await other.FlushAsync();

        Assert.That(count, Is.EqualTo(2));
        var page = await other.LoadConversationAsync("c1");
        Assert.That(page.Messages[0].Content, Is.EqualTo("erste Zeile\nzweite 中文"));
        Assert.That(page.Messages[0].Files, Is.EqualTo(new[] { "/p/x.cs" }));
    }

    private static JsonElement Json(string text) => JsonElement.Parse(text);
}
