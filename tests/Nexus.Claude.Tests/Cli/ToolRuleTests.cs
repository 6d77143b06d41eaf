using CsCheck;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Tests.Cli;

[Parallelizable(ParallelScope.All)]
public sealed class ToolRuleTests
{
    [TestCase("Read")]
    [TestCase("Bash(git *)")]
    [TestCase("Bash(git:*)")]
    [TestCase("Read(//abs/**)")]
    [TestCase("mcp__server__tool")]
    [TestCase("mcp__*")]
    [TestCase("Bash(echo (a, b) c)")]
    [TestCase(@"Bash(echo \( a)")]
    public void A_rule_of_the_grammar_passes(string rule) => Assert.That(ToolRule.Mistake(rule), Is.Null);

    [TestCase(null)]
    [TestCase("")]
    [TestCase(" ")]
    [TestCase("Read,Write")]
    [TestCase("Read Write")]
    [TestCase("Bash(a")]
    [TestCase("Bash a)")]
    [TestCase("Bash(a) b")]
    [TestCase("Bash(a))")]
    [TestCase("Bash(a\nb)")]
    [TestCase("Bash(a\0b)")]
    [TestCase("(a)")]
    [TestCase("--model")]
    public void Anything_else_is_named(string? rule) => Assert.That(ToolRule.Mistake(rule), Is.Not.Null);

    [TestCase("Bash(git log, git diff)", true)]
    [TestCase("Bash(echo (a))", true)]
    [TestCase("Bash(echo (a, b) c)", false)]
    [TestCase(@"Bash(echo \(\) a)", false)]
    public void Rules_that_the_cli_would_cut_are_known(string rule, bool survives) => Assert.That(ToolRule.SurvivesSplitting(rule), Is.EqualTo(survives));

    [Test]
    public void A_rule_said_to_survive_is_one_piece_after_the_splitting_of_the_cli()
    {
        Gen.String[Gen.Char["ab (),\\"], 0, 20].Select(content => $"Bash({content})").Sample(
            rule => ToolRule.Mistake(rule) is not null || ToolRule.SurvivesSplitting(rule) == Split("Read," + rule + ",Write").SequenceEqual(["Read", rule, "Write"]),
            iter: 20_000);
    }

    /// <summary>The splitting as observed on 2.1.330.</summary>
    private static List<string> Split(string list)
    {
        List<string> pieces = [];
        string piece = "";
        bool inside = false;
        foreach (char next in list + ",")
        {
            if (!inside && next is ',' or ' ')
            {
                if (!inside && piece.Trim().Length > 0)
                    pieces.Add(piece.Trim());
                piece = inside ? piece + next : "";
                continue;
            }

            inside = next == '(' || (inside && next != ')');
            piece += next;
        }

        return pieces;
    }
}
