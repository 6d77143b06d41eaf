using System.Net;
using System.Net.Http.Headers;

namespace Nexus.Claude.Cli;

/// <summary>
/// Reads a resource from an offset to its end. A connection that breaks or falls silent in between is taken up again at the same
/// byte, so the reader only notices when that keeps failing.
/// </summary>
internal sealed class ResumableHttpStream : Stream
{
    // Below this much progress a retry counts as one more failure in a row, so a server that always cuts early ends the transfer.
    private const long RealProgress = 1 << 20;

    private readonly HttpTransfer _transfer;
    private readonly Uri _address;
    private readonly AuthenticationHeaderValue? _authorization;
    private readonly TimeSpan _responseTimeout;

    private HttpResponseMessage? _response;
    private Stream? _body;
    private EntityTagHeaderValue? _tag;
    private CancellationTokenSource? _idle;
    private long _position;
    private long _toSkip;
    private long _lastBreak;
    private int _retries;

    private ResumableHttpStream(HttpTransfer transfer, Uri address, AuthenticationHeaderValue? authorization, TimeSpan responseTimeout)
    {
        _transfer = transfer;
        _address = address;
        _authorization = authorization;
        _responseTimeout = responseTimeout;
    }

    /// <summary>The offset that reading begins at: the one asked for, or zero when the server always sends everything.</summary>
    public long StartOffset { get; private set; }

    /// <summary>The length of the whole resource, or null when the server does not say.</summary>
    public long? TotalLength { get; private set; }

    /// <summary>Whether the transfer had to be taken up again in between.</summary>
    public bool WasResumed { get; private set; }

    /// <summary>How far into the resource the reader is.</summary>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    /// <summary>Connects. A host that cannot be reached fails at once; a busy one is asked again.</summary>
    /// <exception cref="HttpRequestException">The host cannot be reached or refuses.</exception>
    public static async Task<ResumableHttpStream> OpenAsync(
        HttpTransfer transfer,
        Uri address,
        AuthenticationHeaderValue? authorization,
        TimeSpan responseTimeout,
        long offset,
        CancellationToken cancellationToken)
    {
        var stream = new ResumableHttpStream(transfer, address, authorization, responseTimeout);
        try
        {
            stream._position = await transfer.WhileBusyAsync(() => stream.ConnectAsync(offset, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (HttpRequestException exception) when (exception.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && offset > 0)
        {
            stream._position = await stream.ConnectAsync(0, cancellationToken).ConfigureAwait(false);
        }

        stream.StartOffset = stream._lastBreak = stream._position;
        return stream;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            HttpRequestException broken;
            try
            {
                if (_body is null)
                    await ReconnectAsync(cancellationToken).ConfigureAwait(false);
                var count = await ReadBodyAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (count > 0 && _toSkip > 0)
                {
                    // The server began at the start again: what the reader already has is passed over.
                    var skipped = (int)Math.Min(count, _toSkip);
                    _toSkip -= skipped;
                    count -= skipped;
                    if (count == 0)
                        continue;
                    buffer.Span.Slice(skipped, count).CopyTo(buffer.Span);
                }

                _position += count;
                if (count > 0 || buffer.Length == 0 || TotalLength is null || _position >= TotalLength)
                    return count;
                broken = new HttpRequestException(
                    HttpRequestError.ResponseEnded,
                    $"{_address.Authority} ended the transfer after {_position:N0} of {TotalLength:N0} bytes");
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                broken = new HttpRequestException(
                    HttpRequestError.ConnectionError,
                    $"{_address.Authority} sent nothing for {_transfer.Policy.IdleTimeout.TotalSeconds:0} seconds",
                    exception);
            }
            catch (HttpRequestException exception)
            {
                if (!HttpTransfer.IsWorthRetrying(exception))
                    throw;
                broken = exception;
            }
            catch (IOException exception)
            {
                broken = new HttpRequestException(
                    HttpRequestError.ConnectionError,
                    $"the connection to {_address.Authority} broke after {_position:N0} bytes ({exception.Message})",
                    exception);
            }

            await DisconnectAsync().ConfigureAwait(false);
            if (_position - _lastBreak >= RealProgress)
                _retries = 0;
            _lastBreak = _position;
            if (++_retries > _transfer.Policy.MaxRetries)
                throw broken;
            await _transfer.DelayAsync(_retries, cancellationToken).ConfigureAwait(false);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override async ValueTask DisposeAsync()
    {
        await DisconnectAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _idle?.Dispose();
            _body?.Dispose();
            _response?.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadBodyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _idle ??= CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var limit = new CancellationTokenSource(_transfer.Policy.IdleTimeout, _transfer.Time);
        using var onLimit = limit.Token.UnsafeRegister(static idle => ((CancellationTokenSource)idle!).Cancel(), _idle);
        return await _body!.ReadAsync(buffer, _idle.Token).ConfigureAwait(false);
    }

    private async Task ReconnectAsync(CancellationToken cancellationToken)
    {
        var offset = await ConnectAsync(_position, cancellationToken).ConfigureAwait(false);
        _toSkip = _position - offset;
        WasResumed = true;
    }

    private async Task<long> ConnectAsync(long offset, CancellationToken cancellationToken)
    {
        var response = await _transfer.GetAsync(_address, _authorization, AskForRange, _responseTimeout, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            var range = response.StatusCode == HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange : null;
            if (response.StatusCode == HttpStatusCode.PartialContent && range?.From != offset)
            {
                throw new HttpRequestException(
                    HttpRequestError.InvalidResponse, $"{_address.Authority} sent another range than was asked for");
            }

            var start = range is null ? 0 : offset;
            TotalLength = range?.Length ?? (response.Content.Headers.ContentLength is { } rest ? start + rest : null);
            _tag = response.Headers.ETag is { IsWeak: false } tag ? tag : null;
            _body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            _response = response;
            return start;
        }
        catch
        {
            response.Dispose();
            throw;
        }

        void AskForRange(HttpRequestHeaders headers)
        {
            // A compressed answer would make the offsets those of another file.
            headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
            if (offset == 0)
                return;
            headers.Range = new RangeHeaderValue(offset, null);
            if (_tag is not null)
                headers.IfRange = new RangeConditionHeaderValue(_tag);
        }
    }

    private async ValueTask DisconnectAsync()
    {
        _toSkip = 0;
        _idle?.Dispose();
        _idle = null;
        if (_body is not null)
            await _body.DisposeAsync().ConfigureAwait(false);
        _body = null;
        _response?.Dispose();
        _response = null;
    }
}
