using Microsoft.AspNetCore.Builder;
using Nexus.Claude.Server.Caching;
using Nexus.Claude.Server.ChatCompletions;
using Nexus.Claude.Server.Conversations;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Messages;
using Nexus.Claude.Server.Models;
using Nexus.Claude.Server.Operations;
using Nexus.Claude.Server.Responses;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Sessions;

namespace Nexus.Claude;

/// <summary>Gives the gateway its routes.</summary>
public static class NexusClaudeServerEndpoints
{
    /// <summary>Adds the middleware and all routes: OpenAI's and Anthropic's under <c>/v1</c>, health, statistics, metrics and the status page.</summary>
    /// <param name="app">The application.</param>
    /// <returns>The application.</returns>
    public static WebApplication MapNexusClaude(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseOperations();
        app.UseErrors();
        app.UseSecurity();
        app.UseIdempotency();
        app.MapChatCompletions();
        app.MapModels();
        app.MapConversations();
        app.MapResponses();
        app.MapMessages();
        app.MapSessions();
        app.MapOperations();
        return app;
    }
}
