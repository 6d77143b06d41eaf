using CsCheck;
using Nexus.Claude.Memory.Store;

namespace Nexus.Claude.Memory.Tests.Store;

[Parallelizable(ParallelScope.All)]
internal sealed class TermRowsTests
{
    // Few segments and few slots, so that rows meet.
    private static readonly Gen<(long Row, int Term)[]> Postings =
        Gen.Select(Gen.Long[1, 4], Gen.Int[0, 11], Gen.Int[0, 31], (segment, slot, term) => (RowIds.Of(segment, slot), term)).Array[0, 200];

    [Test]
    public void Merged_runs_hold_what_a_table_of_rows_would() => Postings.Array[0, 8].Sample(runs =>
    {
        using var rows = Filled(runs);
        var expected = Table(runs);

        Assert.That(rows.Rows.ToArray(), Is.EqualTo(expected.Keys.OrderDescending()));
        Assert.That(rows.Masks.ToArray(), Is.EqualTo(rows.Rows.ToArray().Select(row => expected[row])));
    });

    [Test]
    public void The_neighbours_of_any_row_are_found_in_its_own_segment_alone() => Postings.Array[0, 8].Sample(runs =>
    {
        using var rows = Filled(runs);
        var expected = Table(runs);
        foreach (long segment in new long[] { 1, 2, 3, 4 })
        {
            for (int slot = 0; slot < 14; slot++)
            {
                long row = RowIds.Of(segment, slot);
                int place = rows.PlaceOf(row);

                Assert.That(rows.MaskAt(place, row), Is.EqualTo(expected.GetValueOrDefault(row)));
                Assert.That(rows.Around(place, row), Is.EqualTo((At(slot - 1), At(slot + 1), At(slot - 2), At(slot + 2))));
            }

            uint At(int slot) => slot < 0 ? 0 : expected.GetValueOrDefault(RowIds.Of(segment, slot));
        }
    });

    [Test]
    public void Neither_the_first_nor_the_last_slot_of_a_segment_has_neighbours_in_another()
    {
        long last = RowIds.Of(7, RowIds.SlotsPerSegment - 1);
        using var rows = Filled([[(last + 1, 1), (last, 0)]]);

        Assert.That(rows.Around(rows.PlaceOf(last), last), Is.EqualTo((0u, 0u, 0u, 0u)));
        Assert.That(rows.Around(rows.PlaceOf(last + 1), last + 1), Is.EqualTo((0u, 0u, 0u, 0u)));
    }

    // As the index gives them: each run from high to low. One in three is given in no order at all.
    private static TermRows Filled((long Row, int Term)[][] runs)
    {
        var rows = new TermRows();
        for (int i = 0; i < runs.Length; i++)
        {
            rows.BeginRun();
            foreach (var (row, term) in i % 3 == 2 ? runs[i] : [.. runs[i].OrderByDescending(posting => posting.Row).ThenByDescending(posting => posting.Term)])
                rows.Add(row, term);
        }

        rows.Merge();
        return rows;
    }

    private static Dictionary<long, uint> Table((long Row, int Term)[][] runs)
    {
        var table = new Dictionary<long, uint>();
        foreach (var (row, term) in runs.SelectMany(run => run))
            table[row] = table.GetValueOrDefault(row) | 1u << term;
        return table;
    }
}
