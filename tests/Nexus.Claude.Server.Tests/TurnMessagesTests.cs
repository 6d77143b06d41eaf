using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests;

internal sealed class TurnMessagesTests
{
    [Test]
    public void A_system_message_in_the_middle_becomes_a_reminder_at_its_place()
    {
        var messages = new TurnMessages();
        messages.AddSystem("Be brief.");
        messages.AddUser(["Hello"], "messages[1]");
        messages.AddSystem("Now be long.");

        Assert.That(messages.System, Is.EqualTo("Be brief."));
        var only = messages.Complete("messages").Single();
        Assert.That(only.Content.OfType<TextBlock>().Select(text => text.Text), Is.EqualTo(new[] { "Hello", "<system-reminder>\nNow be long.\n</system-reminder>" }));
    }

    [Test]
    public void A_tool_call_without_a_result_is_an_error_that_names_it()
    {
        var messages = new TurnMessages();
        messages.AddUser(["Weather?"], "messages[0]");
        messages.AddAssistant([new ToolUseBlock { Id = "toolu_1", Name = "weather" }], "messages[1]");

        var error = Assert.Throws<GatewayException>(() => messages.AddUser(["Well?"], "messages[2]"));
        Assert.That(error.Message, Does.Contain("toolu_1"));
        Assert.That((error.Status, error.Param), Is.EqualTo((400, "messages[2]")));
    }
}
