using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Nexus.Claude.Server.Sessions;

namespace Nexus.Claude.Server.Tests.Clients;

/// <summary>Many requests at once over a real port: none is lost without a word, and nothing is left behind.</summary>
[NonParallelizable]
internal sealed class LoadTests
{
    private const string Words = "[[say:one two three four five six seven eight nine ten]]";

    // Far above what any of it takes; it turns a hang into a failure.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Test]
    [Property("seed-row", 115)]
    public async Task A_hundred_streams_leave_no_process_behind()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(options => options.Sessions.MaxProcesses = 4);
        using var client = new HttpClient { BaseAddress = gateway.Address, Timeout = Patience };
        var answers = new List<Answer>();
        for (var batch = 0; batch < 25; batch++)
        {
            // Each batch goes on with its four conversations, as clients do.
            answers.AddRange(await Task.WhenAll(Enumerable.Range(0, 4).Select(i => StreamAsync(client, $"conversation {i}", batch))));
        }

        Assert.That(answers.Where(answer => !answer.IsWhole), Is.Empty);
        Assert.That(Processes(gateway), Is.LessThanOrEqualTo(4));
        var ids = gateway.Services.GetRequiredService<ISessionStatus>().Statistics.Sessions.Select(session => session.ProcessId).ToList();
        await gateway.EndAsync();
        Assert.That(ids.Where(IsAlive), Is.Empty);
    }

    [Test]
    public async Task Killed_processes_under_load_lose_no_request_without_a_word()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(options => options.Sessions.MaxProcesses = 4);
        using var client = new HttpClient { BaseAddress = gateway.Address, Timeout = Patience };
        var sessions = gateway.Services.GetRequiredService<ISessionStatus>();
        var asked = 0;
        var kills = 0;

        // Whenever the model is asked for the fourth time, one of the processes that are answering is killed: before its first word or after.
        gateway.Api.Default = request =>
        {
            var number = Interlocked.Increment(ref asked);
            var running = sessions.Statistics.Sessions.Where(static session => session.IsRunning).ToList();
            if (number % 4 == 0 && running.Count > 0)
            {
                Interlocked.Increment(ref kills);
                Kill(running[number / 4 % running.Count].ProcessId);
            }

            return ScriptedAnswers.Answer(request);
        };

        var answers = new List<Answer>();
        for (var batch = 0; batch < 10; batch++)
            answers.AddRange(await Task.WhenAll(Enumerable.Range(0, 6).Select(i => StreamAsync(client, $"client {i}", batch))));

        Assert.That(kills, Is.GreaterThan(3));
        Assert.That(answers, Has.Count.EqualTo(60));
        Assert.That(answers.Where(answer => !answer.IsWhole && answer.Error is null), Is.Empty, "a stream that ended without an end and without an error");
        Assert.That(answers.Count(answer => answer.IsWhole), Is.GreaterThan(20));

        gateway.Api.Default = ScriptedAnswers.Answer;
        Assert.That((await StreamAsync(client, "afterwards", 0)).IsWhole, Is.True);
        var ids = sessions.Statistics.Sessions.Select(session => session.ProcessId).ToList();
        await gateway.EndAsync();
        Assert.That(ids.Where(IsAlive), Is.Empty);
    }

    private static int Processes(GatewayUnderTest gateway) => gateway.Services.GetRequiredService<ISessionStatus>().Statistics.Processes.Processes;

    private static async Task<Answer> StreamAsync(HttpClient client, string name, int turns)
    {
        var messages = new StringBuilder();
        for (var turn = 0; turn < turns % 3; turn++)
            messages.Append($$"""{"role":"user","content":"{{name}}, turn {{turn}} {{Words}}"},{"role":"assistant","content":"one two three four five six seven eight nine ten"},""");
        messages.Append($$"""{"role":"user","content":"{{name}}, turn {{turns % 3}} {{Words}}"}""");
        using var content = new StringContent($$"""{"model":"sonnet","stream":true,"messages":[{{messages}}]}""", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/chat/completions", UriKind.Relative)) { Content = content };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var body = await response.Content.ReadAsStringAsync();
        if (response.StatusCode != HttpStatusCode.OK)
            return new Answer(false, ErrorIn(body));
        var events = body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(static each => each.StartsWith("data: ", StringComparison.Ordinal)).Select(static each => each[6..]).ToList();
        return events is [.., "[DONE]"] ? new Answer(true, null) : new Answer(false, events is [.., var last] ? ErrorIn(last) : null);
    }

    private static string? ErrorIn(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("error", out var error) && error.GetProperty("type").ValueKind == JsonValueKind.String
            ? error.GetProperty("message").GetString()
            : null;
    }

    private static void Kill(int id)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    private static bool IsAlive(int id)
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private sealed record Answer(bool IsWhole, string? Error);
}
