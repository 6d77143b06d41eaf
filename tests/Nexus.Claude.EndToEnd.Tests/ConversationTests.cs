using System.Text.RegularExpressions;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>Turns that are out of the ordinary keep their own results, and the next turn keeps its own.</summary>
internal sealed class ConversationTests
{
    [Test]
    public async Task Turns_cancelled_at_any_moment_never_shift_the_answers_of_later_ones()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = AnswerToTheLastLine;
        await using var client = await cli.ConnectAsync(options =>
        {
            options.IncludePartialMessages = true;
            options.Tools = ToolSet.None;
        });

        // Cancelled before it is sent off, and after each of its first seven messages.
        for (int number = 0; number < 24; number++)
        {
            using var cancel = new CancellationTokenSource();
            int messagesBeforeTheEnd = number % 8;
            var turn = client.SendAsync($"unwanted {number}", cancel.Token);
            try
            {
                int seen = 0;
                if (messagesBeforeTheEnd == 0)
                    await cancel.CancelAsync();
                await foreach (var message in turn)
                {
                    if (++seen == messagesBeforeTheEnd)
                        await cancel.CancelAsync();
                }
            }
            catch (OperationCanceledException cancelled)
            {
                Assert.That(cancelled.CancellationToken, Is.EqualTo(cancel.Token));
            }

            Assert.That(await client.AskAsync($"question {number}", cli.Deadline), Is.EqualTo($"Answer to question {number}"));
        }
    }

    [Test]
    public async Task Many_prompts_at_once_from_many_threads_each_end_with_a_result()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync(options => options.Tools = ToolSet.None);

        var results = await Task.WhenAll(Enumerable.Range(0, 30).Select(number => Task.Run(
            () => client.SendAsync($"prompt {number}", cli.Deadline).ResultAsync(), cli.Deadline)));

        string last = cli.Api.ConversationRequests[^1].Body.GetRawText();
        Assert.That(results, Has.All.Property(nameof(ResultMessage.IsSuccess)).True);
        Assert.That(Enumerable.Range(0, 30), Is.All.Matches<int>(number => Regex.IsMatch(last, $@"prompt {number}\b")));
        Assert.That(await client.AskAsync("still there?", cli.Deadline), Does.Contain("still there?"));
    }

    [TestCase("/context")]
    [TestCase("/clear")]
    [TestCase("/no-such-command")]
    [TestCase("/compact")]
    public async Task A_slash_command_is_a_turn_with_a_result_of_its_own(string command)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = request => request.Kind == RequestKind.Compaction ? ScriptedReply.Text("<summary>So far.</summary>") : AnswerToTheLastLine(request);
        await using var client = await cli.ConnectAsync();
        await client.AskAsync("what came before", cli.Deadline);

        var messages = await RealCli.ReadAsync(client.SendAsync(command, cli.Deadline));
        string answer = await client.AskAsync("second", cli.Deadline);

        Assert.That(messages.OfType<ResultMessage>().Count(), Is.EqualTo(1));
        Assert.That(answer, Is.EqualTo("Answer to second"));
        if (command == "/clear")
            Assert.That(cli.Api.ConversationRequests[^1].Body.GetRawText(), Does.Not.Contain("what came before"));
    }

    [Test]
    public async Task A_prompt_of_priority_later_waits_for_those_that_were_sent_after_it()
    {
        await using var cli = await RealCli.StartAsync();
        var gate = new ScriptedGate();
        cli.Api.Enqueue(ScriptedReply.Text("busy").WaitFor(gate));
        cli.Api.Default = AnswerToTheLastLine;
        await using var client = await cli.ConnectAsync();
        var busy = client.SendAsync("keep busy", cli.Deadline);
        await gate.Reached.WaitAsync(cli.Deadline);

        var later = client.SendAsync(new UserPrompt("the patient one") { Priority = MessagePriority.Later }, cli.Deadline);
        var next = client.SendAsync("the usual one", cli.Deadline);

        // The reply to a control request comes after everything that was written before it has been read.
        await client.SetPermissionModeAsync(PermissionMode.Default, cli.Deadline);
        gate.Open();
        var results = await Task.WhenAll(busy.ResultAsync(), next.ResultAsync(), later.ResultAsync());

        string[] texts = [.. cli.Api.ConversationRequests.Select(request => request.LastUserText)];
        Assert.That(results, Has.All.Property(nameof(ResultMessage.IsSuccess)).True);
        Assert.That(Array.FindIndex(texts, text => text.Contains("the usual one", StringComparison.Ordinal)),
            Is.GreaterThan(0).And.LessThan(Array.FindIndex(texts, text => text.Contains("the patient one", StringComparison.Ordinal))));
    }

    [Test]
    public async Task A_synthetic_prompt_runs_like_any_other()
    {
        await using var cli = await RealCli.StartAsync();
        await using var client = await cli.ConnectAsync();

        var result = await client.SendAsync(new UserPrompt("made by a machine") { IsSynthetic = true }, cli.Deadline).ResultAsync();

        Assert.That(result.IsSuccess);
        Assert.That(cli.Api.ConversationRequests[0].Body.GetRawText(), Does.Contain("made by a machine"));
    }

    [Test]
    public async Task Messages_that_nobody_reads_do_not_hold_up_control_requests()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Text(string.Join(' ', Enumerable.Range(0, 5_000))));
        await using var client = await cli.ConnectAsync(options => options.IncludePartialMessages = true);
        var unread = client.SendAsync("Count.", cli.Deadline);

        await unread.ResultAsync();
        await client.SetModelAsync("haiku", cli.Deadline);
        cli.Api.Default = AnswerToTheLastLine;
        Assert.That(await client.AskAsync("Still there?", cli.Deadline), Is.EqualTo("Answer to Still there?"));

        var messages = await RealCli.ReadAsync(unread);
        Assert.That(messages.OfType<StreamEventMessage>().Count(), Is.GreaterThan(5_000));
        Assert.That(string.Concat(messages.OfType<StreamEventMessage>().Select(message => message.TextDelta)), Is.EqualTo(messages.Result().Text));
    }

    [Test]
    public async Task An_answer_of_three_megabytes_arrives_whole([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        string text = string.Concat(Enumerable.Range(0, 150_000).Select(number => $"Zeile {number:D6} 北京 🦀\n"));
        cli.Api.Enqueue(ScriptedReply.TextChunks(text));

        var messages = await cli.RunAsync(entry, "Talk a lot.");

        Assert.That(messages.Result().Text, Is.EqualTo(text).Or.EqualTo(text.TrimEnd()));
        Assert.That(messages.OfType<StreamWarningMessage>(), Is.Empty);
    }

    [Test]
    public async Task Figures_of_a_turn_are_the_turns_and_those_of_the_session_grow()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = _ => ScriptedReply.Text("x").WithUsage(new ScriptedUsage(1000, 100));
        await using var client = await cli.ConnectAsync();

        var first = await client.SendAsync("one", cli.Deadline).ResultAsync();
        var second = await client.SendAsync("two", cli.Deadline).ResultAsync();

        Assert.Multiple(() =>
        {
            Assert.That(first.TurnUsage.InputTokens, Is.EqualTo(1000));
            Assert.That(second.TurnUsage.InputTokens, Is.EqualTo(1000));
            Assert.That(second.SessionCostUsd, Is.EqualTo(first.SessionCostUsd * 2).Within(0.000001m));
            Assert.That(second.SessionModelUsage.Values.Single().InputTokens, Is.EqualTo(2000));
            Assert.That(second.TurnModelUsage?.Values.Single().InputTokens, Is.EqualTo(1000));
        });
    }

    // A user message that the model sees may begin with what happened before: an interrupted prompt, a command of the CLI.
    private static ScriptedReply AnswerToTheLastLine(RecordedRequest request) => ScriptedReply.Text("Answer to " + request.LastUserText.Split('\n')[^1]);
}
