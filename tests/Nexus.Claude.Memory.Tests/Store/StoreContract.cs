using System.Text;
using System.Text.Json;
using CsCheck;
using Nexus.Claude.Memory.Tests.Audit;
using Nexus.Claude.Memory.Tests.Privacy;

namespace Nexus.Claude.Memory.Tests.Store;

/// <summary>What every store does: the same tests for the file and for the server.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal abstract class StoreContract : IAsyncDisposable
{
    protected TemporaryMemory Temporary { get; } = new();

    public virtual ValueTask DisposeAsync() => Temporary.DisposeAsync();

    /// <summary>Opens the same store each time.</summary>
    protected abstract Task<ClaudeMemory> OpenAsync(Action<MemoryOptions>? configure = null);

    [Test]
    public async Task What_was_stored_comes_back_whole_and_in_order()
    {
        var memory = await OpenAsync();
        var message = new MemoryMessage
        {
            Id = "a", ConversationId = "c1", Role = MemoryRole.Tool, Content = "Bash dotnet test", Speaker = "Ann", Turn = 3, CreatedAt = TemporaryMemory.Start,
            WorkingDirectory = "/repo", Files = ["/repo/a.cs", "/repo/b.cs"], ToolName = "Bash", IsError = true,
        };
        await memory.StoreMessagesAsync([message, TemporaryMemory.Message("second", minute: 1)]);
        await memory.FlushAsync();

        var page = await memory.LoadConversationAsync("c1");

        Assert.That(page.Messages.Select(found => found.Content), Is.EqualTo(new[] { "Bash dotnet test", "second" }));
        Assert.That(page.Messages[0] with { Files = message.Files, Project = null }, Is.EqualTo(message));
        Assert.That(page.Messages[0].Files, Is.EqualTo(message.Files));
        Assert.That((page.TotalCount, page.LastTurn, page.HasMore), Is.EqualTo((2, 3, false)));
    }

    [Test]
    [Row(24), Row(28), SeedDefect("M9"), SeedDefect("E44")]
    public async Task A_conversation_is_paged_exactly_also_beyond_a_thousand_messages_and_while_it_grows()
    {
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync(Enumerable.Range(0, 2_500).Select(i => TemporaryMemory.Message($"message {i}", id: $"m{i}", minute: i, turn: i)));
        await memory.FlushAsync();

        var read = new List<string>();
        string? next = null;
        do
        {
            var page = await memory.LoadConversationAsync("c1", 700, next);
            read.InsertRange(0, page.Messages.Select(message => message.Id!));
            if (next is null)
                await memory.StoreMessagesAsync([TemporaryMemory.Message("one more", id: "late", minute: 9_000)]);
            await memory.FlushAsync();
            next = page.Next;
        }
        while (next is not null);

        Assert.That(read, Is.EqualTo(Enumerable.Range(0, 2_500).Select(i => $"m{i}")));
        Assert.That((await memory.LoadConversationAsync("c1", 1)).TotalCount, Is.EqualTo(2_501));
        Assert.That(async () => await memory.LoadConversationAsync("c1", 10, "nonsense"), Throws.ArgumentException);
    }

    [Test]
    [Row(13)]
    public async Task The_same_message_is_stored_once_and_a_changed_one_takes_its_place()
    {
        var memory = await OpenAsync();
        var first = TemporaryMemory.Message("the gateway listens on port 8080", id: "a");
        await memory.StoreMessagesAsync([first, first]);
        await memory.FlushAsync();
        await memory.StoreMessagesAsync([first, first with { Content = "the gateway listens on port 9090" }]);
        await memory.StoreMessagesAsync([TemporaryMemory.Message("without an id"), TemporaryMemory.Message("without an id")]);
        await memory.FlushAsync();

        var page = await memory.LoadConversationAsync("c1");

        Assert.That(page.Messages.Select(message => message.Content), Is.EqualTo(new[] { "the gateway listens on port 9090", "without an id" }));
        Assert.That((await Find(memory, "8080")).Items, Is.Empty);
        Assert.That((await Find(memory, "9090")).Items[0].Message.Id, Is.EqualTo("a"));
    }

    [Test]
    [SeedDefect("M8")]
    public async Task Files_that_become_known_later_are_added_to_the_message()
    {
        var memory = await OpenAsync();
        var prompt = TemporaryMemory.Message("make the login faster", id: "a");
        await memory.StoreMessagesAsync([prompt]);
        await memory.FlushAsync();
        await memory.StoreMessagesAsync([prompt with { Files = ["/repo/src/LoginPage.cs"] }]);
        await memory.FlushAsync();

        var found = await Find(memory, "LoginPage.cs");

        Assert.That(found.Items.Single().Message.Files, Is.EqualTo(new[] { "/repo/src/LoginPage.cs" }));
        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(1));
    }

    [Test]
    [SeedDefect("E46"), SeedDefect("M9")]
    public async Task Conversations_are_listed_with_exact_counts_the_last_used_first()
    {
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync([TemporaryMemory.Message("older\nsecond line", "old", minute: 0, directory: "/p"), TemporaryMemory.Message("newer", "new", minute: 5)]);
        await memory.StoreMessagesAsync([TemporaryMemory.Message("answer", "old", minute: 1, role: "assistant")]);
        await memory.FlushAsync();

        var list = await memory.ListConversationsAsync();

        Assert.That(list.Select(conversation => conversation.Id), Is.EqualTo(new[] { "new", "old" }));
        Assert.That(list[1], Is.EqualTo(new MemoryConversation("old", "older second line", "/p", "/p", TemporaryMemory.Start, TemporaryMemory.Start.AddMinutes(1), 2)));
        Assert.That(await memory.ListConversationsAsync(project: "/p"), Has.Count.EqualTo(1));
        Assert.That(await memory.CountMessagesAsync("old"), Is.EqualTo(2));
    }

    [Test]
    public async Task Disposing_writes_what_waits()
    {
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync([TemporaryMemory.Message("written at the end")]);
        await memory.DisposeAsync();

        Assert.That(await (await OpenAsync()).CountMessagesAsync(), Is.EqualTo(1));
        Assert.That(async () => await memory.FlushAsync(), Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(async () => await memory.CountMessagesAsync(), Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    [Row(20), SeedDefect("M14")]
    public async Task Nothing_of_one_scope_is_ever_seen_from_another()
    {
        var memory = await OpenAsync();
        MemoryScope[] scopes = [.. from tenant in (string[])["t1", "t2"] from user in (string[])["u1", "u2", "t1"] select new MemoryScope(tenant, user)];
        var gen = Gen.Select(Gen.Int[0, scopes.Length - 1], Gen.Int[0, 3], Gen.Int[0, 4], Gen.Int[0, 2].Select(i => ((string[])["deploy the gateway", "rotate the key", "fix the parser"])[i]));
        var stored = new List<(MemoryScope Scope, MemoryMessage Message)>();
        foreach (var (scope, project, conversation, text) in gen.Array[200].Single())
        {
            var message = TemporaryMemory.Message($"{text} {stored.Count}", $"c{conversation}", $"m{stored.Count}", directory: $"/p{project}");
            stored.Add((scopes[scope], message));
            await memory.ForScope(scopes[scope]).StoreMessagesAsync([message]);
        }

        await memory.FlushAsync();
        foreach (var scope in scopes)
        {
            var view = memory.ForScope(scope);
            var own = stored.Where(entry => entry.Scope == scope).Select(entry => entry.Message.Id!).ToHashSet();
            var all = await view.ReadMessagesAsync().ToListAsync();
            Assert.That(all.Select(message => message.Id), Is.EquivalentTo(own));
            Assert.That(await view.CountMessagesAsync(), Is.EqualTo(own.Count));
            foreach (string text in (string[])["deploy gateway", "rotate key", "parser"])
            {
                var found = await view.RecallAsync(new MemoryQuery(text) { Reach = MemoryReach.Everywhere, Limit = 100, MinimumCoverage = 0, MinimumScore = 0 });
                Assert.That(found.Items.Select(item => item.Message.Id), Is.SubsetOf(own));
            }

            Assert.That(await view.GetMessagesAsync([.. stored.Select(entry => entry.Message.Id!)]), Has.Count.EqualTo(own.Count));
        }

        await memory.ForScope(scopes[0]).ForgetAsync(MemoryFilter.Everything);
        Assert.That(await memory.ForScope(scopes[0]).CountMessagesAsync(), Is.Zero);
        Assert.That(await memory.ForScope(scopes[1]).CountMessagesAsync(), Is.EqualTo(stored.Count(entry => entry.Scope == scopes[1])));
    }

    [Test]
    public async Task Text_of_any_kind_is_kept_as_it_is()
    {
        var memory = await OpenAsync();
        string[] texts = ["emoji 😀👩‍👩‍👧", "שלום עולם", "null\0byte", "lone \uD800 half", "quote ' \" \\ ; DROP TABLE message; --", "zero\u200Bwidth", "\t\r\n line"];
        await memory.StoreMessagesAsync(texts.Select((text, i) => TemporaryMemory.Message(text, id: $"m{i}", minute: i)));
        await memory.FlushAsync();

        var page = await memory.LoadConversationAsync("c1");

        Assert.That(page.Messages.Select(message => message.Content), Is.EqualTo(texts.Select(text => text.Replace('\0', '\uFFFD').Replace('\uD800', '\uFFFD'))));
    }

    [TestCaseSource(typeof(ForgettingTests), nameof(ForgettingTests.Filters))]
    public async Task What_is_forgotten_is_found_no_more(KeyValuePair<string, MemoryFilter> filter)
    {
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync(Enumerable.Range(0, 60).Select(i => TemporaryMemory.Message($"ordinary talk number {i} about builds", $"other{i % 7}", $"o{i}", i, directory: "/ordinary")));
        await memory.StoreMessagesAsync([TemporaryMemory.Message("the codeword is zebraquux", "zebra", "zebra-id", directory: "/zebra/project",
            files: ["/zebra/project/zebraquux.txt"]) with { CreatedAt = TemporaryMemory.Start.AddDays(-7) }]);

        var result = await memory.ForgetAsync(filter.Value);

        bool everything = filter.Key == "everything";
        Assert.That((result.Messages, result.IsPending), Is.EqualTo((everything ? 61 : 1, false)));
        Assert.That(await memory.CountMessagesAsync(), Is.EqualTo(everything ? 0 : 60));
        Assert.That((await Find(memory, "zebraquux codeword")).Items, Is.Empty);
        Assert.That((await memory.ListConversationsAsync()).Select(conversation => conversation.Id), Has.None.EqualTo("zebra"));
        Assert.That(await memory.GetMessagesAsync(["zebra-id"]), Is.Empty);
        await memory.StoreMessagesAsync([TemporaryMemory.Message("after forgetting", "zebra", directory: "/zebra2")]);
        await memory.FlushAsync();
        Assert.That(await memory.CountMessagesAsync("zebra"), Is.EqualTo(1));
    }

    [Test]
    public async Task Forgetting_the_first_message_of_a_conversation_changes_its_preview()
    {
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync([TemporaryMemory.Message("my phone is 555", id: "a"), TemporaryMemory.Message("what is next?", id: "b", minute: 1)]);
        await memory.ForgetAsync(new MemoryFilter { Ids = ["a"] });

        var conversation = (await memory.ListConversationsAsync()).Single();

        Assert.That((conversation.Preview, conversation.MessageCount), Is.EqualTo(("what is next?", 1)));
    }

    [Test]
    public async Task An_export_is_whole_in_order_and_read_into_another_scope()
    {
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync(Enumerable.Range(0, 1_205).Select(i => TemporaryMemory.Message($"Zeile {i}\nzweite 中文", $"c{i % 3}", $"m{i}", i, directory: "/p", files: [$"/p/{i}.cs"])));
        var file = new MemoryStream();

        long count = await memory.ExportAsync(file);
        var lines = Encoding.UTF8.GetString(file.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<MemoryMessage>(line, JsonSerializerOptions.Web)!).ToList();
        var other = memory.ForScope(new MemoryScope("other", "user"));
        await other.StoreMessagesAsync(lines);
        await other.FlushAsync();

        Assert.That(count, Is.EqualTo(1_205));
        Assert.That(lines.Where(message => message.ConversationId == "c1").Select(message => message.Id), Is.EqualTo(Enumerable.Range(0, 1_205).Where(i => i % 3 == 1).Select(i => $"m{i}")));
        Assert.That(await other.CountMessagesAsync(), Is.EqualTo(1_205));
        Assert.That((await other.GetMessagesAsync(["m7"])).Single().Files, Is.EqualTo(new[] { "/p/7.cs" }));
    }

    [TestCase("how do we rotate the signing key?", "key")]
    [TestCase("密钥", "chinese")]
    [TestCase("签名密钥", "chinese")]
    [TestCase("session start event", "identifier")]
    [TestCase("SessionStartEvent", "identifier")]
    [TestCase("what about src\\Auth\\TokenService.cs", "path")]
    [TestCase("CS8602", "code")]
    [TestCase("quotes \" and \\ AND OR NOT ( * walrus", "walrus")]
    public async Task A_question_finds_what_it_is_about(string question, string expected)
    {
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync(Talk());
        await memory.FlushAsync();

        var found = await Find(memory, question);

        Assert.That(found.IsFromOutbox, Is.False);
        Assert.That(found.Items[0].Message.Id, Is.EqualTo(expected));
        Assert.That(found.Items[0].Relevance.MatchedTerms, Is.Not.Empty);
    }

    [Test]
    public async Task An_answer_that_repeats_no_word_of_the_question_is_found_beside_it()
    {
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync(Talk());
        await memory.FlushAsync();

        var found = await memory.RecallAsync(new MemoryQuery("rotate the signing key") { Reach = MemoryReach.Everywhere, MinimumScore = 0.1, Limit = 5 });

        Assert.That(found.Items.Select(item => item.Message.Id), Does.Contain("answer"));
    }

    [Test]
    public async Task One_conversation_is_searched_alone_or_left_out()
    {
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync([TemporaryMemory.Message("the walrus is blue", "c1", "a"), TemporaryMemory.Message("the walrus is red today", "c2", "b")]);
        await memory.FlushAsync();

        var only = await memory.RecallAsync(new MemoryQuery("walrus") { Reach = MemoryReach.Everywhere, ConversationId = "c1" });
        var except = await memory.RecallAsync(new MemoryQuery("walrus") { Reach = MemoryReach.Everywhere, ExceptConversationId = "c1" });

        Assert.That(only.Items.Select(item => item.Message.Id), Is.EqualTo(new[] { "a" }));
        Assert.That(except.Items.Select(item => item.Message.Id), Is.EqualTo(new[] { "b" }));
    }

    [TestCase("/work/api", MemoryReach.Nearby, "/work/api,/work/api/sub,/work/web,/work")]
    [TestCase("/work/api", MemoryReach.Project, "/work/api")]
    [TestCase("/work/api", MemoryReach.Everywhere, "/work/api,/work/api/sub,/work/web,/work,/else/where,C:\\Work\\Api,C:\\Work\\Web")]
    [TestCase("c:/work/API", MemoryReach.Nearby, "C:\\Work\\Api,C:\\Work\\Web")]
    [TestCase("C:\\work\\api", MemoryReach.Project, "C:\\Work\\Api")]
    public async Task A_search_goes_as_far_as_it_is_told(string directory, MemoryReach reach, string expected)
    {
        string[] directories = ["/work/api", "/work/api/sub", "/work/web", "/work", "/else/where", @"C:\Work\Api", @"C:\Work\Web"];
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync(directories.Select((one, i) => TemporaryMemory.Message($"walrus number {i}", $"c{i}", one, directory: one)));
        await memory.FlushAsync();

        var found = await memory.RecallAsync(new MemoryQuery("walrus") { WorkingDirectory = directory, Reach = reach, Limit = 20, MinimumScore = 0, Diversify = false });

        Assert.That(found.Items.Select(item => item.Message.Id), Is.EquivalentTo(expected.Split(',')));
    }

    [Test]
    public async Task Scopes_that_differ_in_case_alone_are_different()
    {
        var memory = await OpenAsync();
        await memory.ForScope(new MemoryScope("Acme", "ann")).StoreMessagesAsync([TemporaryMemory.Message("the walrus is a secret", "Conversation")]);
        await memory.FlushAsync();
        var other = memory.ForScope(new MemoryScope("acme", "Ann"));

        Assert.That((await Find(other, "walrus")).Items, Is.Empty);
        Assert.That(await other.CountMessagesAsync(), Is.Zero);
        Assert.That((await other.LoadConversationAsync("Conversation")).Messages, Is.Empty);
        Assert.That((await memory.ForScope(new MemoryScope("Acme", "ann")).LoadConversationAsync("conversation")).Messages, Is.Empty);
    }

    [Test]
    public async Task Names_of_any_kind_name_scopes_conversations_and_directories()
    {
        string[] names = ["o'neil \"x\"", @"back\slash\", "= 1 OR tenant != ''", "日本", string.Concat(Enumerable.Repeat("yes-", 150)), "D1:3", "new\nline"];
        var memory = await OpenAsync();
        foreach (string name in names)
        {
            await memory.ForScope(new MemoryScope(name, name)).StoreMessagesAsync(
                [TemporaryMemory.Message("walrus " + name, name, name, directory: "/home/" + name), TemporaryMemory.Message("second", name, "b", 1, directory: "/home/" + name)]);
        }

        await memory.FlushAsync();

        foreach (string name in names)
        {
            var own = memory.ForScope(new MemoryScope(name, name));
            Assert.That((await own.LoadConversationAsync(name)).Messages, Has.Count.EqualTo(2), name);
            var found = await own.RecallAsync(new MemoryQuery("walrus") { WorkingDirectory = "/home/" + name });
            Assert.That(found.Items.Select(item => item.Message.Id), Does.Contain(name));
            Assert.That((await own.GetMessagesAsync([name])).Single().Content, Is.EqualTo("walrus " + name));
            Assert.That((await own.ForgetAsync(new MemoryFilter { Project = "/home/" + name })).Messages, Is.EqualTo(2), name);
        }
    }

    [Test]
    public async Task A_conversation_stays_in_the_project_it_began_in()
    {
        await using (var first = await OpenAsync())
            await first.StoreMessagesAsync([TemporaryMemory.Message("walrus one", "c1", "a", directory: "/begun")]);
        var memory = await OpenAsync();
        await memory.StoreMessagesAsync([TemporaryMemory.Message("walrus two", "c1", "b", 1, directory: "/moved")]);
        await memory.FlushAsync();

        Assert.That((await memory.ListConversationsAsync()).Single().Project, Is.EqualTo("/begun"));
        Assert.That((await memory.LoadConversationAsync("c1")).Messages.Select(message => (message.Project, message.WorkingDirectory)),
            Is.EqualTo(new[] { ("/begun", "/begun"), ("/begun", "/moved") }));
    }

    protected static Task<RecallResult> Find(ClaudeMemory memory, string text) =>
        memory.RecallAsync(new MemoryQuery(text) { Reach = MemoryReach.Everywhere, MinimumCoverage = 0 });

    /// <summary>Conversations about several things, with answers that repeat nothing.</summary>
    protected static IEnumerable<MemoryMessage> Talk() =>
    [
        TemporaryMemory.Message("How do we rotate the signing key of the gateway?", "keys", "key"),
        TemporaryMemory.Message("Every ninety days, by a nightly job that the operators own.", "keys", "answer", 1, "assistant"),
        TemporaryMemory.Message("签名密钥每九十天轮换一次", "zh", "chinese", 2),
        TemporaryMemory.Message("The SessionStartEvent is raised twice after a resume", "events", "identifier", 3),
        TemporaryMemory.Message("Warning CS8602 comes from the nullable context of the parser", "events", "code", 4),
        TemporaryMemory.Message("look at src/Auth/TokenService.cs, it holds the cache", "files", "path", 5, files: ["/repo/src/Auth/TokenService.cs"]),
        TemporaryMemory.Message("a walrus is a large marine mammal", "animals", "walrus", 6),
        .. Enumerable.Range(0, 40).Select(i => TemporaryMemory.Message($"ordinary talk number {i} about builds and tests of the gateway", $"talk{i % 4}", $"t{i}", 10 + i)),
    ];
}
