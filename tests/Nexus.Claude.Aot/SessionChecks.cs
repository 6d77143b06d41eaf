using Nexus.Claude.Testing;

namespace Nexus.Claude.Aot;

/// <summary>Sessions on disk and in stores, and a conversation that is resumed from a store.</summary>
internal static class SessionChecks
{
    public static async Task RunAsync(Report report)
    {
        foreach (var check in SessionStoreContract.Checks)
        {
            await report.CheckAsync($"a store in memory: {check}", cancellationToken => check.RunAsync(() => new InMemorySessionStore(), cancellationToken));
            await report.CheckAsync($"a store of files: {check}", async cancellationToken =>
            {
                string folder = Directory.CreateTempSubdirectory("nexus-claude-aot-").FullName;
                try
                {
                    await check.RunAsync(() => new FileSessionStore(folder), cancellationToken);
                }
                finally
                {
                    Directory.Delete(folder, recursive: true);
                }
            });
        }

        await report.CheckAsync("a conversation is stored, read, named, forked, resumed and deleted", async cancellationToken =>
        {
            var cli = await ClaudeCli.InstallAsync(cancellationToken: cancellationToken);
            await using var model = await OfflineModel.StartAsync(cancellationToken);
            var options = new ClaudeOptions
            {
                CliPath = cli.Path,
                InheritEnvironment = false,
                WorkingDirectory = model.Environment.WorkingDirectory,
                SettingSources = [],
                SessionStore = new InMemorySessionStore(),
            };
            foreach (var (name, value) in model.Variables)
                options.Environment[name] = value;
            await ClaudeCode.AskAsync("My name is Ada", options, cancellationToken);

            var local = new ClaudeSessions(model.Environment.ConfigDirectory, options.WorkingDirectory);
            var stored = ClaudeSessions.For(options);
            string id = (await local.ListAsync(cancellationToken: cancellationToken)).Single().SessionId;
            Report.Equal(id, (await stored.ListAsync(cancellationToken: cancellationToken)).Single().SessionId, "the session in the store");
            Report.Equal("My name is Ada", (await local.GetMessagesAsync(id, cancellationToken: cancellationToken))[0].Text, "what was said");
            await local.RenameAsync(id, "Ada", cancellationToken);
            await local.TagAsync(id, "people", cancellationToken);
            string fork = await local.ForkAsync(id, cancellationToken: cancellationToken);
            Report.Equal("Ada (fork)", (await local.GetInfoAsync(fork, cancellationToken))?.Summary, "the title of the fork");
            await local.DeleteAsync(fork, cancellationToken);

            options.Resume = id;
            await ClaudeCode.AskAsync("What is my name?", options, cancellationToken);
            Report.Equal(4, (await stored.GetMessagesAsync(id, cancellationToken: cancellationToken)).Count, "messages in the store after the resume");
        });
    }
}
