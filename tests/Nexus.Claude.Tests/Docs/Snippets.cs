using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Docs;

/// <summary>The C# blocks of the READMEs and of docs, compiled; <see cref="SnippetTests"/> compares them. Nothing here is run.</summary>
internal static class Snippets
{
    internal static async Task QueryAsync()
    {
        await foreach (var message in ClaudeCode.QueryAsync("What is 2 + 2?"))
            Console.WriteLine(message);
    }

    internal static async Task<string> AskAsync()
    {
        var options = new ClaudeOptions { WorkingDirectory = "/repo", AllowedTools = ["Read", "Grep"], MaxTurns = 10 };
        string summary = await ClaudeCode.AskAsync("Summarise README.md", options);

        return summary;
    }

    internal static async Task ConverseAsync()
    {
        await using var client = await ClaudeClient.ConnectAsync(new ClaudeOptions { Model = "sonnet", IncludePartialMessages = true });

        await foreach (var piece in client.SendAsync("Explain this repository").TextAsync())
            Console.Write(piece);

        await client.SetModelAsync("haiku");
        Console.WriteLine(await client.AskAsync("And in one sentence?"));
    }

    internal static async Task InterruptAsync(ClaudeClient client)
    {
        var turn = client.SendAsync("Count to a million");
        await foreach (var message in turn)
        {
            if (message is StreamEventMessage { TextDelta: { } text } && text.Contains("17", StringComparison.Ordinal))
                break;
        }

        var result = await client.SendAsync("What did I interrupt?").ResultAsync();
        Console.WriteLine($"{result.Text} (${result.SessionCostUsd} so far)");
    }

    internal static async Task CatchAsync(ClaudeClient client)
    {
        try
        {
            Console.WriteLine(await client.AskAsync("Hello"));
        }
        catch (ClaudeApiException e) when (e.IsTransient)
        {
            Console.WriteLine($"{e.Status}: try again in {e.RetryAfter ?? TimeSpan.FromSeconds(10)}");
        }
        catch (ClaudeException e)
        {
            Console.WriteLine(e.Message);
        }
    }

    internal static async Task ScriptTheModelAsync()
    {
        await using var api = await ScriptedMessagesApi.StartAsync();
        await using var environment = api.CreateEnvironment();
        api.Enqueue(ScriptedReply.ToolUse("Bash", """{"command":"ls"}""").ThenText("Done."));

        var options = new ClaudeOptions { InheritEnvironment = false, WorkingDirectory = environment.WorkingDirectory };
        foreach (var (name, value) in environment.Variables)
            options.Environment[name] = value;
    }

    internal static async Task ScriptTheCliAsync()
    {
        await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().Turn("Hello.").WriteText("this is not JSON").Crash());
        var options = new ClaudeOptions { CliPath = ScriptedCli.ExecutablePath };
        foreach (var (name, value) in cli.Environment)
            options.Environment[name] = value;
    }

    internal static async Task AnswerOfflineAsync(ClaudeOptions options)
    {
        await using var offline = await OfflineModel.WhenNoCredentialAsync(options, Console.WriteLine);
    }

    internal static ClaudeOptions Configure()
    {
        var options = new ClaudeOptions
        {
            Model = "sonnet",
            WorkingDirectory = "/repo",
            SystemPrompt = SystemPrompt.ClaudeCodeWith(append: "Answer in one sentence."),
            AllowedTools = ["Read", "Bash(git *)"],
            DisallowedTools = ["WebFetch"],
            MaxTurns = 10,
            MaxBudgetUsd = 0.50m,
            McpServers = { ["docs"] = new HttpMcpServer(new Uri("https://example.org/mcp")) },
            Agents = { ["reviewer"] = new AgentDefinition("Reviews code.", "You review code.") { Tools = ["Read"], Model = "haiku" } },
            Settings = ClaudeSettings.Json("""{ "permissions": { "deny": ["Read(.env)"] } }"""),
        };

        return options;
    }

    internal static async Task MatchAsync(ClaudeOptions options)
    {
        await foreach (var message in ClaudeCode.QueryAsync("Fix the failing test", options))
        {
            switch (message)
            {
                case AssistantMessage { IsSidechain: false } assistant:
                    foreach (var tool in assistant.Content.OfType<ToolUseBlock>())
                        Console.WriteLine($"-> {tool.Name}");
                    Console.WriteLine(assistant.Text);
                    break;
                case ApiRetryMessage retry:
                    Console.WriteLine($"The API is busy; next try in {retry.RetryDelay}.");
                    break;
                case ResultMessage result:
                    Console.WriteLine($"{result.NumTurns} turns, {result.TurnUsage.OutputTokens} tokens written, ${result.SessionCostUsd}");
                    break;
            }
        }
    }

    internal static async Task LookAtTheResultAsync(ClaudeClient client)
    {
        var result = await client.SendAsync("Hello").ResultAsync();
        if (!result.IsSuccess)
            Console.WriteLine(result.IsInterrupted ? "interrupted" : $"{result.Subtype}: {result.Text ?? string.Join("; ", result.Errors)}");
    }

    internal static async Task LookAtTheExitAsync(ClaudeClient client)
    {
        CliExit exit = await client.Completion;
        Console.WriteLine($"{exit.Cause}, code {exit.ExitCode}: {exit.StandardErrorTail}");
    }

    internal static async Task InstallAsync()
    {
        var installation = await ClaudeCli.InstallAsync(progress: new Progress<CliDownloadProgress>(p => Console.WriteLine($"{p.Stage}: {p.BytesReceived} of {p.TotalBytes}")));
        Console.WriteLine($"{installation.Path} ({installation.Source})");
    }

    internal static async Task<CliInstallation> InstallElsewhereAsync()
    {
        var installation = await ClaudeCli.InstallAsync(new CliInstallOptions
        {
            CacheDirectory = "/opt/claude",
            Sources = [CliDownloadSource.NpmRegistry],
        });

        return installation;
    }
}
