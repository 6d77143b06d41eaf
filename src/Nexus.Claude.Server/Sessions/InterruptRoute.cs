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
        var interrupts = app.Services.GetRequiredService<IInterrupts>();
        app.MapPost("/v1/sessions/{id}/interrupt", context => InterruptAsync(context, interrupts));
    }

    private static async Task InterruptAsync(HttpContext context, IInterrupts interrupts)
    {
        var id = (string)context.Request.RouteValues["id"]!;
        if (!await interrupts.InterruptAsync(context.Caller(), id, context.RequestAborted).ConfigureAwait(false))
            throw GatewayException.NotFound($"No turn runs in the conversation or for the request '{id}'. It has ended, or belongs to another key.", "session_not_found");
        await JsonReply.WriteAsync(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("status"u8, "interrupted"u8);
            writer.WriteString("conversation_id"u8, id);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }
}
