using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Nexus.Claude.Tests.Cli;

internal sealed record SeenRequest(string Host, string Path, string? Range, string? Authorization);

/// <summary>A web server on loopback that records what it is asked.</summary>
internal sealed class LoopbackOrigin : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentQueue<SeenRequest> _requests = new();

    private LoopbackOrigin(WebApplication application) => _application = application;

    public Uri Address => new(_application.Urls.Single());

    public IReadOnlyList<SeenRequest> Requests => [.. _requests];

    public static async Task<LoopbackOrigin> StartAsync(RequestDelegate handler)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AllowSynchronousIO = false);
        var application = builder.Build();
        var origin = new LoopbackOrigin(application);
        application.Run(context =>
        {
            var headers = context.Request.Headers;
            origin._requests.Enqueue(new SeenRequest(
                context.Request.Host.Value ?? "", RawPath(context), Text(headers.Range), Text(headers.Authorization)));
            return handler(context);
        });
        await application.StartAsync();
        return origin;

        static string? Text(Microsoft.Extensions.Primitives.StringValues values) => values.Count == 0 ? null : values.ToString();
    }

    public static string RawPath(HttpContext context) =>
        context.Features.Get<IHttpRequestFeature>()!.RawTarget is var target
        && Uri.TryCreate(target, UriKind.Absolute, out var absolute) && absolute.Scheme is "http"
            ? absolute.AbsolutePath
            : target;

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }
}

/// <summary>Serves one file the way a release server does, with the faults a test asks for.</summary>
internal sealed class FileBehaviour(byte[] content)
{
    public byte[] Content { get; set; } = content;

    public bool SupportsRanges { get; init; } = true;

    /// <summary>For each transfer in turn: send that many bytes, wait for <see cref="CutNow"/>, then break the connection.</summary>
    public ConcurrentQueue<int> Cuts { get; } = new();

    public TaskCompletionSource CutNow { get; init; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Holds every answer back until it is set; null does not.</summary>
    public Task? Release { get; init; }

    public async Task ServeAsync(HttpContext context)
    {
        if (Release is not null)
            await Release.WaitAsync(context.RequestAborted);

        var start = 0;
        if (SupportsRanges && context.Request.GetTypedHeaders().Range?.Ranges.Single().From is { } from)
        {
            if (from >= Content.Length)
            {
                context.Response.StatusCode = 416;
                return;
            }

            start = (int)from;
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {start}-{Content.Length - 1}/{Content.Length}";
        }

        context.Response.ContentLength = Content.Length - start;
        if (!Cuts.TryDequeue(out var count))
        {
            await context.Response.Body.WriteAsync(Content.AsMemory(start), context.RequestAborted);
            return;
        }

        await context.Response.Body.WriteAsync(Content.AsMemory(start, count), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await CutNow.Task.WaitAsync(context.RequestAborted);
        context.Abort();
    }
}
