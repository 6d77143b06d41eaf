using Microsoft.Extensions.Logging;
using ModelContextProtocol.Protocol;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Tools;

/// <summary>One tool server in one session. A new handshake of the CLI gets a new MCP server, and ends what ran on the old one.</summary>
internal sealed class InProcessServer
{
    private readonly Func<JsonRpcMessage, CancellationToken, Task> _send;
    private readonly ILoggerFactory? _loggerFactory;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly HashSet<Connection> _running = [];
    private Connection _current;
    private bool _shakenHands;
    private bool _ended;

    /// <summary>Makes it and starts its MCP server, so that it is there when the CLI asks for it.</summary>
    /// <param name="description">What is served.</param>
    /// <param name="send">Sends a message that answers nothing to the CLI.</param>
    /// <param name="loggerFactory">Where the MCP library logs.</param>
    /// <param name="logger">Our own log.</param>
    public InProcessServer(ToolServer description, Func<JsonRpcMessage, CancellationToken, Task> send, ILoggerFactory? loggerFactory, ILogger logger)
    {
        Description = description;
        _send = send;
        _loggerFactory = loggerFactory;
        _logger = logger;
        _current = Connect();
    }

    /// <summary>What is served.</summary>
    public ToolServer Description { get; }

    /// <summary>Takes a message of the CLI. Called in the order of the wire; returns at once.</summary>
    /// <param name="message">The message.</param>
    /// <param name="withdrawn">The CLI no longer waits.</param>
    /// <returns>The reply; null for none.</returns>
    public Task<JsonRpcMessage?> ReceiveAsync(JsonRpcMessage message, CancellationToken withdrawn)
    {
        Connection current;
        lock (_gate)
        {
            if (message is JsonRpcRequest { Method: RequestMethods.Initialize })
            {
                if (_shakenHands && !_ended)
                {
                    _current.Close();
                    _current = Connect();
                }

                _shakenHands = true;
            }

            current = _current;
        }

        return current.Transport.ReceiveAsync(message, withdrawn);
    }

    /// <summary>Cancels what runs and ends the server.</summary>
    /// <returns>A task that ends when no tool runs any more. A tool that does not heed its token can hold it up for ever.</returns>
    public Task EndAsync()
    {
        Connection[] running;
        lock (_gate)
        {
            _ended = true;
            running = [.. _running];
        }

        foreach (var connection in running)
            connection.Close();
        return Task.WhenAll(running.Select(connection => connection.Running));
    }

    private Connection Connect()
    {
        var connection = new Connection(new ControlTransport(_send));
        _running.Add(connection);
        connection.Begin(RunAsync);
        return connection;
    }

    private async Task RunAsync(Connection connection)
    {
        string? failed = null;
        try
        {
            var server = Description.CreateServer(connection.Transport, _loggerFactory);
            await using (server.ConfigureAwait(false))
                await server.RunAsync(connection.Closed).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (connection.Closed.IsCancellationRequested)
        {
            // The session or the connection has ended.
        }
        catch (Exception failure)
        {
            _logger.ToolServerFailed(Description.Name, failure);
            failed = $"The MCP server '{Description.Name}' failed: {failure.Message}";
        }
        finally
        {
            connection.Transport.Close(failed);
            lock (_gate)
                _running.Remove(connection);
            connection.Dispose();
        }
    }

    private sealed class Connection(ControlTransport transport) : IDisposable
    {
        private readonly CancellationTokenSource _closed = new();

        public ControlTransport Transport { get; } = transport;

        public CancellationToken Closed { get; private set; }

        public Task Running { get; private set; } = Task.CompletedTask;

        public void Begin(Func<Connection, Task> run)
        {
            Closed = _closed.Token;
            // Off the read loop: making the server runs the caller's code when the caller makes his own.
            Running = Task.Run(() => run(this), CancellationToken.None);
        }

        /// <summary>Ends it. Registrations on the token are the caller's code, which must not run under a lock or on the read loop.</summary>
        public void Close()
        {
            Transport.Close();
            Task.Run(CancelAsync).Observe();
        }

        public void Dispose() => _closed.Dispose();

        private async Task CancelAsync()
        {
            try
            {
                await _closed.CancelAsync().ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                // It has ended meanwhile.
            }
        }
    }
}
