using System.Net;
using System.Net.Http.Headers;

namespace Nexus.Claude.Cli;

/// <summary>Sends the requests of a download: one answer's headers within a time limit, and plain failures.</summary>
internal sealed class HttpTransfer : IDisposable
{
    private readonly HttpClient _client;
    private readonly bool _ownsClient;

    public HttpTransfer(CliInstallOptions options)
    {
        Policy = options.Transfer;
        Time = options.TimeProvider;
        _ownsClient = options.HttpClient is null;
        _client = options.HttpClient ?? CreateClient(options);
    }

    public TransferPolicy Policy { get; }

    public TimeProvider Time { get; }

    /// <summary>Asks for a resource and returns as soon as the headers of a success are there.</summary>
    /// <exception cref="HttpRequestException">
    /// The host cannot be reached or does not answer in time (no status code), or it answers with an error (its status code).
    /// </exception>
    public async Task<HttpResponseMessage> GetAsync(
        Uri address,
        AuthenticationHeaderValue? authorization,
        Action<HttpRequestHeaders>? configure,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, WithoutUserInfo(address));
        request.Headers.Authorization = authorization;
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Nexus.Claude", ClaudeCli.PinnedVersion));
        configure?.Invoke(request.Headers);

        using var limit = new CancellationTokenSource(timeout, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        HttpResponseMessage response;
        try
        {
            response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException(
                HttpRequestError.ConnectionError, $"{address.Authority} did not answer in time", exception);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            throw new HttpRequestException(
                $"{Shown(address)} answered {(int)response.StatusCode} ({response.ReasonPhrase})", null, response.StatusCode);
        }
    }

    /// <summary>
    /// Asks once more, a little later, when the server says that it is busy. A host that cannot be reached fails at once, so that the
    /// next source gets its turn.
    /// </summary>
    public async Task<T> WhileBusyAsync<T>(Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        const int Retries = 2;
        for (var retry = 1; ; retry++)
        {
            try
            {
                return await ask().ConfigureAwait(false);
            }
            catch (HttpRequestException exception)
                when (exception.StatusCode is not null && IsWorthRetrying(exception) && retry <= Retries)
            {
                await DelayAsync(retry, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether the same request may well succeed a little later.</summary>
    public static bool IsWorthRetrying(HttpRequestException exception) => exception.StatusCode switch
    {
        null => true,
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => true,
        var status => (int)status >= 500,
    };

    /// <summary>Waits before the given retry, counted from one.</summary>
    public Task DelayAsync(int retry, CancellationToken cancellationToken)
    {
        var factor = Math.Pow(2, retry - 1) * (0.75 + (Random.Shared.NextDouble() * 0.5));
        return Task.Delay(Policy.RetryDelay * factor, Time, cancellationToken);
    }

    /// <summary>An address as it may be shown: without user, password, query and fragment, which may be secrets.</summary>
    public static string Shown(Uri address) =>
        address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    public void Dispose()
    {
        if (_ownsClient)
            _client.Dispose();
    }

    private static Uri WithoutUserInfo(Uri address) =>
        address.UserInfo.Length == 0 ? address : new UriBuilder(address) { UserName = "", Password = "" }.Uri;

    private static HttpClient CreateClient(CliInstallOptions options)
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = options.Transfer.ConnectTimeout };
        if (options.Proxy is not null)
            handler.Proxy = options.Proxy;
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
