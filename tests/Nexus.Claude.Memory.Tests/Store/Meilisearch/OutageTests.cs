using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nexus.Claude.Memory.Tests.Store.Meilisearch;

/// <summary>The server is away, busy, broken, or refuses: nothing is lost, nothing stands still, and it is said.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class OutageTests : IAsyncDisposable
{
    private readonly TemporaryMemory _temporary = new();
    private readonly List<LoopbackMeilisearch> _servers = [];
    private readonly SteadyClock _clock = new();

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            server.IsDown = false;
        await _temporary.DisposeAsync();
        foreach (var server in _servers)
            await server.DisposeAsync();
    }

    [Test]
    public async Task Down_at_the_start_everything_goes_on_and_is_sent_when_the_server_is_there()
    {
        int port = FreePort();
        var memory = await OpenAsync($"http://127.0.0.1:{port}");
        await memory.StoreMessagesAsync([TemporaryMemory.Message("the walrus is blue", id: "a"), TemporaryMemory.Message("why is it blue?", id: "b", minute: 1, turn: 1)]);
        await memory.FlushAsync();

        var found = await Find(memory);
        Assert.That(found.IsFromOutbox, Is.True);
        Assert.That(found.Items[0].Message.Id, Is.EqualTo("a"));
        var page = await memory.LoadConversationAsync("c1");
        Assert.That((page.IsFromOutbox, page.TotalCount, page.LastTurn), Is.EqualTo((true, 2, 1)));
        Assert.That((await memory.ListConversationsAsync()).Single().Preview, Is.EqualTo("the walrus is blue"));
        Assert.That(await memory.GetMessagesAsync(["b"]), Has.Count.EqualTo(1));
        Assert.That(await memory.GetContextPrefixAsync("walrus"), Does.Contain("blue"));
        var status = await memory.GetOutboxStatusAsync();
        Assert.That((status.Waiting, status.IsServerAway), Is.EqualTo((2, true)));
        Assert.That(status.LastFailure, Does.Contain($"127.0.0.1:{port}"));
        // What promises to be whole is not half answered.
        var failure = await Assert.ThrowsAsync<MemoryStoreException>(async () => await memory.CountMessagesAsync());
        Assert.That((failure!.Failure, failure.IsTransient), Is.EqualTo((MemoryStoreFailure.Unavailable, true)));
        Assert.That(async () => await memory.ExportAsync(Stream.Null), Throws.InstanceOf<MemoryStoreException>());

        var server = await StartAsync(port: port);
        await server.HasDocumentsAsync("nexus_messages", 2);
        await SentAsync(memory);

        Assert.That((await Find(memory)).IsFromOutbox, Is.False);
        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(2));
        status = await memory.GetOutboxStatusAsync();
        Assert.That((status.Waiting, status.Parked.Count, status.IsServerAway, status.LastFailure), Is.EqualTo((0, 0, false, default(string))));
    }

    [Test]
    public async Task Down_in_the_middle_what_waits_is_sent_in_order()
    {
        var server = await StartAsync();
        var memory = await OpenAsync(server.Url);
        await StoreAsync(memory, 0, 3);
        server.IsDown = true;
        for (int i = 3; i < 40; i++)
            await StoreAsync(memory, i, 1);
        Assert.That((await memory.GetOutboxStatusAsync()).Waiting, Is.EqualTo(37));

        server.IsDown = false;
        await server.HasDocumentsAsync("nexus_messages", 40);
        await SentAsync(memory);

        Assert.That(server.Documents("nexus_messages").Select(document => document["message_id"]!.GetValue<string>()), Is.EqualTo(Enumerable.Range(0, 40).Select(i => $"m{i}")));
        Assert.That((await memory.LoadConversationAsync("c1", 100)).Messages.Select(message => message.Id), Is.EqualTo(Enumerable.Range(0, 40).Select(i => $"m{i}")));
        // One sitting, without holes: what is beside a message is known.
        Assert.That(server.Documents("nexus_messages").Select(document => document["slot"]!.GetValue<int>()), Is.EqualTo(Enumerable.Range(0, 40)));
    }

    [Test]
    public async Task A_process_that_ends_while_the_server_is_down_leaves_it_to_the_next()
    {
        var server = await StartAsync();
        server.IsDown = true;
        await using (var first = await OpenAsync(server.Url))
            await first.StoreMessagesAsync([TemporaryMemory.Message("the walrus is blue", id: "a")]);
        server.IsDown = false;

        var second = await OpenAsync(server.Url);
        await server.HasDocumentsAsync("nexus_messages", 1);
        await SentAsync(second);

        Assert.That((await Find(second)).Items.Single().Message.Id, Is.EqualTo("a"));
    }

    [Test]
    public async Task Sending_again_after_a_lost_answer_stores_nothing_twice()
    {
        var server = await StartAsync();
        var memory = await OpenAsync(server.Url);
        await memory.CountMessagesAsync();
        // The documents arrive, and then nobody tells what became of them.
        bool lost = true;
        server.Interfere = request => lost && request.Path.StartsWith("/tasks", StringComparison.Ordinal) ? new LoopbackAnswer(500, "{}") : null;
        await StoreAsync(memory, 0, 5);
        Assert.That((await memory.GetOutboxStatusAsync()).Waiting, Is.EqualTo(5));
        lost = false;
        await SentAsync(memory);

        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(5));
        Assert.That(server.Documents("nexus_messages").Select(document => document["slot"]!.GetValue<int>()), Is.EqualTo(Enumerable.Range(0, 5)));
    }

    [Test]
    public async Task A_busy_server_is_asked_again_when_it_says()
    {
        var server = await StartAsync();
        var memory = await OpenAsync(server.Url);
        await StoreAsync(memory, 0, 1);
        int refused = 0;
        server.Interfere = request => request.Path == "/multi-search" && refused++ < 2 ? Error(503, "too_many_search_requests", "system", retryAfter: "0") : null;

        var found = await Find(memory, "message");

        Assert.That((found.IsFromOutbox, found.Items.Count), Is.EqualTo((false, 1)));
        Assert.That(refused, Is.GreaterThan(2));
    }

    [Test]
    public async Task A_server_that_wants_to_be_left_alone_is_left_alone()
    {
        var server = await StartAsync();
        var memory = await OpenAsync(server.Url);
        await StoreAsync(memory, 0, 1);
        server.Interfere = static _ => Error(503, "too_many_search_requests", "system", retryAfter: "3600");
        await Find(memory, "message");
        int asked = server.Requests.Count;

        await StoreAsync(memory, 1, 1);
        var found = await Find(memory, "message");

        Assert.That(found.IsFromOutbox, Is.True);
        Assert.That(server.Requests, Has.Count.EqualTo(asked));
        server.Interfere = static _ => null;
    }

    [TestCase(502, "<html><body>Bad gateway</body></html>", "text/html")]
    [TestCase(500, "", "application/json")]
    [TestCase(200, "<html>a captive portal</html>", "text/html")]
    [TestCase(200, """{"results":[{"hits":[""", "application/json")]
    [TestCase(200, "null", "application/json")]
    [TestCase(200, "[]", "application/json")]
    [TestCase(200, "{}", "application/json")]
    [TestCase(404, "no such page", "text/plain")]
    [TestCase(507, """{"message":"disk","code":"no_space_left_on_device","type":"system"}""", "application/json")]
    public async Task An_answer_that_is_none_takes_nothing_down(int status, string body, string type)
    {
        var server = await StartAsync();
        var memory = await OpenAsync(server.Url);
        await StoreAsync(memory, 0, 1);
        server.Interfere = _ => new LoopbackAnswer(status, body, ContentType: type);

        Assert.That((await Find(memory, "message")).IsFromOutbox, Is.True);
        await StoreAsync(memory, 1, 1);
        Assert.That((await memory.GetOutboxStatusAsync()).Waiting, Is.EqualTo(1));

        server.Interfere = static _ => null;
        await SentAsync(memory);
        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_message_that_the_server_refuses_is_put_aside_and_the_others_go_on()
    {
        var server = await StartAsync();
        var memory = await OpenAsync(server.Url);
        server.Refuse = document => document["content"]?.ToString().Contains("poison", StringComparison.Ordinal) == true ? ("invalid_document_fields", "invalid_request") : null;
        await memory.StoreMessagesAsync(Enumerable.Range(0, 50).Select(i => TemporaryMemory.Message(i is 7 or 31 ? "poison" : $"message {i}", id: $"m{i}", minute: i)));
        await memory.FlushAsync();

        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(48));
        var status = await memory.GetOutboxStatusAsync();
        Assert.That((status.Waiting, status.IsServerAway), Is.EqualTo((0, false)));
        Assert.That(status.Parked.Select(parked => parked.Message!.Id), Is.EqualTo(new[] { "m7", "m31" }));
        Assert.That(status.Parked[0].Reason, Does.Contain("invalid_document_fields"));
        Assert.That((await memory.ForScope(new MemoryScope("another", "user")).GetOutboxStatusAsync()).Parked, Is.Empty);

        server.Refuse = static _ => null;
        Assert.That(await memory.RetryParkedAsync(), Is.EqualTo(2));
        Assert.That((await memory.LoadConversationAsync("c1", 100)).Messages.Select(message => message.Id), Is.EqualTo(Enumerable.Range(0, 50).Select(i => $"m{i}")));
    }

    [Test]
    public async Task A_message_that_the_server_breaks_on_each_time_is_put_aside_in_the_end()
    {
        var server = await StartAsync();
        var memory = await OpenAsync(server.Url);
        server.Refuse = document => document["message_id"]?.ToString() == "m1" ? ("internal", "internal") : null;
        await StoreAsync(memory, 0, 3);
        await SentAsync(memory);

        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(2));
        Assert.That((await memory.GetOutboxStatusAsync()).Parked.Single().Message!.Id, Is.EqualTo("m1"));
        Assert.That((await memory.ForgetAsync(MemoryFilter.Everything)).Messages, Is.EqualTo(3));
        Assert.That((await memory.GetOutboxStatusAsync()).Parked, Is.Empty);
    }

    [Test]
    public async Task Batches_that_are_too_large_are_sent_in_pieces_and_one_message_that_is_is_put_aside()
    {
        var server = await StartAsync();
        server.MostBytes = 20_000;
        var memory = await OpenAsync(server.Url);
        await memory.StoreMessagesAsync(Enumerable.Range(0, 30).Select(i => TemporaryMemory.Message(new string((char)('a' + i % 26), i == 4 ? 30_000 : 2_000), id: $"m{i}", minute: i)));
        await memory.FlushAsync();

        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(29));
        Assert.That((await memory.GetOutboxStatusAsync()).Parked.Single().Message!.Id, Is.EqualTo("m4"));
    }

    [Test]
    public async Task A_wrong_key_is_said_and_loses_nothing()
    {
        var server = await StartAsync(key: "right");
        var memory = await OpenAsync(server.Url, options => options.ApiKey = "wrong");
        await StoreAsync(memory, 0, 2);

        Assert.That((await Find(memory, "message")).IsFromOutbox, Is.True);
        var failure = await Assert.ThrowsAsync<MemoryStoreException>(async () => await memory.CountMessagesAsync());
        Assert.That(failure!.Failure, Is.EqualTo(MemoryStoreFailure.Refused));
        Assert.That(failure.Message, Does.Contain("invalid_api_key").And.Contain("ApiKey").And.Not.Contain("wrong"));
        Assert.That((failure.InnerException as MeilisearchException)?.Code, Is.EqualTo("invalid_api_key"));
        Assert.That((await memory.GetOutboxStatusAsync()).Waiting, Is.EqualTo(2));
        await memory.DisposeAsync();

        var right = await OpenAsync(server.Url, options => options.ApiKey = "right");
        await SentAsync(right);
        Assert.That(await right.CountMessagesAsync(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_server_that_is_too_old_is_refused_by_name()
    {
        var server = await StartAsync("1.2.0");
        var memory = await OpenAsync(server.Url);

        Assert.That(async () => await memory.CountMessagesAsync(), Throws.InstanceOf<MemoryStoreException>().With.Message.Contains("1.2.0"));
    }

    [Test]
    public async Task What_is_forgotten_while_the_server_is_down_is_gone_from_the_outbox_at_once_and_from_the_server_when_it_is_back()
    {
        var server = await StartAsync();
        var memory = await OpenAsync(server.Url);
        await memory.StoreMessagesAsync([TemporaryMemory.Message("zebraquux on the server", id: "a"), TemporaryMemory.Message("something else", id: "b", minute: 1)]);
        await memory.FlushAsync();
        server.IsDown = true;
        await memory.StoreMessagesAsync([TemporaryMemory.Message("zebraquux in the outbox", id: "c", minute: 2)]);
        await memory.FlushAsync();
        Assert.That(await OutboxBytesAsync(), Does.Contain("zebraquux in the outbox"));

        var result = await memory.ForgetAsync(new MemoryFilter { Containing = "zebraquux" });
        await memory.StoreMessagesAsync([TemporaryMemory.Message("zebraquux said again", id: "d", minute: 3)]);
        await memory.FlushAsync();

        Assert.That(result, Is.EqualTo(new ForgetResult(1, false) { IsPending = true }));
        Assert.That(await OutboxBytesAsync(), Does.Not.Contain("in the outbox"));
        server.IsDown = false;
        await SentAsync(memory);
        Assert.That(await memory.ReadMessagesAsync().Select(message => message.Id).ToListAsync(), Is.EqualTo(new[] { "b", "d" }));
    }

    [Test]
    public async Task What_was_sent_and_forgotten_is_in_no_byte_of_the_outbox()
    {
        var server = await StartAsync();
        var memory = await OpenAsync(server.Url);
        await memory.StoreMessagesAsync([TemporaryMemory.Message("zebraquux", "zebra-conversation", directory: "/zebra/project")]);
        await memory.FlushAsync();
        await memory.ForgetAsync(MemoryFilter.Everything);

        string bytes = await OutboxBytesAsync();

        Assert.That(bytes, Does.Not.Contain("zebra"));
    }

    [Test]
    public async Task Processes_that_share_an_outbox_send_everything_once_and_in_order()
    {
        const int Processes = 4, Messages = 30;
        var server = await StartAsync();
        string outbox = Path.Combine(_temporary.Folder, "outbox.db");
        var results = await Task.WhenAll(Enumerable.Range(0, Processes).Select(i => ChildProcess.RunAsync("write-to-server", server.Url, outbox, $"writer{i}", $"{Messages}")));

        Assert.That(results.Select(result => result.Error), Is.All.Empty);
        Assert.That(results.Select(result => result.ExitCode), Is.All.Zero);
        var memory = await OpenAsync(server.Url);
        await SentAsync(memory);
        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(Processes * Messages * 2));
        Assert.That(await memory.CountMessagesAsync("shared"), Is.EqualTo(Processes * Messages));
        for (int i = 0; i < Processes; i++)
        {
            var own = await memory.LoadConversationAsync($"own-writer{i}", 1_000);
            Assert.That(own.Messages.Select(message => message.Id), Is.EqualTo(Enumerable.Range(0, Messages).Select(n => $"writer{i}-{n}")));
        }

        var places = server.Documents("nexus_messages").Select(document => (document["segment"]!.GetValue<long>(), document["slot"]!.GetValue<int>())).ToList();
        Assert.That(places, Is.Unique);
    }

    [Test]
    public async Task An_entry_that_cannot_be_read_is_put_aside()
    {
        var server = await StartAsync();
        server.IsDown = true;
        await using (var first = await OpenAsync(server.Url))
            await StoreAsync(first, 0, 3);
        using (var database = Nexus.Claude.Memory.Store.Database.Open(Path.Combine(_temporary.Folder, "outbox.db"), create: false))
            database.Execute("UPDATE entry SET body='{' WHERE seq=(SELECT min(seq) FROM entry)");
        server.IsDown = false;

        var memory = await OpenAsync(server.Url);
        await server.HasDocumentsAsync("nexus_messages", 2);

        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(2));
        var parked = (await memory.GetOutboxStatusAsync()).Parked.Single();
        Assert.That(parked.Message, Is.Null);
        Assert.That(parked.Reason, Does.Contain("cannot be read"));
    }

    [Test]
    public async Task An_index_that_somebody_deletes_is_made_again_with_its_settings()
    {
        var server = await StartAsync();
        var memory = await OpenAsync(server.Url);
        await StoreAsync(memory, 0, 2);
        server.Drop("nexus_messages");

        Assert.That((await Find(memory, "message")).Items, Is.Empty);
        await StoreAsync(memory, 2, 1);
        await SentAsync(memory);

        Assert.That((await Find(memory, "message")).Items.Single().Message.Id, Is.EqualTo("m2"));
        Assert.That(server.Settings("nexus_messages")["searchableAttributes"]!.ToJsonString(), Is.EqualTo("""["words"]"""));
    }

    [Test]
    public async Task A_file_that_is_no_outbox_is_refused_and_untouched()
    {
        string path = Path.Combine(_temporary.Folder, "outbox.db");
        await File.WriteAllTextAsync(path, new string('x', 10_000));

        var failure = await Assert.ThrowsAsync<MemoryStoreException>(async () => await OpenAsync("http://127.0.0.1:9"));

        Assert.That(failure!.Failure, Is.EqualTo(MemoryStoreFailure.Corrupt));
        Assert.That(failure.Message, Does.Contain("OutboxPath"));
        Assert.That(await File.ReadAllTextAsync(path), Has.Length.EqualTo(10_000));
    }

    private static LoopbackAnswer Error(int status, string code, string type, string? retryAfter = null) =>
        new(status, $$"""{"message":"no","code":"{{code}}","type":"{{type}}","link":""}""", retryAfter);

    private static Task<RecallResult> Find(ClaudeMemory memory, string text = "walrus") =>
        memory.RecallAsync(new MemoryQuery(text) { Reach = MemoryReach.Everywhere, MinimumCoverage = 0 });

    private static async Task StoreAsync(ClaudeMemory memory, int first, int count)
    {
        await memory.StoreMessagesAsync(Enumerable.Range(first, count).Select(i => TemporaryMemory.Message($"message {i}", id: $"m{i}")));
        await memory.FlushAsync();
    }

    // Each flush tries, and the time in which it does not is a millisecond here.
    private static async Task SentAsync(ClaudeMemory memory)
    {
        var patience = Stopwatch.StartNew();
        do
            await memory.FlushAsync();
        while ((await memory.GetOutboxStatusAsync()).Waiting > 0 && patience.Elapsed < TimeSpan.FromMinutes(1));
        Assert.That((await memory.GetOutboxStatusAsync()).Waiting, Is.Zero);
    }

    private async Task<LoopbackMeilisearch> StartAsync(string version = "1.50.0", string? key = null, int port = 0)
    {
        var server = await LoopbackMeilisearch.StartAsync(version, key, port);
        _servers.Add(server);
        return server;
    }

    private Task<ClaudeMemory> OpenAsync(string url, Action<MeilisearchOptions>? configure = null) => _temporary.OpenAsync(options =>
    {
        options.TimeProvider = _clock;
        options.Meilisearch = new MeilisearchOptions { Url = url, OutboxPath = Path.Combine(_temporary.Folder, "outbox.db"), RetryDelay = TimeSpan.FromMilliseconds(1) };
        configure?.Invoke(options.Meilisearch);
    });

    private async Task<string> OutboxBytesAsync()
    {
        var text = new StringBuilder();
        foreach (string file in Directory.EnumerateFiles(_temporary.Folder, "outbox.db*").Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            text.Append(Encoding.Latin1.GetString(copy.ToArray()));
        }

        return text.ToString();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
