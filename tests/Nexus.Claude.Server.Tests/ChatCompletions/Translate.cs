using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nexus.Claude.Server.ChatCompletions;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests.ChatCompletions;

/// <summary>Translates requests for chat completions without a server.</summary>
internal static class Translate
{
    /// <summary>Translates the body of a request.</summary>
    public static async Task<ChatRequest> Body(string json, GatewayRequestOptions? limits = null)
    {
        var context = new DefaultHttpContext();
        context.SetCaller(Caller.Anonymous);
        context.TraceIdentifier = "req_test";
        context.Request.ContentType = "application/json";
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var body = await RequestBody.ReadAsync(context);
        return await new ChatRequestReader(new FixedModels(), limits ?? new GatewayRequestOptions()).ReadAsync(body, context);
    }

    /// <summary>Translates messages, and further members.</summary>
    public static Task<ChatRequest> Messages(string messages, string more = "", GatewayRequestOptions? limits = null) =>
        Body($$"""{"model":"sonnet","messages":{{messages}}{{more}}}""", limits);

    /// <summary>The one message of a user, and further members.</summary>
    public static Task<ChatRequest> With(string more, GatewayRequestOptions? limits = null) => Messages("""[{"role":"user","content":"Hi"}]""", more, limits);

    /// <summary>The error that a request gets.</summary>
    public static async Task<GatewayException> Fails(Func<Task<ChatRequest>> translate)
    {
        try
        {
            await translate();
        }
        catch (GatewayException error)
        {
            return error;
        }

        throw new AssertionException("The request was taken.");
    }

    /// <summary>A text as JSON.</summary>
    public static string Json(string text) => JsonSerializer.Serialize(text);
}
