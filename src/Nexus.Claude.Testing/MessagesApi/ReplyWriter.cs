using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Nexus.Claude.Testing;

/// <summary>Puts a reply on the wire: as one JSON body, as a stream of events, or broken as the reply says.</summary>
internal sealed class ReplyWriter(HttpContext context, string requestId, TimeProvider timeProvider, CancellationToken cancellationToken)
{
    private readonly HttpResponse _response = context.Response;

    public async Task<ReplyOutcome> WriteAsync(ReplyFrame frame, bool isStreaming)
    {
        foreach (var (name, value) in frame.Reply.Headers)
            _response.Headers.Append(name, value);

        if (frame.Reply.HttpError is { } error)
        {
            await PassHoldsAsync(frame.Reply, from: 0, to: int.MaxValue).ConfigureAwait(false);
            if (error.RetryAfter is { } retryAfter)
                _response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await WriteErrorAsync(error.Status, error.Type, error.Message).ConfigureAwait(false);
            return ReplyOutcome.Sent;
        }

        return isStreaming
            ? await WriteStreamAsync(frame).ConfigureAwait(false)
            : await WriteMessageAsync(frame).ConfigureAwait(false);
    }

    public async Task WriteJsonAsync(int status, byte[] body)
    {
        _response.StatusCode = status;
        _response.ContentType = "application/json";
        _response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await _response.Body.WriteAsync(body, cancellationToken).ConfigureAwait(false);
        await _response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task WriteErrorAsync(int status, string type, string message) => WriteJsonAsync(status, ApiJson.Error(type, message, requestId));

    private async Task<ReplyOutcome> WriteMessageAsync(ReplyFrame frame)
    {
        var reply = frame.Reply;
        await PassHoldsAsync(reply, from: 0, to: int.MaxValue).ConfigureAwait(false);
        if (reply.Delay > TimeSpan.Zero)
            await Task.Delay(reply.Delay, timeProvider, cancellationToken).ConfigureAwait(false);

        if (reply.StreamError is { } error)
        {
            await WriteErrorAsync(ApiError.StatusOf(error.Type), error.Type, error.Message).ConfigureAwait(false);
            return ReplyOutcome.BrokenOff;
        }

        byte[] body = ApiJson.Message(frame);
        if (reply.IsStreamWhole)
        {
            await WriteJsonAsync(200, body).ConfigureAwait(false);
            return ReplyOutcome.Sent;
        }

        _response.ContentType = "application/json";
        _response.ContentLength = body.Length;
        await _response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), cancellationToken).ConfigureAwait(false);
        await _response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
        throw new ConnectionCutException();
    }

    private async Task<ReplyOutcome> WriteStreamAsync(ReplyFrame frame)
    {
        var reply = frame.Reply;
        await PassHoldsAsync(reply, from: 0, to: 0).ConfigureAwait(false);
        _response.StatusCode = 200;
        _response.ContentType = "text/event-stream; charset=utf-8";
        _response.Headers[HeaderNames.CacheControl] = "no-cache";

        int sent = 0;
        bool pinged = false;
        foreach (var (name, data) in frame.Events())
        {
            if (await BreaksOffAsync(reply, sent).ConfigureAwait(false))
                return ReplyOutcome.BrokenOff;
            if (sent > 0 && reply.Delay > TimeSpan.Zero)
                await Task.Delay(reply.Delay, timeProvider, cancellationToken).ConfigureAwait(false);

            await WriteEventAsync(name, data).ConfigureAwait(false);
            sent++;
            if (!pinged && name == "content_block_start")
            {
                pinged = true;
                await WriteEventAsync("ping", ApiJson.Bare("ping")).ConfigureAwait(false);
            }

            await PassHoldsAsync(reply, from: sent, to: sent).ConfigureAwait(false);
        }

        if (await BreaksOffAsync(reply, int.MaxValue).ConfigureAwait(false) || reply.IsTruncated)
            return ReplyOutcome.BrokenOff;

        // Gates behind the last event hold the end of the response.
        await PassHoldsAsync(reply, from: sent + 1, to: int.MaxValue).ConfigureAwait(false);
        return ReplyOutcome.Sent;
    }

    private async Task<bool> BreaksOffAsync(ScriptedReply reply, int sent)
    {
        if (reply.CutOffAfter is { } cut && sent >= cut)
        {
            throw new ConnectionCutException();
        }

        if (reply.StreamError is { } error && sent >= error.AfterEvents)
        {
            await WriteEventAsync("error", ApiJson.Error(error.Type, error.Message, requestId)).ConfigureAwait(false);
            return true;
        }

        return false;
    }

    private async Task WriteEventAsync(string name, byte[] data)
    {
        byte[] head = Encoding.ASCII.GetBytes($"event: {name}\ndata: ");
        byte[] whole = [.. head, .. data, (byte)'\n', (byte)'\n'];
        await _response.Body.WriteAsync(whole, cancellationToken).ConfigureAwait(false);
        await _response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task PassHoldsAsync(ScriptedReply reply, int from, int to)
    {
        foreach (var hold in reply.Holds.Where(hold => hold.AfterEvents >= from && hold.AfterEvents <= to).OrderBy(hold => hold.AfterEvents))
            await hold.Gate.PassAsync(cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>
/// Tells the server to close the connection without ending the response. Unlike an abort, which resets the connection and may take back
/// what the client has not read yet, this lets every event arrive that the script wanted to arrive.
/// </summary>
internal sealed class ConnectionCutException : Exception;
