using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests;

/// <summary>The shortest way from HTTP to a turn, so that what is tested is what lies between: <c>POST /v1/test/turn</c>, the prompt as the body.</summary>
internal static class TurnRoute
{
    public const string Path = "/v1/test/turn";

    public static void Map(WebApplication app) => app.MapPost(Path, async (HttpContext context) =>
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = Request(context.Caller(), await reader.ReadToEndAsync(context.RequestAborted));
        await foreach (var happening in app.Services.GetRequiredService<ITurnRunner>().RunAsync(request, context.RequestAborted))
        {
            if (happening is TurnEvent.TextDelta text)
            {
                await context.Response.WriteAsync(text.Text, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
    });

    public static TurnRequest Request(Caller caller, string prompt = "Hello", string model = "sonnet") => new()
    {
        RequestId = $"req_{Guid.NewGuid():N}",
        Caller = caller,
        Model = model,
        Messages = [new TurnMessage(TurnRole.User, [new TextBlock(prompt)])],
    };

    public static Caller Caller(string id, KeyPolicy? policy = null) => new(id, policy ?? KeyPolicy.Open);

    public static async Task<IReadOnlyList<TurnEvent>> ToListAsync(this IAsyncEnumerable<TurnEvent> events)
    {
        List<TurnEvent> list = [];
        await foreach (var happening in events)
            list.Add(happening);
        return list;
    }
}
