using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Server.Conversations;

namespace Nexus.Claude.Server.Tests.Conversations;

/// <summary>What every store of conversations promises.</summary>
internal abstract class ConversationStoreContract
{
    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));

    protected abstract Task<IConversationStore> OpenAsync();

    [Test]
    public async Task What_was_never_made_is_not_there()
    {
        var store = await OpenAsync();
        Assert.Multiple(async () =>
        {
            Assert.That(await store.FindAsync("a", "conv_x", default), Is.Null);
            Assert.That(await store.ReadAsync("a", "conv_x", default), Is.Null);
            Assert.That(await store.UpdateAsync("a", "conv_x", new Dictionary<string, string>(), default), Is.Null);
            Assert.That(await store.ChangeAsync("a", "conv_x", Change(0, Said("hi")), default), Is.Null);
            Assert.That(await store.DeleteAsync("a", "conv_x", default), Is.False);
            Assert.That((await store.ListAsync("a", null, 10, true, default)).Conversations, Is.Empty);
        });
    }

    [Test]
    public async Task A_conversation_comes_back_as_it_was_made()
    {
        var store = await OpenAsync();
        var made = Make("a") with
        {
            Metadata = new Dictionary<string, string> { ["topic"] = "\"Zürich\" 東京 \U0001F680" }, Model = "sonnet", ProjectPath = "/work/x", ItemCount = 1,
        };
        await store.CreateAsync(made, [Said("first")], default);

        var log = (await store.ReadAsync("a", made.Id, default))!;
        Assert.Multiple(() =>
        {
            Assert.That(log.Conversation with { Metadata = made.Metadata }, Is.EqualTo(made));
            Assert.That(log.Conversation.Metadata, Is.EqualTo(made.Metadata));
            Assert.That(Texts(log), Is.EqualTo(new[] { "first" }));
        });
    }

    [Test]
    public async Task Items_of_every_kind_come_back_as_they_were()
    {
        var store = await OpenAsync();
        var made = await MakeAsync(store);
        ConversationItem[] items =
        [
            ConversationItem.Create(ItemRole.System, ["Be brief."]),
            ConversationItem.Create(ItemRole.User, ["Zürich, 東京, \U0001F680, \"q\" \\ \u2028 \u0000 <b>", ImageBlock.FromBytes(new byte[] { 1, 2, 255 }, "image/png")]),
            ConversationItem.Create(ItemRole.Assistant, [new ThinkingBlock { Thinking = "hm", Signature = "sig" }]),
            ConversationItem.Create(ItemRole.Assistant, [new RedactedThinkingBlock { Data = "xyz" }]),
            ConversationItem.Create(ItemRole.Assistant, [new ToolUseBlock { Id = "toolu_1", Name = "f", Input = JsonSerializer.Deserialize<JsonElement>("""{"b":[1.50,null],"a":"ü"}""") }]),
            ConversationItem.Create(ItemRole.User, [new ToolResultBlock { ToolUseId = "toolu_1", Content = ["ok", ImageBlock.FromUrl(new Uri("https://x.example/i.png"))], IsError = true }]),
            ConversationItem.Create(ItemRole.User, [DocumentBlock.FromText("text", "t.txt")]),
        ];

        await store.ChangeAsync("a", made.Id, Change(0, items), default);

        var read = (await store.ReadAsync("a", made.Id, default))!.Items;
        Assert.That(read.Select(item => ItemJson.Write(item)), Is.EqualTo(items.Select(item => ItemJson.Write(item))));
    }

    [Test]
    public async Task A_change_needs_the_version_that_it_was_made_from()
    {
        var store = await OpenAsync();
        var made = await MakeAsync(store);
        var first = await store.ChangeAsync("a", made.Id, Change(0, Said("1")), default);
        var late = await store.ChangeAsync("a", made.Id, Change(0, Said("lost")), default);
        var second = await store.ChangeAsync("a", made.Id, Change(1, Said("2")), default);

        var log = (await store.ReadAsync("a", made.Id, default))!;
        Assert.Multiple(() =>
        {
            Assert.That((first!.Version, second!.Version), Is.EqualTo((1L, 2L)));
            Assert.That(late, Is.Null);
            Assert.That(Texts(log), Is.EqualTo(new[] { "1", "2" }));
            Assert.That(log.Conversation.ItemCount, Is.EqualTo(2));
        });
    }

    [Test]
    public async Task Of_changes_at_the_same_time_exactly_one_is_made()
    {
        var store = await OpenAsync();
        var made = await MakeAsync(store);
        var done = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(async () =>
            await store.ChangeAsync("a", made.Id, Change(0, Said($"{number}"), Said("end")), default))));

        var log = (await store.ReadAsync("a", made.Id, default))!;
        Assert.That(done.Count(conversation => conversation is not null), Is.EqualTo(1));
        Assert.That((log.Items.Count, log.Conversation.Version), Is.EqualTo((2, 1L)));
    }

    [Test]
    public async Task A_turn_is_counted_with_its_tokens_and_model()
    {
        var store = await OpenAsync();
        var made = await MakeAsync(store);
        Time.Advance(TimeSpan.FromMinutes(5));
        await store.ChangeAsync("a", made.Id, Change(0, Said("1")) with { IsTurn = true, Tokens = 30, Model = "opus" }, default);
        await store.ChangeAsync("a", made.Id, Change(1, Said("2")) with { IsTurn = true, Tokens = 12 }, default);

        var found = (await store.FindAsync("a", made.Id, default))!;
        Assert.That((found.TurnCount, found.TotalTokens, found.Model, found.UpdatedAt - found.CreatedAt), Is.EqualTo((2, 42L, "opus", TimeSpan.FromMinutes(5))));
    }

    [TestCase(0, "x")]
    [TestCase(1, "1,x")]
    [TestCase(3, "1,2,3,x")]
    [TestCase(9, "1,2,3,x")]
    public async Task What_is_behind_the_kept_items_goes(int keep, string expected)
    {
        var store = await OpenAsync();
        var made = await MakeAsync(store);
        await store.ChangeAsync("a", made.Id, Change(0, Said("1"), Said("2"), Said("3")), default);
        var changed = await store.ChangeAsync("a", made.Id, Change(1, Said("x")) with { Keep = keep }, default);

        var log = (await store.ReadAsync("a", made.Id, default))!;
        Assert.That(string.Join(',', Texts(log)), Is.EqualTo(expected));
        Assert.That(changed!.ItemCount, Is.EqualTo(log.Items.Count));
    }

    [Test]
    public async Task A_log_can_become_empty_and_grow_again()
    {
        var store = await OpenAsync();
        var made = await MakeAsync(store);
        await store.ChangeAsync("a", made.Id, Change(0, Said("1")), default);
        await store.ChangeAsync("a", made.Id, Change(1) with { Keep = 0 }, default);
        Assert.That((await store.ReadAsync("a", made.Id, default))!.Items, Is.Empty);
        await store.ChangeAsync("a", made.Id, Change(2, Said("2")), default);
        Assert.That(Texts((await store.ReadAsync("a", made.Id, default))!), Is.EqualTo(new[] { "2" }));
    }

    [Test]
    public async Task Metadata_change_apart_from_the_log()
    {
        var store = await OpenAsync();
        var made = await MakeAsync(store);
        var updated = await store.UpdateAsync("a", made.Id, new Dictionary<string, string> { ["k"] = "v" }, default);
        var changed = await store.ChangeAsync("a", made.Id, Change(0, Said("1")), default);

        var found = (await store.FindAsync("a", made.Id, default))!;
        Assert.Multiple(() =>
        {
            Assert.That(updated!.Version, Is.EqualTo(0));
            Assert.That(changed!.Metadata, Is.EqualTo(new Dictionary<string, string> { ["k"] = "v" }));
            Assert.That(found.Metadata, Is.EqualTo(new Dictionary<string, string> { ["k"] = "v" }));
        });
    }

    [Test]
    [Property("gateway-row", 13)]
    public async Task Nobody_else_sees_it()
    {
        var store = await OpenAsync();
        var made = await MakeAsync(store);
        Assert.Multiple(async () =>
        {
            Assert.That(await store.FindAsync("b", made.Id, default), Is.Null);
            Assert.That(await store.ReadAsync("b", made.Id, default), Is.Null);
            Assert.That(await store.ChangeAsync("b", made.Id, Change(0, Said("mine")), default), Is.Null);
            Assert.That(await store.UpdateAsync("b", made.Id, new Dictionary<string, string>(), default), Is.Null);
            Assert.That(await store.DeleteAsync("b", made.Id, default), Is.False);
            Assert.That((await store.ListAsync("b", null, 10, true, default)).Conversations, Is.Empty);
            Assert.That(await store.FindAsync("a", made.Id, default), Is.Not.Null);
        });
    }

    [Test]
    public async Task Pages_neither_repeat_nor_lose_one([Values] bool newestFirst)
    {
        var store = await OpenAsync();
        var made = new List<string>();
        for (var number = 0; number < 7; number++)
        {
            made.Add((await MakeAsync(store)).Id);

            // Two of a time: the id decides.
            if (number % 2 == 1)
                Time.Advance(TimeSpan.FromSeconds(1));
        }

        var seen = new List<Conversation>();
        for (ConversationPage? page = null; page is null or { HasMore: true };)
        {
            page = await store.ListAsync("a", seen.LastOrDefault()?.Id, 3, newestFirst, default);
            seen.AddRange(page.Conversations);
        }

        Assert.That(seen.Select(one => one.Id), Is.EquivalentTo(made));
        Assert.That(seen.Select(one => one.CreatedAt), newestFirst ? Is.Ordered.Descending : Is.Ordered.Ascending);
        Assert.That((await store.ListAsync("a", "conv_gone", 3, newestFirst, default)).Conversations, Is.Empty);
    }

    [Test]
    public async Task What_is_deleted_is_gone_with_its_items()
    {
        var store = await OpenAsync();
        var made = await MakeAsync(store);
        await store.ChangeAsync("a", made.Id, Change(0, Said("1")), default);
        Assert.That(await store.DeleteAsync("a", made.Id, default), Is.True);
        Assert.Multiple(async () =>
        {
            Assert.That(await store.ReadAsync("a", made.Id, default), Is.Null);
            Assert.That(await store.ChangeAsync("a", made.Id, Change(1, Said("2")), default), Is.Null);
            Assert.That((await store.ListAsync("a", null, 10, true, default)).Conversations, Is.Empty);
            Assert.That(await store.DeleteAsync("a", made.Id, default), Is.False);
        });
    }

    protected static ConversationItem Said(string text) => ConversationItem.Create(ItemRole.User, [new TextBlock(text)]);

    protected static ConversationChange Change(long version, params ConversationItem[] items) => new() { ExpectedVersion = version, Items = items };

    protected static IEnumerable<string> Texts(ConversationLog log) => log.Items.Select(LogMessages.TextOf);

    protected Conversation Make(string owner) =>
        new() { Id = Conversation.NewId(), Owner = owner, CreatedAt = Time.GetUtcNow(), UpdatedAt = Time.GetUtcNow() };

    protected async Task<Conversation> MakeAsync(IConversationStore store, string owner = "a")
    {
        var made = Make(owner);
        await store.CreateAsync(made, [], default);
        return made;
    }
}
