using System.Globalization;
using CsCheck;
using Nexus.Claude.Memory.Recall;
using Nexus.Claude.Memory.Store;
using Nexus.Claude.Memory.Text;

namespace Nexus.Claude.Memory.Tests.Store;

[Parallelizable(ParallelScope.All)]
internal sealed class IndexTests
{
    private const long Id = 1;

    [Test]
    public void Rows_are_read_as_they_are_in_the_index_however_long_their_numbers_are() =>
        Gen.Select(Gen.Int[0, 40].SelectMany(bits => Gen.Long[1, 1L << bits]).Array[0, 60], Gen.Int[1, 80]).Sample((numbers, limit) =>
        {
            using var temporary = new Index();
            long[] rows = [.. numbers.Distinct().Order()];
            foreach (long row in rows)
                temporary.Add(row, "walrus");
            var partition = new Partition(Id, "", rows.Length, rows.Length, 1, 0);
            var term = new QueryTerm("walrus", 1, TokenKind.Word) { Frequency = rows.Length };
            using var fresh = new PostingLists(temporary.Database);
            using var ahead = new PostingLists(temporary.Database);

            Assert.That(ahead.ReadAhead(partition, new QueryTerm("tusk", 1, TokenKind.Word)), Is.Zero);
            Assert.That(ahead.ReadAhead(partition, term), Is.EqualTo(rows.Length));
            Assert.That(ahead.RowsAhead, Is.EqualTo(rows.Length));
            Assert.That(ahead.Newest(partition, term, limit).ToArray(), Is.EqualTo(rows.TakeLast(limit)));
            Assert.That(fresh.Newest(partition, term, limit).ToArray(), Is.EqualTo(rows.TakeLast(limit)));
        }, iter: 40);

    [Test]
    public void A_name_is_counted_whatever_other_names_begin_like_it() =>
        Gen.Select(Gen.String[Gen.Char["ab_é"], 1, 5].Array[0, 30], Gen.String[Gen.Char["ab_é"], 1, 4].Array[0, 12]).Sample((tokens, names) =>
        {
            using var temporary = new Index();
            for (int row = 0; row < tokens.Length; row++)
                temporary.Add(row + 1, tokens[row]);
            var partition = new Partition(Id, "", tokens.Length, tokens.Length, 1, 0);
            var terms = names.Distinct().Select(name => new QueryTerm(name, 1, TokenKind.Code)).ToList();

            long[] counted = new TermStatistics().FrequenciesOfNames(temporary.Database, partition, terms);

            Assert.That(counted, Is.EqualTo(terms.Select(term => (long)tokens.Count(token => token == term.Token))));
        }, iter: 40);

    [Test]
    public async Task The_index_is_put_together_at_the_end_and_again_when_it_has_grown_by_an_eighth()
    {
        await using var temporary = new TemporaryMemory();
        await FillAsync(temporary, from: 0, batches: 6);
        Assert.That(PiecesOf(temporary), Is.EqualTo(1));

        await FillAsync(temporary, from: 6, batches: 1, size: 5);
        Assert.That(PiecesOf(temporary), Is.EqualTo(2), "too little to be worth it");

        await FillAsync(temporary, from: 7, batches: 3);
        Assert.That(PiecesOf(temporary), Is.EqualTo(1));
        var memory = await temporary.OpenAsync();
        foreach (int batch in (int[])[0, 3, 6, 9])
            Assert.That((await memory.RecallAsync(new MemoryQuery($"walrus{batch}") { MinimumCoverage = 0 })).Items, Is.Not.Empty, $"batch {batch}");
    }

    [Test]
    public async Task The_index_is_put_together_when_nothing_has_come_in_for_a_second()
    {
        await using var temporary = new TemporaryMemory();
        await FillAsync(temporary, from: 0, batches: 6, close: false);

        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (PiecesOf(temporary) > 1 && patience.Elapsed < TimeSpan.FromSeconds(30))
        {
            temporary.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.That(PiecesOf(temporary), Is.EqualTo(1));
    }

    [Test]
    public async Task What_was_noted_of_a_project_goes_with_it()
    {
        await using var temporary = new TemporaryMemory();
        await FillAsync(temporary, from: 0, batches: 3);
        Assert.That(Notes(temporary), Is.EqualTo(1));

        var memory = await temporary.OpenAsync();
        await memory.ForgetAsync(MemoryFilter.Everything);

        Assert.That(Notes(temporary), Is.Zero);
    }

    private static async Task FillAsync(TemporaryMemory temporary, int from, int batches, int size = 40, bool close = true)
    {
        var memory = await temporary.OpenAsync();
        for (int batch = from; batch < from + batches; batch++)
        {
            await memory.StoreMessagesAsync([.. Enumerable.Range(0, size).Select(i => TemporaryMemory.Message($"walrus{batch} number {i}", id: $"m{batch}-{i}", minute: batch * 60 + i))]);
            await memory.FlushAsync();
        }

        if (close)
            await memory.DisposeAsync();
    }

    private static long PiecesOf(TemporaryMemory temporary) => Ask(temporary, $"SELECT count(DISTINCT segid) FROM {Schema.Index(Id)}_idx");

    private static long Notes(TemporaryMemory temporary) => Ask(temporary, "SELECT count(*) FROM setting WHERE name<>'key'");

    private static long Ask(TemporaryMemory temporary, string sql)
    {
        using var database = Database.Open(temporary.Path, create: false);
        return database.Prepare(sql).Scalar() ?? -1;
    }

    /// <summary>The index of one partition in memory.</summary>
    private sealed class Index : IDisposable
    {
        public Index() => Schema.CreateIndex(Database, Id);

        public Database Database { get; } = Database.Open(":memory:", create: true);

        public void Add(long row, string token) =>
            Database.Prepare(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {Schema.Index(Id)}(rowid, t) VALUES(?1, ?2)")).Bind(1, row).Bind(2, token).Run();

        public void Dispose() => Database.Dispose();
    }
}
