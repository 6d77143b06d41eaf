using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Nexus.Claude.AheadOfTime;
using Nexus.Claude.Diagnostics;
using Nexus.Claude.Wire;

namespace Nexus.Claude.Protocol;

/// <summary>
/// Our control requests to the CLI and their answers. Each request has its own timeout; the end of the CLI fails all that wait, at
/// once and with the cause.
/// </summary>
/// <param name="writer">The CLI's stdin.</param>
/// <param name="time">The clock.</param>
/// <param name="telemetry">Keeps what a listener throws from the answers.</param>
internal sealed class ControlChannel(LineWriter writer, TimeProvider time, SessionTelemetry telemetry)
{
    private readonly ConcurrentDictionary<string, Pending> _pending = new();
    private long _lastId;
    private Exception? _ended;

    /// <summary>Sends a control request and waits for the CLI's answer.</summary>
    /// <param name="subtype">The request's <c>subtype</c>.</param>
    /// <param name="writeMembers">Writes the other members of the request; null when there are none.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Gives up; the CLI is told so.</param>
    /// <returns>The answer's payload.</returns>
    /// <exception cref="ProtocolException">The CLI refused.</exception>
    /// <exception cref="ClaudeTimeoutException">No answer in time.</exception>
    /// <exception cref="CliExitedException">The CLI ended before it answered.</exception>
    public Task<ControlReply> RequestAsync(
        string subtype,
        Action<Utf8JsonWriter>? writeMembers,
        TimeSpan timeout,
        CancellationToken cancellationToken) =>
        RequestWholeAsync(
            subtype,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("subtype"u8, subtype);
                writeMembers?.Invoke(json);
                json.WriteEndObject();
            },
            timeout,
            cancellationToken);

    /// <summary>Sends a control request whose <c>request</c> object the caller writes himself, <c>subtype</c> included.</summary>
    /// <inheritdoc cref="RequestAsync"/>
    /// <param name="subtype">The request's <c>subtype</c>, for error messages.</param>
    /// <param name="writeRequest">Writes the whole object.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Gives up; the CLI is told so.</param>
    public Task<ControlReply> RequestWholeAsync(
        string subtype,
        Action<Utf8JsonWriter> writeRequest,
        TimeSpan timeout,
        CancellationToken cancellationToken) =>
        AskAsync(
            "control_request",
            subtype,
            json =>
            {
                json.WritePropertyName("request"u8);
                writeRequest(json);
            },
            timeout,
            cancellationToken);

    /// <summary>Sends a frame of another type that the CLI answers as it answers a control request.</summary>
    /// <inheritdoc cref="RequestAsync"/>
    /// <param name="type">The frame's <c>type</c>.</param>
    /// <param name="name">What is asked, for error messages.</param>
    /// <param name="writeFrame">Writes the members of the frame other than <c>type</c> and <c>request_id</c>.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Gives up; the CLI is told so.</param>
    public Task<ControlReply> AskAsync(
        string type,
        string name,
        Action<Utf8JsonWriter> writeFrame,
        TimeSpan timeout,
        CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled<ControlReply>(cancellationToken)
            : Listeners.ArePossible ? AskListenedAsync(type, name, writeFrame, timeout, cancellationToken)
            : WaitForAnswerAsync(type, name, writeFrame, timeout, cancellationToken);

    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder<>))]
    private async Task<ControlReply> AskListenedAsync(
        string type,
        string name,
        Action<Utf8JsonWriter> writeFrame,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        if (!Instruments.ControlDuration.Enabled)
            return await WaitForAnswerAsync(type, name, writeFrame, timeout, cancellationToken).ConfigureAwait(false);
        var start = time.GetTimestamp();
        string? error = null;
        try
        {
            return await WaitForAnswerAsync(type, name, writeFrame, timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            error = failure is ProtocolException { ErrorCode: { } code } ? code : failure.GetType().FullName;
            throw;
        }
        finally
        {
            var tags = new TagList { { GenAi.Subtype, name } };
            if (error is not null)
                tags.Add(GenAi.ErrorType, error);
            telemetry.Guarded(() => Instruments.ControlDuration.Record(time.GetElapsedTime(start).TotalSeconds, tags));
        }
    }

    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder<>))]
    private async Task<ControlReply> WaitForAnswerAsync(
        string type,
        string name,
        Action<Utf8JsonWriter> writeFrame,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        var id = "req_" + Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);
        var pending = new Pending(name, new TaskCompletionSource<ControlReply>(TaskCreationOptions.RunContinuationsAsynchronously));
        _pending[id] = pending;
        if (Volatile.Read(ref _ended) is { } ended)
            pending.Answer.TrySetException(ended);
        try
        {
            try
            {
                await writer.WriteAsync(RequestLine(type, id, writeFrame)).WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // The input broke because the CLI ends; how it ended is known in a moment and says more than a broken pipe.
            }

            return await pending.Answer.Task.WaitAsync(timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException cause)
        {
            Withdraw(id);
            throw new ClaudeTimeoutException(
                $"The CLI did not answer the control request '{name}' within {timeout.TotalSeconds:0.###} s.", timeout, cause);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Withdraw(id);
            throw;
        }
        finally
        {
            _pending.TryRemove(id, out _);
            // Seen here even when the caller has left early.
            _ = pending.Answer.Task.Exception;
        }
    }

    /// <summary>Takes an answer of the CLI; one to a request that nobody waits for any more is ignored, as the protocol says.</summary>
    /// <param name="response">The answer.</param>
    public void Accept(ControlResponse response)
    {
        if (response.RequestId is not { } id || !_pending.TryGetValue(id, out var pending))
            return;
        if (response.IsSuccess)
        {
            pending.Answer.TrySetResult(response.Payload);
            return;
        }

        pending.Answer.TrySetException(new ProtocolException(
            $"The CLI refused the control request '{pending.Subtype}': {response.Error ?? "it gave no reason"}")
        {
            RequestSubtype = pending.Subtype,
            ErrorCode = response.ErrorCode,
        });
    }

    /// <summary>Fails everything that waits and everything that will be asked.</summary>
    /// <param name="cause">Why no answer can come any more.</param>
    public void End(Exception cause)
    {
        Volatile.Write(ref _ended, cause);
        // Not by Values, which is a copy, and the first one that a program takes makes an event source.
        foreach (var (_, pending) in _pending)
            pending.Answer.TrySetException(cause);
    }

    private static ReadOnlyMemory<byte> RequestLine(string type, string id, Action<Utf8JsonWriter> writeFrame) =>
        JsonLine.Write(json =>
        {
            json.WriteString("type"u8, type);
            json.WriteString("request_id"u8, id);
            writeFrame(json);
        });

    /// <summary>Tells the CLI that nobody waits any more. Best effort: if the CLI is gone, it needs no telling.</summary>
    private void Withdraw(string id) =>
        _ = writer.WriteAsync(JsonLine.Write(json =>
        {
            json.WriteString("type"u8, "control_cancel_request"u8);
            json.WriteString("request_id"u8, id);
        }));

    private sealed record Pending(string Subtype, TaskCompletionSource<ControlReply> Answer);
}
