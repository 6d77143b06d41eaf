using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Nexus.Claude.Testing;
using Nexus.Claude.Tests.Protocol;

namespace Nexus.Claude.Tests.Chat;

/// <summary>The life of conversations, on a scripted CLI.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ChatConversationTests
{
    [Test]
    public async Task A_conversation_that_nobody_uses_is_closed_after_a_while()
    {
        var time = new FakeTimeProvider();
        await using var cli = ScriptedCli.Create();
        var options = cli.Options();
        options.TimeProvider = time;
        await using var chat = new ClaudeChatClient(options, new ClaudeChatOptions { ConversationIdleTimeout = TimeSpan.FromMinutes(1) });
        var id = (await chat.GetResponseAsync("Hello").InTime()).ConversationId!;
        var client = Served(chat, id)!;

        time.Advance(TimeSpan.FromSeconds(45));
        Assert.That(Served(chat, id), Is.SameAs(client));
        time.Advance(TimeSpan.FromSeconds(45));

        Assert.That((await client.Completion.InTime()).Cause, Is.Null, "it ends in order");
    }

    [Test]
    public async Task Leaving_a_stream_early_interrupts_the_turn_and_gives_the_conversation_back()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().InterruptibleTurn("one ", "two ").Turns());
        await using var chat = new ClaudeChatClient(cli.Options());
        string? id = null;
        await foreach (var update in chat.GetStreamingResponseAsync("Hello"))
        {
            id = update.ConversationId;
            if (update.Text.Length > 0)
                break;
        }

        var next = await chat.GetResponseAsync("Again", new ChatOptions { ConversationId = id }).InTime();
        Assert.That(next.Text, Is.EqualTo("You said: Again"));
    }

    [Test]
    public async Task Without_room_for_living_conversations_each_call_closes_its_own()
    {
        await using var cli = ScriptedCli.Create();
        await using var chat = new ClaudeChatClient(cli.Options(), new ClaudeChatOptions { MaxLiveConversations = 0 });
        ClaudeClient? client = null;
        await foreach (var update in chat.GetStreamingResponseAsync("Hello"))
            client ??= Served(chat, update.ConversationId);

        Assert.That((await client!.Completion.InTime()).Cause, Is.Null);
    }

    [Test]
    public async Task Disposing_at_once_ends_the_processes_and_refuses_later_calls()
    {
        await using var cli = ScriptedCli.Create();
        var chat = new ClaudeChatClient(cli.Options());
        var id = (await chat.GetResponseAsync("Hello").InTime()).ConversationId!;
        var process = Served(chat, id)!.ProcessId;

        chat.Dispose();

        await Bounded.GoneAsync(process);
        await chat.GetResponseAsync("Again").FailureAsync<ObjectDisposedException>();
        chat.Dispose();
    }

    [Test]
    public void Only_what_is_there_is_given_as_a_service()
    {
        using var chat = new ClaudeChatClient(new ClaudeOptions { Model = "opus" });
        Assert.Multiple(() =>
        {
            Assert.That(chat.GetService(typeof(IChatClient)), Is.SameAs(chat));
            Assert.That(chat.GetService(typeof(ClaudeChatClient)), Is.SameAs(chat));
            Assert.That(chat.GetService<ChatClientMetadata>()!.DefaultModelId, Is.EqualTo("opus"));
            Assert.That(chat.GetService(typeof(ClaudeClient)), Is.Null);
            Assert.That(chat.GetService(typeof(ClaudeClient), Guid.NewGuid().ToString()), Is.Null);
            Assert.That(chat.GetService(typeof(IChatClient), "key"), Is.Null);
            Assert.That(chat.GetService(typeof(string)), Is.Null);
            Assert.That(() => chat.GetService(null!), Throws.ArgumentNullException);
        });
    }

    private static ClaudeClient? Served(ClaudeChatClient chat, string? conversationId) => chat.GetService(typeof(ClaudeClient), conversationId) as ClaudeClient;
}
