using System.Text;
using System.Text.Json;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Tests.Messages;

/// <summary>Members that are not parsed before somebody looks at them are members like any other.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class UnparsedJsonTests
{
    private const string Line =
        """{"type":"result","subtype":"success","result":"a","usage":{"input_tokens":1,"iterations":[{"a":1}]},"subagent_stats":{"requested":{"unset":0},"killed":null}}""";

    [Test]
    public void A_member_is_there_as_it_came_and_the_same_for_whoever_asks()
    {
        var result = Read();
        var first = result.TurnUsage.Iterations;

        Assert.That(first!.Value.GetRawText(), Is.EqualTo("""[{"a":1}]"""));
        Assert.That(result.TurnUsage.Iterations, Is.EqualTo(first));
        Assert.That(result.SubagentStats!.Requested!.Value.GetProperty("unset").GetInt32(), Is.Zero);
        Assert.That((result.SubagentStats.Killed, result.SubagentStats.Refused), Is.EqualTo(((JsonElement?)null, (JsonElement?)null)));
    }

    [Test]
    public void A_copy_is_equal_and_another_reading_is_not()
    {
        var usage = Read().TurnUsage;

        Assert.That(usage with { }, Is.EqualTo(usage));
        Assert.That(new TokenUsage { InputTokens = 1, Iterations = usage.Iterations }, Is.EqualTo(usage));
        Assert.That((usage with { }).GetHashCode(), Is.EqualTo(usage.GetHashCode()));
        Assert.That(Read().TurnUsage, Is.Not.EqualTo(usage), "JSON is compared by the document it is in");
        Assert.That((usage with { Iterations = null }).Iterations, Is.Null);
        Assert.That(usage with { Iterations = null }, Is.EqualTo(Read().TurnUsage with { Iterations = null }));
    }

    private static ResultMessage Read() => (ResultMessage)MessageReader.Read(Encoding.UTF8.GetBytes(Line));
}
