using System.Text.Json;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Tools;

/// <content>Other servers for a session that runs.</content>
internal sealed partial class InProcessServers
{
    private Task _replacing = Task.CompletedTask;

    /// <summary>Replaces all servers of this program. One replacement at a time: the CLI's answer says what is there from then on.</summary>
    /// <param name="external">The servers outside of this program.</param>
    /// <param name="wanted">The servers of this program.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>What changed.</returns>
    public async Task<McpServersChange> ReplaceAsync(
        IReadOnlyDictionary<string, McpServerOptions> external, IReadOnlyList<ToolServer> wanted, CancellationToken cancellationToken)
    {
        List<string> mistakes = [.. ClaudeOptionsValidator.ServerMistakes(external, wanted)];
        if (mistakes.Count > 0)
            throw new OptionsValidationException(mistakes);
        var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = Interlocked.Exchange(ref _replacing, mine.Task);
        try
        {
            await before.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (Swapped(wanted) is not { Count: > 0 } swapped)
                return await ApplyAsync(external, wanted, cancellationToken).ConfigureAwait(false);
            var gone = await ApplyAsync(external, [.. wanted.Where(server => !swapped.Contains(server.Name))], cancellationToken).ConfigureAwait(false);
            var come = await ApplyAsync(external, wanted, cancellationToken).ConfigureAwait(false);
            return come with
            {
                Added = [.. gone.Added.Union(come.Added)],
                Removed = [.. gone.Removed.Union(come.Removed)],
                Errors = gone.Errors.Concat(come.Errors).GroupBy(error => error.Key).ToDictionary(error => error.Key, error => error.Last().Value),
            };
        }
        finally
        {
            // Whoever waits after us waits for those before us too.
            _ = before.ContinueWith(_ => mine.TrySetResult(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>Names that stay while the server behind them changes. The CLI leaves such a server alone, so it has to go before it can come.</summary>
    private HashSet<string> Swapped(IReadOnlyList<ToolServer> wanted)
    {
        lock (_gate)
            return [.. wanted.Where(server => _serving.TryGetValue(server.Name, out var now) && now.Description != server).Select(server => server.Name)];
    }

    private async Task<McpServersChange> ApplyAsync(
        IReadOnlyDictionary<string, McpServerOptions> external, IReadOnlyList<ToolServer> wanted, CancellationToken cancellationToken)
    {
        // The CLI shakes hands with new servers before it answers, so they have to be there, beside the old ones, before it is asked.
        List<InProcessServer> added = [];
        lock (_gate)
        {
            var both = new Dictionary<string, InProcessServer>(_serving);
            foreach (var server in wanted)
            {
                if (both.ContainsKey(server.Name))
                    continue;
                both[server.Name] = Serve(server);
                added.Add(both[server.Name]);
            }

            _serving = both;
        }

        try
        {
            var reply = await _session!.Control.RequestAsync(
                "mcp_set_servers", json => WriteServers(json, external, wanted), _session.Settings.ControlRequestTimeout, cancellationToken).ConfigureAwait(false);
            Keep(server => wanted.Contains(server.Description));
            return reply.Read(McpReplyJson.Default.McpServersChange) ?? new();
        }
        catch (ProtocolException)
        {
            Keep(server => !added.Contains(server));
            throw;
        }
    }

    private void Keep(Func<InProcessServer, bool> stays)
    {
        InProcessServer[] gone;
        lock (_gate)
        {
            gone = [.. _serving.Values.Where(server => !stays(server))];
            _serving = _serving.Values.Where(stays).ToDictionary(server => server.Description.Name);
        }

        if (gone.Length > 0)
            _session!.Own(EndAsync(gone));
    }

    private static void WriteServers(Utf8JsonWriter json, IReadOnlyDictionary<string, McpServerOptions> external, IReadOnlyList<ToolServer> wanted)
    {
        json.WriteStartObject("servers"u8);
        foreach (var (name, server) in external)
        {
            json.WritePropertyName(name);
            McpServerJson.Write(json, server);
        }

        foreach (var server in wanted)
        {
            json.WriteStartObject(server.Name);
            json.WriteString("type"u8, "sdk"u8);
            json.WriteString("name"u8, server.Name);
            WriteConfiguration(json, server);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
