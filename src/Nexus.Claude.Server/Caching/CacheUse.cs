using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Nexus.Claude.Server.Caching;

/// <summary>What one request wants of the kept replies, and what came of it: the header <c>X-Nexus-Cache</c> in both directions.</summary>
internal sealed class CacheUse
{
    /// <summary>The header. In a request <c>use</c> or <c>bypass</c>; in a response <c>hit</c>, <c>miss</c> or <c>bypass</c>.</summary>
    public const string Header = "X-Nexus-Cache";

    /// <summary>Whether the request asks for a kept reply: true and false by its header, null when it does not say.</summary>
    public bool? IsWanted { get; init; }

    /// <summary>Whether a kept reply may answer the request (<c>Cache-Control: no-cache</c> says that it may not).</summary>
    public bool MayRead { get; init; } = true;

    /// <summary>Whether the reply may be kept (<c>Cache-Control: no-store</c> says that it may not).</summary>
    public bool MayWrite { get; init; } = true;

    /// <summary>What came of it. Known when the first event comes.</summary>
    public CacheOutcome Outcome { get; set; }

    /// <summary>Reads what a request wants, and sees to it that its response says what came of it.</summary>
    /// <param name="context">The request.</param>
    /// <returns>What it wants; put it into <see cref="Turns.TurnRequest.Cache"/>.</returns>
    public static CacheUse Of(HttpContext context)
    {
        var control = context.Request.Headers.CacheControl.Count > 0
            && CacheControlHeaderValue.TryParse(context.Request.Headers.CacheControl.ToString(), out var parsed)
                ? parsed
                : null;
        var use = new CacheUse
        {
            IsWanted = context.Request.Headers[Header].ToString().Trim().ToUpperInvariant() switch
            {
                "USE" or "ON" or "TRUE" or "1" => true,
                "BYPASS" or "OFF" or "FALSE" or "0" => false,
                _ => null,
            },
            MayRead = control is not { NoCache: true } and not { NoStore: true },
            MayWrite = control is not { NoStore: true },
        };
        context.Response.OnStarting(
            static state =>
            {
                var (response, use) = ((HttpResponse, CacheUse))state;
                response.Headers[Header] = use.Outcome switch
                {
                    CacheOutcome.Hit => "hit",
                    CacheOutcome.Miss => "miss",
                    _ => "bypass",
                };
                return Task.CompletedTask;
            },
            (context.Response, use));
        return use;
    }
}

/// <summary>Where a reply came from.</summary>
internal enum CacheOutcome
{
    /// <summary>The model, and nobody looked for a kept one.</summary>
    Bypass,

    /// <summary>The model, for there was no kept one.</summary>
    Miss,

    /// <summary>An earlier request.</summary>
    Hit,
}
