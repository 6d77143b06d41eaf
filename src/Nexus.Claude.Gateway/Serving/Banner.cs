namespace Nexus.Claude.Gateway;

/// <summary>What is shown when the server listens.</summary>
internal static class Banner
{
    /// <summary>Shows it.</summary>
    /// <param name="output">Where.</param>
    /// <param name="addresses">Where the server really listens.</param>
    /// <param name="needsKey">Whether callers need a key.</param>
    /// <param name="isOffline">Whether a scripted model answers.</param>
    /// <param name="cliPath">The CLI in use.</param>
    /// <returns>Completes when it is shown.</returns>
    public static async Task WriteAsync(TextWriter output, IEnumerable<string> addresses, bool needsKey, bool isOffline, string? cliPath)
    {
        var url = addresses.First();
        var shown = url.Replace("0.0.0.0", "localhost", StringComparison.Ordinal).Replace("[::]", "localhost", StringComparison.Ordinal);
        var key = needsKey ? """ -H "Authorization: Bearer $KEY" """.TrimEnd() : "";
        await output.WriteLineAsync($"""

            Nexus.Claude {Server.Operations.HealthRoutes.Version} listens on {string.Join(", ", addresses)}
              OpenAI clients:    base URL {shown}/v1, {(needsKey ? "with one of your API keys" : "any API key")}
              Anthropic clients: base URL {shown}
              status page:       {shown}/
              CLI:               {cliPath}

              curl {shown}/v1/chat/completions{key} -H "Content-Type: application/json" -d '{"{"}"model":"sonnet","messages":[{"{"}"role":"user","content":"Hello"{"}"}]{"}"}'
            """).ConfigureAwait(false);
        if (isOffline)
        {
            await output.WriteLineAsync(
                "\n  OFFLINE: answers come from a scripted model on this machine, not from Claude, and cost nothing." +
                "\n  For a real model log in with `claude` or set ANTHROPIC_API_KEY, and start again without --offline.").ConfigureAwait(false);
        }

        await output.WriteLineAsync("\nCtrl+C stops it; turns that run are finished first.").ConfigureAwait(false);
        await output.FlushAsync().ConfigureAwait(false);
    }
}
