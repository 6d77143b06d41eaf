using System.Text;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Aot;

/// <summary>The two entry points, against the scripted CLI.</summary>
internal static class ConversationChecks
{
    public static async Task RunAsync(Report report)
    {
        await report.CheckAsync("QueryAsync streams typed messages up to the result", async cancellationToken =>
        {
            await using var cli = ScriptedCli.Create();
            List<ClaudeMessage> messages = [];
            await foreach (var message in ClaudeCode.QueryAsync("Hello", OptionsFor(cli), cancellationToken))
                messages.Add(message);
            Report.Equal(1, messages.OfType<InitMessage>().Count(), "the number of init messages");
            Report.True(messages.OfType<AssistantMessage>().Any(message => message.Text == "You said: Hello"), "the assistant answers");
            Report.True(messages.OfType<ResultMessage>().Single().IsSuccess, "the result is a success");
        });
        await report.CheckAsync("QueryAsync takes a stream of prompts with blocks", async cancellationToken =>
        {
            await using var cli = ScriptedCli.Create();
            var results = 0;
            await foreach (var message in ClaudeCode.QueryAsync(Prompts(), OptionsFor(cli), cancellationToken))
                results += message is ResultMessage { IsSuccess: true } ? 1 : 0;
            Report.Equal(2, results, "the number of results");
        });
        await report.CheckAsync("AskAsync returns the text", async cancellationToken =>
        {
            await using var cli = ScriptedCli.Create();
            Report.Equal("You said: Hello", await ClaudeCode.AskAsync("Hello", OptionsFor(cli), cancellationToken), "the answer");
        });
        await report.CheckAsync("a client runs turns, streams text, changes model and mode, and interrupts", ConverseAsync);
    }

    public static ClaudeOptions OptionsFor(ScriptedCli cli)
    {
        var options = new ClaudeOptions { CliPath = ScriptedCli.ExecutablePath };
        foreach (var (name, value) in cli.Environment)
            options.Environment[name] = value;
        return options;
    }

    private static async Task ConverseAsync(CancellationToken cancellationToken)
    {
        await using var cli = ScriptedCli.Create(new CliScript()
            .AnswerInitialize()
            .AlwaysAnswer("set_model", """{"model":"claude-haiku"}""")
            .AlwaysAnswer("set_permission_mode", """{"mode":"plan"}""")
            .StreamedTurn("one ", "two ", "three")
            .InterruptibleTurn("and ", "so ", "on")
            .Turns());
        var options = OptionsFor(cli);
        options.IncludePartialMessages = true;
        await using var client = await ClaudeClient.ConnectAsync(options, cancellationToken);
        Report.True(client.ProcessId > 0, "the process has an id");

        var text = new StringBuilder();
        await foreach (var piece in client.SendAsync("Count", cancellationToken).TextAsync(cancellationToken))
            text.Append(piece);
        Report.Equal("one two three", text.ToString(), "the streamed text");

        var turn = client.SendAsync("Go on", cancellationToken);
        await foreach (var message in turn)
        {
            if (message is StreamEventMessage { TextDelta: { Length: > 0 } } && turn.State == TurnState.Running)
                await client.InterruptAsync(cancellationToken: cancellationToken);
        }

        Report.True((await turn.ResultAsync(cancellationToken)).IsInterrupted, "the turn was interrupted");
        Report.Equal("claude-haiku", await client.SetModelAsync("haiku", cancellationToken), "the model");
        Report.Equal(PermissionMode.Plan, await client.SetPermissionModeAsync(PermissionMode.Plan, cancellationToken), "the mode");
        Report.Equal("You said: Again", await client.AskAsync("Again", cancellationToken), "the answer after it");
    }

    private static async IAsyncEnumerable<UserPrompt> Prompts()
    {
        yield return "First";
        await Task.Yield();
        yield return new UserPrompt(new TextBlock { Text = "Second" }, ImageBlock.FromBytes(new byte[] { 1, 2, 3 }, "image/png"));
    }
}
