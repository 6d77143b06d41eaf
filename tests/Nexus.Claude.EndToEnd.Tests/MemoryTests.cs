using System.Diagnostics;
using Nexus.Claude.Memory;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>A fact told in one process reaches the model in another one, by itself.</summary>
internal sealed class MemoryTests
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
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

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
