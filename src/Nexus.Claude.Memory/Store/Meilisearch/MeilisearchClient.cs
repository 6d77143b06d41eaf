using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>The routes of the server that the memory uses, and no others. Whatever goes wrong is a <see cref="MeilisearchException"/>.</summary>
internal sealed class MeilisearchClient(MeilisearchOptions options, TimeProvider time) : IDisposable
{
    // A task is usually done within the first of them; a long queue need not be asked often.
    private static readonly TimeSpan[] Polls = [TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200)];

    private readonly HttpClient _http = MeilisearchHttp.Create(options, time);

    public Uri Address { get; } = options.Address;

    /// <summary>Completes when the server is there.</summary>
    public async Task CheckHealthAsync(CancellationToken cancellationToken)
    {
        var health = await SendAsync(HttpMethod.Get, "health", null, MeilisearchJson.Default.HealthAnswer, cancellationToken).ConfigureAwait(false);
        if (health.Status != "available")
            throw MeilisearchException.Unreachable(Address, new InvalidOperationException($"it says that it is '{health.Status}'."));
    }

    /// <summary>The version; the newest when the key may not ask.</summary>
    public async Task<MeilisearchVersion> GetVersionAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await SendAsync(HttpMethod.Get, "version", null, MeilisearchJson.Default.VersionAnswer, cancellationToken).ConfigureAwait(false);
            var version = MeilisearchVersion.Parse(answer.PkgVersion);
            return version.IsTooOld ? throw MeilisearchException.Unsupported(Address, answer.PkgVersion!) : version;
        }
        catch (MeilisearchException failure) when (failure.StatusCode == HttpStatusCode.Forbidden)
        {
            return MeilisearchVersion.Newest;
        }
    }

    public async Task<bool> HasIndexAsync(string index, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(HttpMethod.Get, $"indexes/{index}", null, MeilisearchJson.Default.IndexObject, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (MeilisearchException failure) when (failure.Code == "index_not_found")
        {
            return false;
        }
    }

    public Task<SummarizedTask> CreateIndexAsync(string index, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Post, "indexes", new IndexObject(index, "id"), MeilisearchJson.Default.IndexObject, cancellationToken);

    public Task<IndexSettings> GetSettingsAsync(string index, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"indexes/{index}/settings", null, MeilisearchJson.Default.IndexSettings, cancellationToken);

    public Task<SummarizedTask> UpdateSettingsAsync(string index, IndexSettings settings, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Patch, $"indexes/{index}/settings", settings, MeilisearchJson.Default.IndexSettings, cancellationToken);

    /// <summary>Adds documents, or replaces those of the same ids.</summary>
    public Task<SummarizedTask> AddDocumentsAsync<T>(string index, T[] documents, JsonTypeInfo<T[]> type, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Post, $"indexes/{index}/documents?primaryKey=id", documents, type, cancellationToken);

    /// <summary>Adds documents, or changes the attributes that are given of those of the same ids.</summary>
    public Task<SummarizedTask> UpdateDocumentsAsync<T>(string index, T[] documents, JsonTypeInfo<T[]> type, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Put, $"indexes/{index}/documents?primaryKey=id", documents, type, cancellationToken);

    public Task<SummarizedTask> DeleteDocumentsAsync(string index, string[] ids, CancellationToken cancellationToken) =>
        WriteAsync(HttpMethod.Post, $"indexes/{index}/documents/delete-batch", ids, MemoryJson.Default.StringArray, cancellationToken);

    /// <summary>Documents by a filter: exact, and as many as there are.</summary>
    public Task<DocumentsAnswer<T>> FetchDocumentsAsync<T>(
        string index, DocumentsQuery query, JsonTypeInfo<DocumentsAnswer<T>> type, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"indexes/{index}/documents/fetch", JsonSerializer.SerializeToUtf8Bytes(query, MeilisearchJson.Default.DocumentsQuery), type, cancellationToken);

    public Task<SearchAnswer<T>> SearchAsync<T>(string index, SearchQuery query, JsonTypeInfo<SearchAnswer<T>> type, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, $"indexes/{index}/search", JsonSerializer.SerializeToUtf8Bytes(query, MeilisearchJson.Default.SearchQuery), type, cancellationToken);

    /// <summary>Several searches in one request, answered in their order.</summary>
    public async Task<IReadOnlyList<SearchAnswer<T>>> MultiSearchAsync<T>(
        IReadOnlyList<SearchQuery> queries, JsonTypeInfo<MultiSearchAnswer<T>> type, CancellationToken cancellationToken)
    {
        if (queries.Count == 0)
            return [];
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new MultiSearchQuery(queries), MeilisearchJson.Default.MultiSearchQuery);
        var answer = await SendAsync(HttpMethod.Post, "multi-search", body, type, cancellationToken).ConfigureAwait(false);
        return answer.Results?.Count == queries.Count
            ? answer.Results
            : throw MeilisearchException.NotUnderstood(Address, "POST multi-search", new InvalidDataException("It has another number of results."));
    }

    /// <summary>Waits until a task has succeeded.</summary>
    /// <exception cref="MeilisearchException">It failed, was cancelled, or is not done in time: it may still be done later.</exception>
    public async Task WaitForAsync(SummarizedTask task, string what, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        for (int poll = 0; ; poll++)
        {
            var state = await SendAsync(HttpMethod.Get, $"tasks/{task.TaskUid}", null, MeilisearchJson.Default.TaskObject, cancellationToken).ConfigureAwait(false);
            switch (state.Status)
            {
                case "succeeded":
                    return;
                case "failed":
                    throw MeilisearchException.Failed(Address, what, state.Error?.Code, state.Error?.Type, state.Error?.Message);
                case "canceled":
                    throw MeilisearchException.Canceled(Address, what);
            }

            if (time.GetElapsedTime(started) >= options.TaskTimeout)
                throw MeilisearchException.TooSlow(Address, options.TaskTimeout, what);
            await Task.Delay(Polls[Math.Min(poll, Polls.Length - 1)], time, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _http.Dispose();

    private Task<SummarizedTask> WriteAsync<T>(HttpMethod method, string route, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(method, route, JsonSerializer.SerializeToUtf8Bytes(body, type), MeilisearchJson.Default.SummarizedTask, cancellationToken);

    private async Task<T> SendAsync<T>(HttpMethod method, string route, byte[]? body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        string what = $"{method} {route}";
        using var limit = new CancellationTokenSource(options.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var request = new HttpRequestMessage(method, route);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token).ConfigureAwait(false);
            byte[] answer = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw MeilisearchException.Refused(Address, what, response.StatusCode, answer, MeilisearchHttp.RetryAfter(response, time));
            return JsonSerializer.Deserialize(answer, type) ?? throw new JsonException("null");
        }
        catch (JsonException failure)
        {
            throw MeilisearchException.NotUnderstood(Address, what, failure);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw MeilisearchException.Unreachable(Address, failure);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw MeilisearchException.TooSlow(Address, options.RequestTimeout, what);
        }
    }
}
