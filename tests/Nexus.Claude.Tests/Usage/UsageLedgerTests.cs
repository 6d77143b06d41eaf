using System.Text;
using Nexus.Claude.Tests.Messages;

namespace Nexus.Claude.Tests.Usage;

/// <summary>Usage is counted once, whatever the results repeat.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class UsageLedgerTests
{
    private static readonly string[] Recorded =
        [.. Transcripts.Output().Where(line => ClaudeMessage.Parse(line.Line) is ResultMessage).Select(line => line.File).Distinct()];

    [TestCaseSource(nameof(Recorded))]
    public void The_turns_of_a_recorded_session_add_up_to_its_running_total(string file)
    {
        var results = Transcripts.Output().Where(line => line.File == file).Select(line => ClaudeMessage.Parse(line.Line)).OfType<ResultMessage>().ToList();
        var ledger = new UsageLedger();

        var turns = results.Select(result => ledger.Observe(result)!).ToList();

        // A resumed session begins with what it had cost before.
        var before = results[0].SessionCostUsd - turns[0].CostUsd;
        Assert.Multiple(() =>
        {
            Assert.That(ledger.Total.CostUsd, Is.EqualTo(results[^1].SessionCostUsd - before).Within(0.000_000_1m));
            Assert.That(ledger.Total.Turns, Is.EqualTo(results.Count));
            Assert.That(ledger.Total.OutputTokens, Is.EqualTo(turns.Sum(turn => turn.OutputTokens)));
            Assert.That(ledger.LastTurn, Is.SameAs(turns[^1]));
            Assert.That(ledger.SessionCostUsd, Is.EqualTo(results[^1].SessionCostUsd));
            Assert.That(before, file is "session_resume.jsonl" or "session_continue.jsonl" ? Is.GreaterThan(0m) : Is.GreaterThanOrEqualTo(0m));
        });
    }

    [Test]
    public void The_split_of_the_cache_is_kept_by_model()
    {
        var ledger = new UsageLedger();
        ledger.Observe(Result(0, Own(("opus", 10, 5, 100, 20, 0.5m), ("haiku", 1, 2, 0, 0, 0.01m))));
        ledger.Observe(Result(1, Own(("opus", 4, 3, 200, 0, 0.25m))));

        var total = ledger.Total;

        Assert.Multiple(() =>
        {
            Assert.That(total.ByModel.Keys, Is.EquivalentTo(new[] { "opus", "haiku" }));
            Assert.That(total.ByModel["opus"].CacheReadInputTokens, Is.EqualTo(300));
            Assert.That(total.InputTokens, Is.EqualTo(15));
            Assert.That(total.CacheReadInputTokens, Is.EqualTo(300));
            Assert.That(total.CacheCreationInputTokens, Is.EqualTo(20));
            Assert.That(total.OutputTokens, Is.EqualTo(10));
            Assert.That(total.TotalInputTokens, Is.EqualTo(335));
            Assert.That(total.TotalTokens, Is.EqualTo(345));
            Assert.That(total.CacheHitRate, Is.EqualTo(300 / 335.0).Within(1e-9));
            Assert.That(total.CostUsd, Is.EqualTo(0.76m));
            Assert.That(total.ToString(), Is.EqualTo("2 turns, 335 tokens in (300 cached), 10 out, $0.76"));
        });
    }

    [Test]
    public void An_older_CLI_that_tells_only_running_totals_is_taken_apart()
    {
        var ledger = new UsageLedger();
        ledger.Observe(Result(null, Session(("opus", 10, 5, 0, 0, 0.5m))));

        var second = ledger.Observe(Result(null, Session(("opus", 30, 6, 7, 0, 0.75m), ("haiku", 1, 1, 0, 0, 0.01m))))!;
        var third = ledger.Observe(Result(null, Session(("opus", 30, 6, 7, 0, 0.75m), ("haiku", 2, 1, 0, 0, 0.02m))))!;

        Assert.That((second.InputTokens, second.OutputTokens, second.CacheReadInputTokens, second.CostUsd), Is.EqualTo((21L, 2L, 7L, 0.26m)));
        Assert.That(third.ByModel.Keys, Is.EqualTo(new[] { "haiku" }));
        Assert.That(ledger.Total.CostUsd, Is.EqualTo(0.77m));
    }

    [Test]
    public void A_result_that_was_lost_is_made_up_from_the_running_totals()
    {
        var ledger = new UsageLedger();
        ledger.Observe(Result(0, Own(("opus", 10, 5, 0, 0, 0.5m)), Session(("opus", 10, 5, 0, 0, 0.5m))));

        var third = ledger.Observe(Result(2, Own(("opus", 1, 1, 0, 0, 0.1m)), Session(("opus", 21, 16, 0, 0, 1.5m))))!;

        Assert.That((third.InputTokens, third.OutputTokens, third.CostUsd), Is.EqualTo((11L, 11L, 1.0m)));
    }

    [Test]
    public void Totals_that_begin_anew_count_as_they_are()
    {
        var ledger = new UsageLedger();
        ledger.Observe(Result(null, Session(("opus", 10, 5, 0, 0, 0.5m))));
        ledger.Observe(Result(null, Session(("opus", 3, 2, 0, 0, 0.2m))));

        Assert.That(ledger.Total.InputTokens, Is.EqualTo(13));
        Assert.That(ledger.Total.CostUsd, Is.EqualTo(0.7m));
    }

    [Test]
    public void What_is_no_result_changes_nothing()
    {
        var ledger = new UsageLedger();
        Assert.That(ledger.Observe(ClaudeMessage.Parse("""{"type":"assistant","message":{"content":[],"usage":{"input_tokens":5}}}""")), Is.Null);
        Assert.That(ledger.Total, Is.SameAs(UsageTotals.Zero));
        Assert.That(ledger.SessionCostUsd, Is.Zero);
    }

    internal static string Own(params (string Model, int In, int Out, int Read, int Written, decimal Cost)[] models) => Member("model_usage_since_last_result", models);

    internal static ResultMessage Result(int? index, params string[] members) => (ResultMessage)ClaudeMessage.Parse(Line(index, members));

    internal static string Line(int? index, params string[] members) =>
        $$"""{"type":"result","subtype":"success","is_error":false{{(index is null ? "" : $",\"result_index\":{index}")}}{{string.Concat(members.Select(member => "," + member))}}}""";

    private static string Session(params (string Model, int In, int Out, int Read, int Written, decimal Cost)[] models) => Member("modelUsage", models);

    private static string Member(string name, (string Model, int In, int Out, int Read, int Written, decimal Cost)[] models)
    {
        var json = new StringBuilder($"\"{name}\":{{");
        foreach (var (model, read, written, cached, stored, cost) in models)
        {
            json.Append(json[^1] == '{' ? "" : ",").Append(System.Globalization.CultureInfo.InvariantCulture,
                $$"""
                "{{model}}":{"inputTokens":{{read}},"outputTokens":{{written}},"cacheReadInputTokens":{{cached}},"cacheCreationInputTokens":{{stored}},"costUSD":{{cost}}}
                """);
        }

        return json.Append('}').ToString();
    }
}
