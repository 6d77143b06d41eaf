using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Server.Conversations;
using Nexus.Claude.Server.Redis;

namespace Nexus.Claude.Server.Tests.Conversations;

internal sealed class InMemoryConversationStoreTests : ConversationStoreContract
{
    protected override Task<IConversationStore> OpenAsync() => Task.FromResult<IConversationStore>(Open(_ => { }));

    [Test]
    public async Task A_conversation_that_nobody_has_used_for_its_lifetime_is_gone()
    {
        var store = Open(options => options.Lifetime = TimeSpan.FromHours(1));
        var made = await MakeAsync(store);
        Time.Advance(TimeSpan.FromMinutes(59));
        await store.ChangeAsync("a", made.Id, Change(0, Said("1")), default);
        Time.Advance(TimeSpan.FromMinutes(59));
        Assert.That(await store.FindAsync("a", made.Id, default), Is.Not.Null);
        Time.Advance(TimeSpan.FromMinutes(2));
        Assert.That(await store.FindAsync("a", made.Id, default), Is.Null);
        Assert.That((await store.ListAsync("a", null, 10, true, default)).Conversations, Is.Empty);
    }

    [Test]
    public async Task The_one_not_used_for_longest_makes_room_by_number()
    {
        var store = Open(options => options.MaxInMemory = 2);
        var (first, second) = (await MakeAsync(store), await MakeAsync(store));
        await store.FindAsync("a", first.Id, default);
        var third = await MakeAsync(store);
        var left = (await store.ListAsync("a", null, 10, true, default)).Conversations.Select(one => one.Id);
        Assert.That(left, Is.EquivalentTo(new[] { first.Id, third.Id }));
        Assert.That(await store.FindAsync("a", second.Id, default), Is.Null);
    }

    [Test]
    public async Task Large_ones_make_room_by_size_and_the_newest_stays()
    {
        var store = Open(options => options.MaxBytesInMemory = 10_000);
        var first = await MakeAsync(store);
        await store.ChangeAsync("a", first.Id, Change(0, Said(new string('x', 3_000))), default);
        var second = await MakeAsync(store);
        var changed = await store.ChangeAsync("a", second.Id, Change(0, Said(new string('x', 300_000))), default);
        Assert.That(changed, Is.Not.Null);
        Assert.That(await store.FindAsync("a", first.Id, default), Is.Null);
        Assert.That(await store.FindAsync("a", second.Id, default), Is.Not.Null);
    }

    private InMemoryConversationStore Open(Action<GatewayConversationOptions> configure)
    {
        var options = new NexusClaudeServerOptions();
        configure(options.Conversations);
        return new InMemoryConversationStore(Options.Create(options), Time);
    }
}

internal sealed class SqliteConversationStoreTests : ConversationStoreContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nexus-conversations-").FullName;
    private readonly List<ConversationDatabase> _open = [];

    private string DatabasePath => Path.Combine(_folder, "inside", "conversations.db");

    [TearDown]
    public void CleanUp()
    {
        foreach (var database in _open)
            database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Conversations_outlive_the_process()
    {
        var made = await MakeAsync(Open());
        await Open().ChangeAsync("a", made.Id, Change(0, Said("kept")), default);
        _open.ForEach(database => database.Dispose());
        Assert.That(Texts((await Open().ReadAsync("a", made.Id, default))!), Is.EqualTo(new[] { "kept" }));
    }

    [Test]
    public async Task Two_processes_may_use_one_file()
    {
        var (one, other) = (Open(), Open());
        var made = await MakeAsync(one);
        var done = await Task.WhenAll(new[] { one, other }.Select(store => Task.Run(async () => await store.ChangeAsync("a", made.Id, Change(0, Said("x")), default))));
        Assert.That(done.Count(conversation => conversation is not null), Is.EqualTo(1));
    }

    [Test]
    public async Task A_conversation_that_nobody_has_used_for_its_lifetime_is_gone()
    {
        var store = Open();
        var made = await MakeAsync(store);
        Time.Advance(TimeSpan.FromDays(31));
        Assert.That(await store.FindAsync("a", made.Id, default), Is.Null);
        await MakeAsync(store);
        var earlier = new SqliteConversationStore(_open[0], Options.Create(new NexusClaudeServerOptions()), new FakeTimeProvider(made.CreatedAt));
        Assert.That(await earlier.FindAsync("a", made.Id, default), Is.Null, "its rows should have been removed");
    }

    [Test]
    [UnsupportedOSPlatform("windows")]
    [Platform(Exclude = "Win", Reason = "Windows has no modes of files.")]
    public async Task Only_this_account_may_read_the_file()
    {
        await MakeAsync(Open());
        Assert.That(File.GetUnixFileMode(DatabasePath), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public async Task Another_programs_file_is_left_as_it_is()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(DatabasePath)!);
        await File.WriteAllTextAsync(DatabasePath, "not a database, and longer than a header of one would be.....................................................");
        var before = await File.ReadAllBytesAsync(DatabasePath);
        var error = Assert.Throws<InvalidOperationException>(() => Open());
        Assert.That(error!.Message, Does.Contain("DatabasePath"));
        Assert.That(await File.ReadAllBytesAsync(DatabasePath), Is.EqualTo(before));
    }

    protected override Task<IConversationStore> OpenAsync() => Task.FromResult<IConversationStore>(Open());

    private SqliteConversationStore Open()
    {
        var database = new ConversationDatabase(DatabasePath);
        _open.Add(database);
        return new SqliteConversationStore(database, Options.Create(new NexusClaudeServerOptions()), Time);
    }
}

internal sealed class RedisConversationStoreTests : ConversationStoreContract
{
    private RedisServer? _server;
    private RedisConnection? _connection;

    [TearDown]
    public async Task CleanUp()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Test]
    public async Task Everything_that_is_kept_goes_by_itself_after_its_lifetime()
    {
        var store = await OpenAsync();
        var made = await MakeAsync(store);
        await store.ChangeAsync("a", made.Id, Change(0, Said("1")), default);
        var left = await _connection!.RunAsync(
            async database =>
            {
                var keys = (string[])(await database.ExecuteAsync("KEYS", "*"))!;
                return await Task.WhenAll(keys.Select(async key => (key, await database.KeyTimeToLiveAsync(key))));
            },
            default);
        Assert.That(left, Has.Length.EqualTo(3));
        foreach (var (key, lifetime) in left)
            Assert.That(lifetime, Is.GreaterThan(TimeSpan.FromDays(29)).And.LessThanOrEqualTo(TimeSpan.FromDays(30)), key);
    }

    [Test]
    public async Task The_index_forgets_conversations_that_have_expired()
    {
        var store = await OpenAsync();
        var (first, second) = (await MakeAsync(store), await MakeAsync(store));
        await _connection!.RunAsync(database => database.KeyDeleteAsync(_connection.Key($"conversation:{{a/{first.Id}}}")), default);
        var page = await store.ListAsync("a", null, 10, true, default);
        Assert.That(page.Conversations.Select(one => one.Id), Is.EqualTo(new[] { second.Id }));
    }

    protected override async Task<IConversationStore> OpenAsync()
    {
        _server = await RedisServer.StartAsync();
        var options = Options.Create(new NexusClaudeServerOptions { Redis = { ConnectionString = $"{_server.ConnectionString},allowAdmin=true" } });
        _connection = new RedisConnection(options, NullLogger<RedisConnection>.Instance);
        return new RedisConversationStore(_connection, options, Time);
    }
}
