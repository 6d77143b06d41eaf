using System.Net;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Nexus.Claude.Testing;

/// <summary>
/// Anthropic's Messages API, played in this process on a free port of the loopback interface: the real Claude Code CLI talks to it as to
/// the real one, without an account, tokens or a network. A test scripts what the model says and reads what the CLI sent.
/// </summary>
/// <remarks>
/// A request is answered by the first of these that applies: a rule (<see cref="When(Func{RecordedRequest, bool}, ScriptedReply)"/>), in
/// the order of registration; for a step of the conversation the next reply of the queue (<see cref="Enqueue(ScriptedReply, int)"/>);
/// <see cref="Default"/>. What the CLI asks on the side (a title, a side question, a summary) never takes from the queue.
/// All members are safe to call from any thread while requests are served.
/// </remarks>
/// <example>
/// <code>
/// await using var api = await ScriptedMessagesApi.StartAsync();
/// await using var environment = api.CreateEnvironment();       // the variables of a hermetic CLI run
/// api.Enqueue(ScriptedReply.ToolUse("Bash", """{"command":"echo hi"}"""));
/// api.Enqueue(ScriptedReply.Text("Done."));
/// </code>
/// </example>
public sealed class ScriptedMessagesApi : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly CancellationTokenSource _stopping = new();
    private readonly RequestLog _log = new();
    private readonly ReplyScript _script = new();
    private int _disposed;

    private ScriptedMessagesApi(TimeProvider timeProvider)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Listen(IPAddress.Loopback, 0);

        // A bare server rather than a web host: a host would read the application's own settings and take over its Ctrl+C.
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        _server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        Handler = new MessagesHandler(_log, _script, timeProvider, _stopping.Token);
    }

    /// <summary>The address to give to the CLI as <c>ANTHROPIC_BASE_URL</c>, such as <c>http://127.0.0.1:40123/</c>.</summary>
    public Uri BaseAddress { get; private set; } = null!;

    /// <summary>
    /// Answers every request that neither a rule nor the queue answers. The default is a friendly, deterministic answer that repeats what
    /// was asked and says that it is scripted; where typed output is asked for it fills in what the schema requires.
    /// </summary>
    /// <remarks>An exception it throws becomes an HTTP 400 that carries the exception's message, so that the test sees it.</remarks>
    public Func<RecordedRequest, ScriptedReply> Default
    {
        get => _script.Default;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _script.Default = value;
        }
    }

    /// <summary>What <c>count_tokens</c> answers, in tokens. The default is a quarter of the body's length in characters.</summary>
    public Func<RecordedRequest, int> TokenCount
    {
        get => _script.TokenCount;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _script.TokenCount = value;
        }
    }

    /// <summary>Every request so far, in the order of arrival: a snapshot.</summary>
    public IReadOnlyList<RecordedRequest> Requests => _log.Snapshot();

    /// <summary>The requests so far that are steps of a conversation, in the order of arrival: a snapshot.</summary>
    public IReadOnlyList<RecordedRequest> ConversationRequests =>
        [.. _log.Snapshot().Where(request => request.Kind is RequestKind.Conversation)];

    /// <summary>How many replies of the queue nobody has asked for yet; a test that scripts a whole exchange ends with 0.</summary>
    public int PendingReplies => _script.Pending;

    private MessagesHandler Handler { get; }

    /// <summary>Starts the API on a free port of the loopback interface.</summary>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>The running API.</returns>
    public static Task<ScriptedMessagesApi> StartAsync(CancellationToken cancellationToken = default) =>
        StartAsync(TimeProvider.System, cancellationToken);

    /// <summary>Starts the API on a free port of the loopback interface.</summary>
    /// <param name="timeProvider">The clock behind <see cref="ScriptedReply.Slow"/>.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>The running API.</returns>
    public static async Task<ScriptedMessagesApi> StartAsync(TimeProvider timeProvider, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        var api = new ScriptedMessagesApi(timeProvider);
        try
        {
            await api._server.StartAsync(api.Handler, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await api.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        string address = api._server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        api.BaseAddress = new Uri(address);
        return api;
    }

    /// <summary>Puts a reply at the end of the queue for the conversation's requests.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="times">How many requests it answers. The CLI's retries are requests of their own.</param>
    public void Enqueue(ScriptedReply reply, int times = 1)
    {
        ArgumentNullException.ThrowIfNull(reply);
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        for (int i = 0; i < times; i++)
            _script.Enqueue(_ => reply);
    }

    /// <summary>Puts a reply that is made from the request at the end of the queue.</summary>
    /// <param name="reply">Makes the reply; an exception it throws becomes an HTTP 400 with its message.</param>
    public void Enqueue(Func<RecordedRequest, ScriptedReply> reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        _script.Enqueue(reply);
    }

    /// <summary>Answers every request for a message that fits, before the queue and <see cref="Default"/> are asked.</summary>
    /// <param name="predicate">Which requests; those for token counts and probes are never offered.</param>
    /// <param name="reply">The reply, as often as it is needed.</param>
    public void When(Func<RecordedRequest, bool> predicate, ScriptedReply reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        When(predicate, _ => reply);
    }

    /// <summary>Answers every request for a message that fits, before the queue and <see cref="Default"/> are asked.</summary>
    /// <param name="predicate">Which requests; those for token counts and probes are never offered.</param>
    /// <param name="reply">Makes the reply.</param>
    public void When(Func<RecordedRequest, bool> predicate, Func<RecordedRequest, ScriptedReply> reply)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        ArgumentNullException.ThrowIfNull(reply);
        _script.AddRule(predicate, reply);
    }

    /// <summary>Waits for a request that fits; one that came earlier counts.</summary>
    /// <param name="predicate">Which request; null takes any step of a conversation.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The first request that fits, in the order of arrival.</returns>
    public Task<RecordedRequest> WaitForRequestAsync(
        Func<RecordedRequest, bool>? predicate = null, CancellationToken cancellationToken = default) =>
        _log.WaitAsync(predicate ?? (request => request.Kind is RequestKind.Conversation), cancellationToken);

    /// <summary>Makes a scratch home with the variables that let the real CLI talk to this API and to nothing else.</summary>
    /// <param name="parentDirectory">Where the scratch folder is made; null takes the system's temporary folder.</param>
    /// <returns>The environment; disposing it deletes the scratch folder.</returns>
    public HermeticCliEnvironment CreateEnvironment(string? parentDirectory = null) =>
        HermeticCliEnvironment.Create(BaseAddress, parentDirectory);

    /// <summary>Ends every reply under way and stops listening. Calling it again does nothing.</summary>
    /// <returns>Completes when the port is free.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);

        // A token that is already cancelled makes the server abort what the CLI keeps alive instead of waiting for it.
        await _server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _server.Dispose();
        _log.Stop();
        _stopping.Dispose();
    }
}
