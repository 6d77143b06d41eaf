using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nexus.Claude.Tests.Docs;

/// <summary>The C# blocks of docs/controls.md and docs/checkpoints.md, compiled. Nothing here is run.</summary>
internal static class ControlSnippets
{
    internal static async Task ChangeAsync(ClaudeClient client)
    {
        await client.SetEffortAsync(EffortLevel.Low);
        await client.ApplyFlagSettingsAsync(new JsonObject { ["permissions"] = new JsonObject { ["deny"] = new JsonArray("WebFetch") } });

        var window = await client.GetContextUsageAsync(ContextUsageDetail.Summary);
        Console.WriteLine($"{window.TotalTokens} of {window.MaxTokens} tokens are used");

        var usage = await client.GetUsageAsync(skipBehaviors: true);
        Console.WriteLine($"${usage.Totals.SessionCostUsd} so far");
    }

    internal static async Task BackgroundAsync(ClaudeClient client)
    {
        var turn = client.SendAsync("Run the whole test suite");
        await foreach (var message in turn)
        {
            // The model goes on with something else; the command runs on and reports when it ends.
            if (message is TaskStartedMessage { ToolUseId: { } call })
                await client.BackgroundTasksAsync(call);
        }
    }

    internal static async Task AskAsideAsync(ClaudeClient client)
    {
        SideAnswer answer = await client.AskSideQuestionAsync("Which file are you working on?");
        Console.WriteLine(answer.Text);
    }

    internal static async Task ReloadAsync(ClaudeClient client)
    {
        try
        {
            await client.ReloadPluginsAsync(new PluginReloadOptions { RefuseIfBusy = true });
        }
        catch (ProtocolException e) when (e.ErrorCode == "reload_plugins_busy")
        {
            Console.WriteLine("Later, then.");
        }
    }

    internal static async Task SendRawAsync(ClaudeClient client)
    {
        JsonElement status = await client.SendControlRequestAsync(new JsonObject { ["subtype"] = "get_status" });
        Console.WriteLine(status.GetProperty("sections").GetArrayLength());
    }

    internal static async Task RewindAsync()
    {
        var options = new ClaudeOptions { EnableFileCheckpointing = true, PermissionMode = PermissionMode.AcceptEdits };
        await using var client = await ClaudeClient.ConnectAsync(options);

        var turn = client.SendAsync("Rename Order to Invoice everywhere");
        await turn.ResultAsync();

        FileRewind preview = await client.PreviewRewindAsync(turn.PromptId);
        Console.WriteLine($"{string.Join(", ", preview.FilesChanged)}: +{preview.Insertions} -{preview.Deletions}");

        FileRewind done = await client.RewindFilesAsync(turn.PromptId);
        Console.WriteLine(done.CanRewind ? $"{done.FilesChanged.Count} files are as they were" : done.Error);
    }

    internal static async Task RewindLaterAsync(string sessionId, string promptId)
    {
        var options = new ClaudeOptions { Resume = sessionId, EnableFileCheckpointing = true };
        await using var client = await ClaudeClient.ConnectAsync(options);

        await client.RewindFilesAsync(promptId);
    }
}
