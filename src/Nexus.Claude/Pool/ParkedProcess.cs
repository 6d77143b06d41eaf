using System.Diagnostics;
using System.Text;
using Nexus.Claude.Cli;
using Nexus.Claude.Diagnostics;
using Nexus.Claude.Protocol;

namespace Nexus.Claude.Pool;

/// <summary>A CLI that has been started and was told nothing about a conversation yet.</summary>
internal sealed class ParkedProcess
{
    private static readonly TimeSpan ExitGrace = TimeSpan.FromSeconds(2);
    private static readonly byte[] Ping =
        Encoding.UTF8.GetBytes("""{"type":"control_request","request_id":"pool","request":{"subtype":"get_binary_version"}}""" + "\n");

    private readonly StandardErrorRelay _standardError;

    private ParkedProcess(CliProcess connection, StandardErrorRelay standardError)
    {
        Connection = connection;
        _standardError = standardError;
    }

    /// <summary>The process.</summary>
    public CliProcess Connection { get; }

    /// <summary>True once the process has ended.</summary>
    public bool HasExited => Connection.Exited.IsCompleted;

    /// <summary>Starts one.</summary>
    /// <param name="template">The pool's options.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The process.</returns>
    public static async Task<ParkedProcess> StartAsync(ClaudeOptions template, PoolShape shape, CancellationToken cancellationToken)
    {
        var relay = new StandardErrorRelay();
        var options = LateOptions.Without(template);
        options.StandardError = relay.Write;
        // A process that any conversation may get belongs to no span.
        Activity.Current = null;
        return new ParkedProcess(await SessionStart.LaunchAsync(options, shape.Arguments, shape.WorkingDirectory, cancellationToken).ConfigureAwait(false), relay);
    }

    /// <summary>Waits until the CLI answers, which it does once it has booted.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when it has answered.</returns>
    /// <exception cref="IOException">The CLI ended.</exception>
    public async Task AnswersAsync(CancellationToken cancellationToken)
    {
        await Connection.Input.WriteAsync(Ping, cancellationToken).ConfigureAwait(false);
        await Connection.Input.FlushAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[4096];
        // Before a conversation the CLI says nothing on its own, so the answer is all there is to read.
        while (true)
        {
            var count = await Connection.Output.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (count == 0)
                throw new IOException($"The Claude Code CLI ended while it was started ahead. {Connection.StandardErrorTail}");
            if (buffer[count - 1] == (byte)'\n')
                return;
        }
    }

    /// <summary>Gives the process to a conversation.</summary>
    /// <param name="command">What the CLI is to be told.</param>
    /// <param name="options">The conversation's options.</param>
    /// <param name="features">The features that take part.</param>
    /// <returns>The start of the session, which owns the process from now on.</returns>
    public SessionStart Adopt(CliCommand command, ClaudeOptions options, SessionFeatures features)
    {
        _standardError.Target = options.StandardError;
        var caller = ExecutionContext.Capture();
        var connecting = ConnectSpan.Begin();
        return SessionStart.Adopt(Connection, command, options, features, singleStream: false, connecting, caller);
    }

    /// <summary>Ends the process: at the end of its input if it will, by force otherwise.</summary>
    /// <returns>A task that ends when nothing is left of it.</returns>
    public async Task EndAsync()
    {
        try
        {
            await Connection.Input.DisposeAsync().ConfigureAwait(false);
            await Connection.Exited.WaitAsync(ExitGrace).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or TimeoutException)
        {
            Connection.Kill();
        }

        await Connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Hands lines of stderr to whoever has the process, once somebody has.</summary>
    private sealed class StandardErrorRelay
    {
        private Action<string>? _target;

        public Action<string>? Target
        {
            set => Volatile.Write(ref _target, value);
        }

        public void Write(string line) => Volatile.Read(ref _target)?.Invoke(line);
    }
}
