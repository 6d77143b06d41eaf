using Nexus.Claude.Testing;

namespace Nexus.Claude.Aot;

/// <summary>The scripted Messages API and the real CLI, started by a native program.</summary>
internal static class TestingChecks
{
    public static async Task RunAsync(Report report)
    {
        await report.CheckAsync("the scripted Messages API answers over HTTP", async cancellationToken =>
        {
            await using var api = await ScriptedMessagesApi.StartAsync(cancellationToken);
            api.Enqueue(ScriptedReply.Text("Four."));
            using var http = new HttpClient { BaseAddress = api.BaseAddress };
            using var content = new StringContent(
                """{"model":"claude-x","max_tokens":16,"stream":true,"messages":[{"role":"user","content":"2 + 2?"}]}""", mediaType: new("application/json"));
            using var response = await http.PostAsync(new Uri("/v1/messages", UriKind.Relative), content, cancellationToken);
            var stream = await response.Content.ReadAsStringAsync(cancellationToken);
            Report.True(stream.Contains("message_stop", StringComparison.Ordinal), $"the stream is whole: {stream}");
            Report.Equal("2 + 2?", api.Requests.Single().LastUserText, "what was asked");
        });
        await report.CheckAsync("the real CLI answers from the scripted model", async cancellationToken =>
        {
            var cli = await ClaudeCli.InstallAsync(cancellationToken: cancellationToken);
            await using var model = await OfflineModel.StartAsync(cancellationToken);
            model.Api.Enqueue(ScriptedReply.Text("Four."));
            var options = new ClaudeOptions
            {
                CliPath = cli.Path,
                InheritEnvironment = false,
                WorkingDirectory = model.Environment.WorkingDirectory,
                SettingSources = [],
            };
            foreach (var (name, value) in model.Variables)
                options.Environment[name] = value;
            Report.Equal("Four.", await ClaudeCode.AskAsync("2 + 2?", options, cancellationToken), "the answer");
        });
    }
}
