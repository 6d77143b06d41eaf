using Nexus.Claude.Testing;

namespace Nexus.Claude.Aot;

/// <summary>Errors carry their data, also without reflection.</summary>
internal static class FailureChecks
{
    public static async Task RunAsync(Report report)
    {
        await report.CheckAsync("a CLI that is not there", async cancellationToken =>
        {
            var options = new ClaudeOptions { CliPath = "/there/is/no/claude" };
            var exception = await Report.ThrowsAsync<CliNotFoundException>(() => ClaudeCode.AskAsync("Hello", options, cancellationToken));
            Report.True(exception.SearchedLocations.Count == 1, "the place that was looked at is named");
        });
        await report.CheckAsync("a CLI that crashes says how it ended", async cancellationToken =>
        {
            await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().AwaitUserMessage().WriteError("out of luck").Exit(7));
            var exception = await Report.ThrowsAsync<CliExitedException>(
                () => ClaudeCode.AskAsync("Hello", ConversationChecks.OptionsFor(cli), cancellationToken));
            Report.Equal(7, exception.ExitCode, "the exit code");
            Report.True(exception.Message.Contains("out of luck", StringComparison.Ordinal), $"the message holds stderr: {exception.Message}");
        });
        await report.CheckAsync("a CLI that ends in the middle of a long prompt ends the query and not this program", async cancellationToken =>
        {
            await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().Exit(7));
            var exception = await Report.ThrowsAsync<CliExitedException>(
                () => ClaudeCode.AskAsync(new string('x', 16 * 1024 * 1024), ConversationChecks.OptionsFor(cli), cancellationToken));
            Report.Equal(7, exception.ExitCode, "the exit code");
        });
        await report.CheckAsync("a CLI that stays silent", async cancellationToken =>
        {
            await using var cli = ScriptedCli.Create(new CliScript().NeverAnswer("initialize").Hang());
            var options = ConversationChecks.OptionsFor(cli);
            options.InitializeTimeout = TimeSpan.FromSeconds(1);
            var exception = await Report.ThrowsAsync<ClaudeTimeoutException>(() => ClaudeClient.ConnectAsync(options, cancellationToken));
            Report.Equal(options.InitializeTimeout, exception.Timeout, "the timeout");
        });
        await report.CheckAsync("a request that the CLI refuses", async cancellationToken =>
        {
            await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().AlwaysRefuse("set_model", "No such model.", "invalid_model").Turns());
            await using var client = await ClaudeClient.ConnectAsync(ConversationChecks.OptionsFor(cli), cancellationToken);
            var exception = await Report.ThrowsAsync<ProtocolException>(() => client.SetModelAsync("x", cancellationToken));
            Report.Equal("invalid_model", exception.ErrorCode, "the code");
        });
        await report.CheckAsync("a damaged line becomes a warning and ends nothing", async cancellationToken =>
        {
            await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().WriteText("{ \"type\": ").Turn("Still here."));
            List<ClaudeMessage> messages = [];
            await foreach (var message in ClaudeCode.QueryAsync("Hello", ConversationChecks.OptionsFor(cli), cancellationToken))
                messages.Add(message);
            Report.True(messages.OfType<StreamWarningMessage>().Any(warning => warning.Kind == StreamWarning.LineNotJson), "there is a warning");
            Report.True(messages.OfType<ResultMessage>().Single().IsSuccess, "the result is a success");
        });
    }
}
