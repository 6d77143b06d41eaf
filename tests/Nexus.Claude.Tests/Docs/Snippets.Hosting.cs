using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Nexus.Claude.Tests.Docs;

/// <summary>The code of docs/hosting.md.</summary>
internal static class SnippetsHosting
{
    internal static void Register(IServiceCollection services)
    {
        services.AddNexusClaude(options => options.Model = "opus");
        services.AddNexusClaude("reviewer", options =>
        {
            options.SystemPrompt = "You review code.";
            options.Tools = ["Read", "Grep"];
        });
    }

    internal static void Configure(IServiceCollection services, IConfiguration configuration)
    {
        services.AddNexusClaude(configuration.GetSection("Claude")).ValidateOnStart();
    }

    internal static void Check(IServiceCollection services)
    {
        services.AddHealthChecks()
            .Add(ClaudeHealthCheck.Registration())
            .Add(ClaudeHealthCheck.Registration("claude-session", check => check.ConnectSession = true, tags: ["deep"]));
    }

    internal sealed class Reviews(IClaudeClientFactory claude)
    {
        public async Task<string> ReviewAsync(string folder, CancellationToken cancellationToken)
        {
            await using var client = await claude.CreateAsync("reviewer", options => options.WorkingDirectory = folder, cancellationToken);
            return await client.AskAsync("Review the last commit", cancellationToken);
        }
    }
}
