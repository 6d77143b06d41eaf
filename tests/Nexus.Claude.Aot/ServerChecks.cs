using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Aot;

/// <summary>The gateway's library: routes by generated code, conversations in a file, and the real CLI behind them.</summary>
internal static class ServerChecks
{
    private const string Key = "native-test-key";

    public static Task RunAsync(Report report) => report.CheckAsync("a server answers on OpenAI's and Anthropic's routes", async cancellationToken =>
    {
        var cli = await ClaudeCli.InstallAsync(cancellationToken: cancellationToken);
        await using var model = await OfflineModel.StartAsync(cancellationToken);
        model.Api.Default = static _ => ScriptedReply.Text("Four.");
        await using var app = Build(cli.Path, model);
        await app.StartAsync(cancellationToken);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        var refused = await PostAsync(http, "/v1/chat/completions", "{}", HttpStatusCode.Unauthorized, cancellationToken);
        Report.Equal("invalid_api_key", refused.GetProperty("error").GetProperty("code").GetString(), "without a key");
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);

        await CheckChatAsync(http, cancellationToken);
        await CheckConversationAsync(http, cancellationToken);
        await CheckOtherRoutesAsync(http, cancellationToken);
        await app.StopAsync(cancellationToken);
    });

    private static WebApplication Build(string cliPath, OfflineModel model)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddNexusClaudeServer(options =>
        {
            options.Claude.CliPath = cliPath;
            options.Claude.InheritEnvironment = false;
            foreach (var (name, value) in model.Variables)
                options.Claude.Environment[name] = value;
            options.Conversations.DatabasePath = Path.Combine(model.Environment.WorkingDirectory, "conversations.db");
            options.Security.Keys.Add(new GatewayKeyOptions { Id = "native", Key = Key });
        });
        var app = builder.Build();
        app.MapNexusClaude();
        return app;
    }

    private static async Task CheckChatAsync(HttpClient http, CancellationToken cancellationToken)
    {
        const string Body = """{"model":"sonnet","messages":[{"role":"user","content":"2 + 2?"}]}""";
        Report.Equal("Four.", TextOf(await PostAsync(http, "/v1/chat/completions", Body, HttpStatusCode.OK, cancellationToken)), "the answer");
        foreach (var outcome in new[] { "miss", "hit" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/chat/completions", UriKind.Relative));
            request.Headers.Add("X-Nexus-Cache", "use");
            request.Content = new StringContent(Body, mediaType: new("application/json"));
            using var response = await http.SendAsync(request, cancellationToken);
            Report.Equal(outcome, response.Headers.GetValues("X-Nexus-Cache").Single(), "what came of the cache");
            Report.Equal("Four.", TextOf(JsonElement.Parse(await response.Content.ReadAsStringAsync(cancellationToken))), $"the answer, a {outcome}");
        }

        var stream = await SendAsync(http, "/v1/chat/completions", Body.Replace("{\"model\"", "{\"stream\":true,\"model\"", StringComparison.Ordinal), HttpStatusCode.OK, cancellationToken);
        Report.True(stream.Contains("\"content\":\"Four.\"", StringComparison.Ordinal), $"the stream has the text: {stream}");
        Report.True(stream.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal), $"the stream is whole: {stream}");
        var mistake = await PostAsync(http, "/v1/chat/completions", """{"model":"sonnet","messages":7}""", HttpStatusCode.BadRequest, cancellationToken);
        Report.Equal("messages", mistake.GetProperty("error").GetProperty("param").GetString(), "what is wrong");
    }

    private static async Task CheckConversationAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var created = await PostAsync(http, "/v1/conversations", "{}", HttpStatusCode.OK, cancellationToken);
        var id = created.GetProperty("id").GetString();
        var body = $$"""{"model":"sonnet","conversation_id":"{{id}}","messages":[{"role":"user","content":"2 + 2?"}]}""";
        Report.Equal("Four.", TextOf(await PostAsync(http, "/v1/chat/completions", body, HttpStatusCode.OK, cancellationToken)), "the answer in a conversation");
        var items = await GetAsync(http, $"/v1/conversations/{id}/items", cancellationToken);
        Report.Equal(2, items.GetProperty("data").GetArrayLength(), "what the conversation keeps");
    }

    private static async Task CheckOtherRoutesAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var response = await PostAsync(http, "/v1/responses", """{"model":"sonnet","input":"2 + 2?"}""", HttpStatusCode.OK, cancellationToken);
        Report.Equal("completed", response.GetProperty("status").GetString(), "a response");
        var message = await PostAsync(
            http, "/v1/messages", """{"model":"sonnet","max_tokens":64,"messages":[{"role":"user","content":"2 + 2?"}]}""", HttpStatusCode.OK, cancellationToken);
        Report.Equal("Four.", message.GetProperty("content")[0].GetProperty("text").GetString(), "a message");
        Report.True((await GetAsync(http, "/v1/models", cancellationToken)).GetProperty("data").GetArrayLength() > 0, "models");
        Report.True((await GetAsync(http, "/openapi/v1.json", cancellationToken)).TryGetProperty("paths", out _), "the description");
        Report.True((await GetAsync(http, "/stats", cancellationToken)).ValueKind == JsonValueKind.Object, "statistics");
        using var metrics = await http.GetAsync(new Uri("/metrics", UriKind.Relative), cancellationToken);
        Report.True((await metrics.Content.ReadAsStringAsync(cancellationToken)).Contains("# TYPE", StringComparison.Ordinal), "metrics");
    }

    private static string? TextOf(JsonElement completion) =>
        completion.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();

    private static async Task<JsonElement> GetAsync(HttpClient http, string path, CancellationToken cancellationToken) =>
        JsonElement.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative), cancellationToken));

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, string body, HttpStatusCode expected, CancellationToken cancellationToken) =>
        JsonElement.Parse(await SendAsync(http, path, body, expected, cancellationToken));

    private static async Task<string> SendAsync(HttpClient http, string path, string body, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        using var content = new StringContent(body, mediaType: new("application/json"));
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        Report.True(response.StatusCode == expected, $"{path} answers {expected}, but it is {response.StatusCode}: {text}");
        return text;
    }
}
