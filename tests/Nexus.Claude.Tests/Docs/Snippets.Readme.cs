namespace Nexus.Claude.Tests.Docs;

/// <summary>What the README shows of the features.</summary>
internal static class ReadmeSnippets
{
    internal static async Task<string> FeaturesAsync(IReadOnlyDictionary<string, decimal> prices)
    {
        var shop = new ToolServer("shop")
            .Add("price", "The price of an article in euros", (string article) => prices[article]);

        var options = new ClaudeOptions
        {
            ToolServers = { shop },
            CanUseTool = PermissionPolicy.AllowTools("mcp__shop").Then(PermissionPolicy.AllowReadsWithin("/repo")).DecideAsync,
        };
        options.Hooks.On(HookEvent.PreToolUse, "Bash", _ => PreToolUseHookOutput.Deny("No commands here."));

        Offer offer = await ClaudeCode.AskAsync<Offer>("What do two lamps cost?", options);

        return offer.Article;
    }

    internal sealed record Offer(string Article, int Count, [property: System.ComponentModel.Description("For all of them, in euros")] decimal Total);
}
