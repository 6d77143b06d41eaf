using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Sessions;

/// <summary><c>POST /v1/sessions/{id}/interrupt</c>: stops the turn that runs in a conversation, or for a request.</summary>
internal static class InterruptRoute
{
    /// <summary>Adds the route.</summary>
    /// <param name="app">The application.</param>
    public static void MapInterrupt(this WebApplication app)
    {
        var sessions = app.Services.GetRequiredService<ISessionTurns>();
        app.MapPost("/v1/sessions/{id}/interrupt", context => InterruptAsync(context, sessions));
    }

    private static Task InterruptAsync(HttpContext context, ISessionTurns sessions)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        if (!sessions.TryInterrupt(context.Caller(), id))
            throw GatewayException.NotFound($"No turn runs in the conversation or for the request '{id}'. It has ended, or belongs to another key.", "session_not_found");
        return JsonReply.WriteAsync(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("status"u8, "interrupted"u8);
            writer.WriteString("conversation_id"u8, id);
            writer.WriteEndObject();
        });
    }
}
