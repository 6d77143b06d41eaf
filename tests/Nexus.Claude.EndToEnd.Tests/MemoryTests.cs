using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nexus.Claude.Memory;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>A fact told in one process reaches the model in another one, by itself.</summary>
internal sealed partial class MemoryTests
{
    /// <summary>Has this assembly run the session that is told the fact.</summary>
    public const string Verb = "tell-memory";

    [Test]
    public async Task A_fact_told_in_another_process_arrives_in_the_next_sessions_request_and_only_when_it_fits()
    {
        var folder = Directory.CreateTempSubdirectory("nexus-memory-");
        try
        {
            string path = Path.Combine(folder.FullName, "memory.db");
            Assert.That(await RunAsync(Verb, path, PinnedCli.ExecutablePath), Is.Zero);

            await using var cli = await RealCli.StartAsync();
            cli.Api.Enqueue(ScriptedReply.Text("It is tangerine."), times: 4);
            await using var memory = await ClaudeMemory.OpenAsync(new MemoryOptions { Path = path, Reach = MemoryReach.Everywhere, RecallTimeout = TimeSpan.FromSeconds(20) });
            await cli.AskAsync("Which codeword opens the staging deployment?", options => options.UseMemory(memory));
            await cli.AskAsync("Write a limerick about rain in Lisbon", options => options.UseMemory(memory));

            string[] requests = [.. cli.Api.ConversationRequests.Select(request => request.Body.GetProperty("messages").GetRawText())];
            Assert.That(requests[0], Does.Contain("tangerine").And.Contain("recalled-context").And.Contain("Excerpts from earlier sessions"));
            Assert.That(requests[0], Does.Not.Contain("It is tangerine."));
            Assert.That(requests[1], Does.Not.Contain("tangerine").And.Not.Contain("recalled-context"));
            Assert.That((await memory.ListConversationsAsync()).Count, Is.EqualTo(3));

            // In the frame, beside what the user just said, and nowhere else.
            Assert.That(requests, Has.Length.EqualTo(2), "recording and recalling ask no model");
            var body = cli.Api.ConversationRequests[0].Body;
            var messages = body.GetProperty("messages").EnumerateArray().ToList();
            var frame = Frame().Match(string.Join('\n', TextsOf(messages[^1])));
            int prompt = messages.FindLastIndex(message => message.GetProperty("role").GetString() == "user");
            Assert.That(TextsOf(messages[prompt]), Has.Some.Contain("Which codeword opens the staging deployment?"));
            // The CLI hands what hooks add to the model beside the prompt, or in a message of its own right after it.
            Assert.That(messages.Count - prompt, Is.InRange(1, 2));
            Assert.That(frame.Success, Is.True);
            Assert.That(frame.Groups["inside"].Value, Does.Match(@"\[m1 \| \d{4}-\d\d-\d\d \d\d:\d\d \| user.*\] The codeword that opens the staging deployment is tangerine\."));
            Assert.That(messages[..^1].SelectMany(TextsOf), Has.None.Contain("tangerine"));
            Assert.That(body.GetProperty("system").GetRawText(), Does.Not.Contain("tangerine").And.Not.Contain("recalled-context"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Test]
    public async Task What_was_recalled_for_a_turn_stays_as_it_was_in_the_turns_after_it()
    {
        var folder = Directory.CreateTempSubdirectory("nexus-memory-");
        try
        {
            await using var memory = await ClaudeMemory.OpenAsync(new MemoryOptions
            {
                Path = Path.Combine(folder.FullName, "memory.db"), Reach = MemoryReach.Everywhere, RecallTimeout = TimeSpan.FromSeconds(20),
            });
            await memory.StoreMessagesAsync([new MemoryMessage
            {
                ConversationId = "earlier", Role = MemoryRole.User, Content = "The codeword that opens the staging deployment is tangerine.",
                CreatedAt = new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero),
            }]);
            await memory.FlushAsync();
            await using var cli = await RealCli.StartAsync();
            cli.Api.Enqueue(ScriptedReply.Text("Let me think."), times: 4);

            await using (var client = await cli.ConnectAsync(options => options.UseMemory(memory)))
            {
                await RealCli.ReadAsync(client.SendAsync("Which codeword opens the staging deployment?", cli.Deadline));
                await RealCli.ReadAsync(client.SendAsync("Please: the codeword of the staging deployment", cli.Deadline));
            }

            var requests = cli.Api.ConversationRequests.Select(request => request.Body.GetProperty("messages").EnumerateArray().Select(TextsOf).ToList()).ToList();
            Assert.That(requests, Has.Count.EqualTo(2));
            Assert.That(requests[1].Take(requests[0].Count), Is.EqualTo(requests[0]), "a cache of what was sent before keeps hitting");
            Assert.That(string.Join('\n', requests[1][^1]), Does.Contain("tangerine").And.Contain("</recalled-context "));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<string> TextsOf(JsonElement message)
    {
        var content = message.GetProperty("content");
        return content.ValueKind == JsonValueKind.String ? [content.GetString()!]
            : [.. content.EnumerateArray().Where(block => block.TryGetProperty("text", out _)).Select(block => block.GetProperty("text").GetString()!)];
    }

    [GeneratedRegex("""<recalled-context source="nexus-memory" trust="untrusted" id="(?<id>[0-9a-f]{8})">\n(?<inside>.*)\n</recalled-context \k<id>>""", RegexOptions.Singleline)]
    private static partial Regex Frame();

    /// <summary>One session that is told the fact, and remembers it without being asked to.</summary>
    public static async Task<int> TellAsync(string path, string cli)
    {
        await using var api = await ScriptedMessagesApi.StartAsync();
        await using var environment = api.CreateEnvironment();
        api.Enqueue(ScriptedReply.Text("Noted."));
        var options = new ClaudeOptions { CliPath = cli, InheritEnvironment = false, WorkingDirectory = environment.WorkingDirectory };
        foreach (var (name, value) in environment.Variables)
            options.Environment[name] = value;
        await ClaudeCode.AskAsync(
            "The codeword that opens the staging deployment is tangerine.", options.UseMemory(memory => memory.Path = path));
        return 0;
    }

    private static async Task<int> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { ArgumentList = { "exec", typeof(MemoryTests).Assembly.Location } };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
