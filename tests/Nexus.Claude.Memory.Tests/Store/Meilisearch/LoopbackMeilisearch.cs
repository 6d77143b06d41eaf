using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Nexus.Claude.Memory.Tests.Store.Meilisearch;

/// <summary>A request that arrived.</summary>
internal sealed record LoopbackRequest(string Method, string Path, string Body)
{
    public bool IsWrite => Method is "POST" or "PUT" && Path.EndsWith("/documents", StringComparison.Ordinal);
}

/// <summary>What is answered in place of the server's own answer.</summary>
internal sealed record LoopbackAnswer(int Status, string Body, string? RetryAfter = null, string ContentType = "application/json");

/// <summary>
/// A Meilisearch on loopback, for tests: the routes of the documentation of version 1.53, answered as a given version does. Writes are tasks that
/// are done later, queries count ten words, facets know no cases, and totals end where the settings say.
/// </summary>
internal sealed class LoopbackMeilisearch : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly Dictionary<string, LoopbackIndex> _indexes = new(StringComparer.Ordinal);
    private readonly List<(JsonObject Task, Action Work, TaskCompletionSource Polled)> _tasks = [];
    private readonly Channel<int> _queue = Channel.CreateUnbounded<int>();
    private readonly ConcurrentQueue<LoopbackRequest> _requests = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private readonly string _version;
    private readonly int _minor;
    private readonly string? _key;
    private readonly Task _worker;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LoopbackMeilisearch(string version, string? key, int port)
    {
        (_version, _key) = (version, key);
        _minor = int.Parse(version.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture);
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Listen(IPAddress.Loopback, port);
        _server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
        _worker = Task.Run(WorkAsync);
    }

    public string Url { get; private set; } = "";

    /// <summary>True breaks every connection.</summary>
    public volatile bool IsDown;

    /// <summary>Answers in the server's place; null lets it answer.</summary>
    public Func<LoopbackRequest, LoopbackAnswer?> Interfere { get; set; } = static _ => null;

    /// <summary>Makes the task that adds a document fail, with a code and a type.</summary>
    public Func<JsonObject, (string Code, string Type)?> Refuse { get; set; } = static _ => null;

    /// <summary>The largest body in bytes.</summary>
    public int MostBytes { get; set; } = 100_000_000;

    public IReadOnlyList<LoopbackRequest> Requests => [.. _requests];

    public static async Task<LoopbackMeilisearch> StartAsync(string version = "1.50.0", string? key = null, int port = 0)
    {
        var server = new LoopbackMeilisearch(version, key, port);
        await server._server.StartAsync(server, CancellationToken.None);
        server.Url = server._server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return server;
    }

    /// <summary>The documents of an index, in the order of <c>seq</c>.</summary>
    public List<JsonObject> Documents(string index)
    {
        lock (_lock)
            return _indexes.TryGetValue(index, out var found) ? [.. found.Documents.Select(document => (JsonObject)document.DeepClone()).OrderBy(document => document["seq"]!.GetValue<double>())] : [];
    }

    public JsonObject Settings(string index)
    {
        lock (_lock)
            return (JsonObject)_indexes[index].Settings.DeepClone();
    }

    /// <summary>Puts a document there by another way than the client's.</summary>
    public void Smuggle(string index, JsonObject document)
    {
        lock (_lock)
            _indexes[index].Put((JsonObject)Parse(document.ToJsonString())!, merge: false);
    }

    /// <summary>Deletes an index by another way than the client's.</summary>
    public void Drop(string index)
    {
        lock (_lock)
            _indexes.Remove(index);
    }

    /// <summary>Completes when an index has so many documents.</summary>
    public async Task HasDocumentsAsync(string index, int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_indexes.TryGetValue(index, out var found) && found.Count == count)
                    return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(patience.Token);
        }
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var request = new LoopbackRequest(context.Request.Method, context.Request.Path.Value!, await reader.ReadToEndAsync());
        _requests.Enqueue(request);
        if (IsDown)
        {
            context.Abort();
            return;
        }

        var answer = Interfere(request) ?? Answer(request, context.Request.Headers.Authorization.ToString());
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        if (answer.RetryAfter is not null)
            context.Response.Headers.RetryAfter = answer.RetryAfter;
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer.Body));
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _worker;
        using (var now = new CancellationTokenSource())
        {
            await now.CancelAsync();
            await _server.StopAsync(now.Token);
        }

        _server.Dispose();
        _ending.Dispose();
    }

    private LoopbackAnswer Answer(LoopbackRequest request, string authorization)
    {
        try
        {
            if (_key is not null && request.Path != "/health")
            {
                if (authorization.Length == 0)
                    throw new LoopbackError(401, "missing_authorization_header", "The Authorization header is missing. It must use the bearer authorization method.", "auth");
                if (authorization != "Bearer " + _key)
                    throw new LoopbackError(403, "invalid_api_key", "The provided API key is invalid.", "auth");
            }

            if (request.Body.Length > MostBytes)
                throw new LoopbackError(413, "payload_too_large", "The provided payload reached the size limit.");
            lock (_lock)
            {
                var (status, body) = Route(request.Method, request.Path.Trim('/').Split('/'), Parse(request.Body));
                return new LoopbackAnswer(status, body.ToJsonString());
            }
        }
        catch (LoopbackError error)
        {
            return new LoopbackAnswer(error.Status, new JsonObject
            {
                ["message"] = error.Message, ["code"] = error.Code, ["type"] = error.Type, ["link"] = "https://docs.meilisearch.com/errors#" + error.Code,
            }.ToJsonString());
        }
    }

    private static JsonNode? Parse(string body)
    {
        try
        {
            return body.Length == 0 ? null : JsonNode.Parse(body);
        }
        catch (JsonException failure)
        {
            throw new LoopbackError(400, "malformed_payload", failure.Message);
        }
    }

    private (int Status, JsonObject Body) Route(string method, string[] path, JsonNode? body)
    {
        switch (method, path)
        {
            case ("GET", ["health"]):
                return (200, new JsonObject { ["status"] = "available" });
            case ("GET", ["version"]):
                return (200, new JsonObject { ["commitSha"] = "0", ["commitDate"] = "2026-07-23", ["pkgVersion"] = _version });
            case ("POST", ["indexes"]):
                string uid = Uid(body!["uid"]!.GetValue<string>());
                return Enqueue(uid, "indexCreation", () =>
                {
                    if (!_indexes.TryAdd(uid, new LoopbackIndex(body["primaryKey"]?.GetValue<string>())))
                        throw new LoopbackError(0, "index_already_exists", $"Index `{uid}` already exists.");
                });
            case ("GET", ["indexes", var name]):
                return (200, new JsonObject { ["uid"] = name, ["primaryKey"] = Index(name).PrimaryKey });
            case ("GET", ["indexes", var name, "settings"]):
                return (200, (JsonObject)Index(name).Settings.DeepClone());
            case ("PATCH", ["indexes", var name, "settings"]):
                Allow((JsonObject)body!, _minor >= 12 ? null : ["prefixSearch", "facetSearch"], _minor >= 6 ? null : ["proximityPrecision"]);
                return Enqueue(Uid(name), "settingsUpdate", () => Made(name).Apply((JsonObject)body!));
            case ("POST", ["indexes", var name, "documents", "fetch"]):
                Allow((JsonObject)body!, _minor >= 16 ? null : ["sort"]);
                return (200, Index(name).Fetch((JsonObject)body!, _minor));
            case ("POST", ["indexes", var name, "documents", "delete-batch"]):
                var ids = ((JsonArray)body!).Select(id => id!.ToString()).ToList();
                return Enqueue(Uid(name), "documentDeletion", () => ids.ForEach(Index(name).Delete));
            case ("POST" or "PUT", ["indexes", var name, "documents"]):
                return Enqueue(Uid(name), "documentAdditionOrUpdate", () => Add(name, (JsonArray)body!, merge: method == "PUT"));
            case ("POST", ["indexes", var name, "search"]):
                return (200, Index(name).Search((JsonObject)body!, _minor));
            case ("POST", ["multi-search"]):
                var results = ((JsonArray)body!["queries"]!).Select(query =>
                {
                    string index = query!["indexUid"]!.GetValue<string>();
                    var result = Index(index).Search((JsonObject)query, _minor);
                    result["indexUid"] = index;
                    return (JsonNode)result;
                }).ToArray();
                return (200, new JsonObject { ["results"] = new JsonArray(results) });
            case ("GET", ["tasks", var number]):
                int id2 = int.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
                if (id2 >= _tasks.Count)
                    throw new LoopbackError(404, "task_not_found", $"Task `{number}` not found.");
                _tasks[id2].Polled.TrySetResult();
                return (200, (JsonObject)_tasks[id2].Task.DeepClone());
            default:
                throw new LoopbackError(404, "not_found", $"{method} {string.Join('/', path)}");
        }
    }

    private void Add(string name, JsonArray documents, bool merge)
    {
        // All of them or none.
        foreach (var document in documents.Cast<JsonObject>())
        {
            if (document["id"] is not { } id)
                throw new LoopbackError(0, "missing_document_id", "Document doesn't have a `id` attribute.");
            string text = id.ToString();
            if (text.Length is 0 or > 511 || !text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                throw new LoopbackError(0, "invalid_document_id", $"Document identifier `{text}` is invalid.");
            if (Refuse(document) is var (code, type))
                throw new LoopbackError(0, code, $"Refused: {text}", type);
        }

        var index = Made(name);
        foreach (var document in documents.Cast<JsonObject>())
            index.Put((JsonObject)document.DeepClone(), merge);
    }

    private LoopbackIndex Index(string name) =>
        _indexes.TryGetValue(Uid(name), out var index) ? index : throw new LoopbackError(404, "index_not_found", $"Index `{name}` not found.");

    // Documents and settings make the index they are for.
    private LoopbackIndex Made(string name)
    {
        if (!_indexes.TryGetValue(name, out var index))
            _indexes.Add(name, index = new LoopbackIndex("id"));
        return index;
    }

    private static string Uid(string name) => name.Length is > 0 and <= 400 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
        ? name
        : throw new LoopbackError(400, "invalid_index_uid", $"`{name}` is not a valid index uid.");

    private static void Allow(JsonObject body, params string[]?[] unknown)
    {
        foreach (string name in unknown.SelectMany(names => names ?? []))
        {
            if (body.ContainsKey(name))
                throw new LoopbackError(400, "bad_request", $"Unknown field `{name}`.");
        }
    }

    private (int Status, JsonObject Body) Enqueue(string index, string type, Action work)
    {
        int uid = _tasks.Count;
        _tasks.Add((new JsonObject { ["uid"] = uid, ["indexUid"] = index, ["status"] = "enqueued", ["type"] = type, ["error"] = null }, work,
            new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        _queue.Writer.TryWrite(uid);
        return (202, new JsonObject { ["taskUid"] = uid, ["indexUid"] = index, ["status"] = "enqueued", ["type"] = type, ["enqueuedAt"] = "2026-11-25T00:00:00Z" });
    }

    // A task is done after somebody has asked for it, or after a while: who does not wait sees what was there before.
    private async Task WorkAsync()
    {
        try
        {
            await foreach (int uid in _queue.Reader.ReadAllAsync(_ending.Token))
            {
                JsonObject task;
                Action work;
                TaskCompletionSource polled;
                lock (_lock)
                    (task, work, polled) = _tasks[uid];
                await Task.WhenAny(polled.Task, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, _ending.Token));
                lock (_lock)
                {
                    try
                    {
                        work();
                        task["status"] = "succeeded";
                    }
                    catch (LoopbackError error)
                    {
                        task["status"] = "failed";
                        task["error"] = new JsonObject { ["message"] = error.Message, ["code"] = error.Code, ["type"] = error.Type, ["link"] = "" };
                    }

                    _changed.TrySetResult();
                    _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // The end.
        }
    }
}
