using CsCheck;
using Nexus.Claude.Server.Conversations;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests.Conversations;

[Property("seed-row", 105)]
internal sealed class ContinuationTests
{
    // Users in lower case, the model in upper case.
    [TestCase("", "a", 0, 0, "a", TestName = "The first message is new")]
    [TestCase("aB", "c", 2, 0, "aBc", TestName = "A new message goes behind the log")]
    [TestCase("aB", "aBc", 2, 2, "aBc", TestName = "The whole history is not put there twice")]
    [TestCase("aBcD", "cDe", 4, 2, "aBcDe", TestName = "A trimmed history is not put there twice")]
    [TestCase("aB", "a", 2, 0, "aBa", TestName = "The same question again is a new one")]
    [TestCase("aBcD", "aBx", 2, 2, "aBx", TestName = "An edited question takes what came behind it off the log")]
    [TestCase("aBcD", "aBc", 2, 2, "aBc", TestName = "Regenerating takes the old reply off the log")]
    [TestCase("aBaB", "aBc", 4, 2, "aBaBc", TestName = "Where both fit, nothing is lost")]
    [TestCase("aBc", "aBc", 3, 3, "aBc", TestName = "An open question is answered")]
    [TestCase("aB", "xYz", 2, 0, "aBxYz", TestName = "Another history goes behind the log")]
    public void What_the_log_has_is_found(string log, string sent, int stay, int known, string whole)
    {
        var match = Continuation.Match(Letters(log), Letters(sent));
        Assert.That(match, Is.EqualTo((stay, known)));
        Assert.That(log[..match.Stay] + sent[match.Known..], Is.EqualTo(whole));
    }

    [Test]
    public void A_client_that_resends_all_or_the_end_of_any_log_never_doubles_it() =>
        Gen.Select(Gen.Int[0, 3].Array[1, 12], Gen.Int[0, 3], Gen.Int[0, 12]).Sample((turns, question, skip) =>
        {
            var log = turns.SelectMany((turn, index) => new[] { $"u{turn}", $"A{turn}.{index}" }).ToList();
            List<string> sent = [.. log.Skip(Math.Min(skip, turns.Length) * 2), $"u{question}"];
            var (stay, known) = Continuation.Match(log, sent);
            return log.Take(stay).Concat(sent.Skip(known)).SequenceEqual([.. log, $"u{question}"]);
        });

    [Test]
    public void The_systems_prompt_of_the_first_turn_is_kept_and_a_later_one_holds_for_its_turn()
    {
        var empty = Log();
        var first = Continuation.Of(empty, Turn("hi") with { System = "Be brief." });
        Assert.That(first.NewItems.Select(item => item.Role), Is.EqualTo(new[] { ItemRole.System, ItemRole.User }));

        var log = Log([.. first.NewItems, ConversationItem.Create(ItemRole.Assistant, ["Hello."])]);
        Assert.That(Continuation.Of(log, Turn("more")).Request.System, Is.EqualTo("Be brief."));
        var later = Continuation.Of(log, Turn("more") with { System = "Be long." });
        Assert.That(later.Request.System, Is.EqualTo("Be long."));
        Assert.That(later.NewItems.Single().Role, Is.EqualTo(ItemRole.User));
    }

    [Test]
    public void Instructions_go_before_what_the_conversation_has_and_are_not_kept()
    {
        var turn = Continuation.Of(Log(), Turn("hi") with { System = "Now.", KeepsSystem = false });
        Assert.That(turn.NewItems.Single().Role, Is.EqualTo(ItemRole.User));
        var log = Log([ConversationItem.Create(ItemRole.Developer, ["Always."])]);
        Assert.That(Continuation.Of(log, Turn("hi") with { System = "Now.", KeepsSystem = false }).Request.System, Is.EqualTo("Now.\n\nAlways."));
    }

    [Test]
    public void A_result_of_a_tool_may_come_alone()
    {
        var log = Log([ConversationItem.Create(ItemRole.User, ["Weather?"]), ConversationItem.Create(ItemRole.Assistant, [new ToolUseBlock { Id = "t1", Name = "w" }])]);
        var messages = new TurnMessages(continuesConversation: true);
        messages.AddToolResult(new ToolResultBlock { ToolUseId = "t1", Content = ["sunny"] }, "messages[0]");
        var turn = Continuation.Of(log, Turn(messages));
        Assert.That(turn.Request.Messages.Select(message => message.Role), Is.EqualTo(new[] { TurnRole.User, TurnRole.Assistant, TurnRole.User }));
    }

    [Test]
    public void A_result_without_its_call_is_refused()
    {
        var messages = new TurnMessages(continuesConversation: true);
        messages.AddToolResult(new ToolResultBlock { ToolUseId = "t9", Content = ["sunny"] }, "messages[0]");
        var error = Assert.Throws<GatewayException>(() => Continuation.Of(Log(), Turn(messages)));
        Assert.That((error!.Status, error.Message), Is.EqualTo((400, error.Message)));
        Assert.That(error.Message, Does.Contain("t9"));
    }

    [Test]
    public void A_reply_that_the_client_trimmed_still_matches()
    {
        var log = Log([
            ConversationItem.Create(ItemRole.User, ["hi"]),
            ConversationItem.Create(ItemRole.Assistant, [new ThinkingBlock { Thinking = "hm", Signature = "s" }]),
            ConversationItem.Create(ItemRole.Assistant, ["  Hello.\n\n"])]);
        var messages = new TurnMessages();
        messages.AddUser(["hi"], "m");
        messages.AddAssistant(["Hello."], "m");
        messages.AddUser(["more"], "m");
        var turn = Continuation.Of(log, Turn(messages));
        Assert.That((turn.Keep, turn.NewItems.Count, turn.Request.Messages.Count), Is.EqualTo((3, 1, 3)));
        Assert.That(turn.Request.Messages[1].Content[0], Is.InstanceOf<ThinkingBlock>(), "what the log knows better than the client stays");
    }

    private static List<string> Letters(string text) => [.. text.Select(letter => letter.ToString())];

    private static ConversationLog Log(params ConversationItem[] items) => new(
        new Conversation { Id = "conv_1", Owner = "a", CreatedAt = default, UpdatedAt = default, ItemCount = items.Length }, items);

    private static TurnRequest Turn(string question)
    {
        var messages = new TurnMessages();
        messages.AddUser([question], "messages");
        return Turn(messages);
    }

    private static TurnRequest Turn(TurnMessages messages) =>
        new() { RequestId = "r", Caller = Caller.Anonymous, Model = "sonnet", Messages = messages.Complete("messages"), ConversationId = "conv_1" };
}
