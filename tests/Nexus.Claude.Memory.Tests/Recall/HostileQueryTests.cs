using CsCheck;
using Nexus.Claude.Memory.Tests.Audit;

namespace Nexus.Claude.Memory.Tests.Recall;

[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class HostileQueryTests : IAsyncDisposable
{
    private const int Megabyte = 1024 * 1024;

    private static readonly Dictionary<string, string> Large = new()
    {
        ["one letter"] = new string('a', Megabyte),
        ["quotes"] = new string('"', Megabyte),
        ["backslashes"] = new string('\\', Megabyte),
        ["Chinese"] = string.Concat(Enumerable.Repeat("数据网关缓存队列", Megabyte / 8)),
        ["emoji"] = string.Concat(Enumerable.Repeat("😀👩‍👩‍👧", Megabyte / 10)),
        ["half surrogates"] = new string('\uD83D', Megabyte),
        ["operators"] = string.Concat(Enumerable.Repeat("NEAR(a OR b) AND NOT \"c\" * ^d ", Megabyte / 30)),
        ["different words"] = string.Join(' ', Enumerable.Range(0, Megabyte / 9).Select(i => $"word{i:x}")),
        ["lines"] = new string('\n', Megabyte),
        ["fences"] = string.Concat(Enumerable.Repeat("```\nx\n", Megabyte / 6)),
        ["angle brackets"] = string.Concat(Enumerable.Repeat("<private>", Megabyte / 9)),
    };

    private readonly TemporaryMemory _temporary = new();

    public ValueTask DisposeAsync() => _temporary.DisposeAsync();

    [TestCaseSource(nameof(Large)), SeedDefect("M11")]
    public async Task A_megabyte_of_anything_is_asked_for_and_stored(KeyValuePair<string, string> large)
    {
        var memory = await StoreAsync("the flux capacitor needs 1.21 gigawatts");
        await memory.StoreMessagesAsync([TemporaryMemory.Message(large.Value, "large")]);
        await memory.FlushAsync();

        await memory.RecallAsync(new MemoryQuery(large.Value));
        await memory.GetContextPrefixAsync(large.Value, large.Value.Length > 1_000 ? "/" + large.Value[..1_000] : null, [large.Value[..500]]);
        var found = await memory.RecallAsync(new MemoryQuery("flux capacitor"));

        Assert.That(found.Items[0].Message.Content, Does.Contain("gigawatts"));
    }

    [Test, SeedDefect("M11")]
    public async Task The_end_of_a_long_prompt_is_searched_for_as_well_as_its_beginning()
    {
        var memory = await StoreAsync("the walrus job rotates the keys", "the penguin job sends the mails");
        string filler = string.Join(' ', Enumerable.Range(0, 400).Select(i => $"please consider point {i} with care"));

        var end = await memory.RecallAsync(new MemoryQuery(filler + " and what does the walrus job do?") { MinimumCoverage = 0 });
        var start = await memory.RecallAsync(new MemoryQuery("what does the penguin job do? " + filler) { MinimumCoverage = 0 });

        Assert.That(end.Items[0].Message.Content, Does.Contain("walrus"));
        Assert.That(start.Items[0].Message.Content, Does.Contain("penguin"));
    }

    [TestCase("שלום עולם", "שלום")]
    [TestCase("مرحبا بالعالم", "بالعالم")]
    [TestCase("zero\u200Bwidth joiner", "zerowidth")]
    [TestCase("soft\u00ADhyphen here", "softhyphen")]
    [TestCase("\u202Ereversed order\u202C", "reversed")]
    [TestCase("the file C:\\repo\\src\\Auth.cs was changed", "C:/repo/src/Auth.cs")]
    [TestCase("the file /repo/src/Auth.cs was changed", "src\\Auth.cs")]
    [TestCase("it's the \"walrus\" job", "\"walrus\"")]
    [TestCase("half \uD83D a walrus", "walrus \uD83D")]
    [TestCase("ﬁle ＡＢＣ", "file abc")]
    public async Task Text_of_any_script_and_sign_is_found_again(string stored, string asked)
    {
        var memory = await StoreAsync(stored, "something else entirely");

        Assert.That((await memory.RecallAsync(new MemoryQuery(asked))).Items.Select(item => item.Message.Id), Is.EqualTo(new[] { "m0" }));
    }

    [Test]
    public async Task No_query_of_any_kind_throws()
    {
        var memory = await StoreAsync("some stored text about foo");
        string[] signs = ["\"", "\\", "NEAR(", "*", "^", "AND", "OR", "NOT", "col:", "{", "😀", "\uD800", "\uDC00", "\u200B", "\u202E", "中文", "```\n", "<private>", "'"];
        var piece = Gen.OneOf(Gen.String, Gen.Int[0, signs.Length - 1].Select(i => signs[i]));
        var queries = piece.List[0, 12].Select(pieces => string.Join(' ', pieces));
        foreach (string query in queries.Array[150].Single())
            Assert.That(async () => await memory.GetContextAsync(new MemoryQuery(query) { Files = [query], WorkingDirectory = query, MinimumCoverage = 0 }), Throws.Nothing, query);
    }

    private async Task<ClaudeMemory> StoreAsync(params string[] texts)
    {
        var memory = await _temporary.OpenAsync();
        await memory.StoreMessagesAsync(texts.Select((text, i) => TemporaryMemory.Message(text, $"c{i}", $"m{i}", i)));
        await memory.FlushAsync();
        return memory;
    }
}
