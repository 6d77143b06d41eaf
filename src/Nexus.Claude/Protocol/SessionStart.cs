using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Nexus.Claude.AheadOfTime;
using Nexus.Claude.Cli;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Protocol;

/// <summary>
/// From options to a CLI that is starting: check, find, start, and send <c>initialize</c>. The process is started before anything is
/// prepared that can be prepared while it boots, and its version is not asked for beforehand.
/// </summary>
internal sealed class SessionStart
{
    /// <summary>
    /// How long a session lives before tools that attach themselves from outside find its instruments. One that ends earlier has nobody to
    /// listen, and making them takes as long as reading all its messages.
    /// </summary>
    private static readonly TimeSpan AdmitAfter = TimeSpan.FromSeconds(2);

    private readonly CliCommand _command;
    private readonly Task<ControlReply> _initialize;

    private SessionStart(Session session, CliCommand command, Task<ControlReply> initialize)
    {
        Session = session;
        _command = command;
        _initialize = initialize;
    }

    /// <summary>The session; it can be written to at once unless <see cref="MustWait"/>.</summary>
    public Session Session { get; }

    /// <summary>
    /// True when <c>initialize</c> carries what the CLI has to confirm (launch fields, hooks): nothing else may be sent before it has.
    /// </summary>
    public bool MustWait => _command.HasLaunchFields || HasFeatureToConfirm();

    /// <summary>The folder that the CLI was started in, in full; null for this program's own.</summary>
    public string? WorkingDirectory => _command.WorkingDirectory;

    /// <summary>Starts a CLI.</summary>
    /// <param name="options">The session's own copy of the caller's options.</param>
    /// <param name="features">The features that take part.</param>
    /// <param name="singleStream">True when one reader wants every message in the order of the wire.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The start.</returns>
    public static async Task<SessionStart> StartAsync(
        ClaudeOptions options, SessionFeatures features, bool singleStream, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var caller = ExecutionContext.Capture();
        var connecting = ConnectSpan.Begin();
        try
        {
            foreach (var feature in features.All)
                await feature.PrepareAsync(options, cancellationToken).ConfigureAwait(false);
            var command = CliCommand.Create(options);
            var process = await LaunchAsync(options, command.Arguments, command.WorkingDirectory, cancellationToken).ConfigureAwait(false);
            return Adopt(process, command, options, features, singleStream, connecting, caller);
        }
        catch (Exception failure)
        {
            foreach (var feature in features.All)
                await feature.EndAsync().ConfigureAwait(false);
            connecting?.Fail(failure);
            throw;
        }
    }

    /// <summary>Finds the CLI and starts it; nothing is sent to it yet.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="workingDirectory">The folder in full; null for this program's own.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The process.</returns>
    internal static async Task<CliProcess> LaunchAsync(
        ClaudeOptions options, IReadOnlyList<string> arguments, string? workingDirectory, CancellationToken cancellationToken)
    {
        // Before there is a process, as the caller's factory may refuse.
        var logger = options.LoggerFactory is { } factory ? SilentLogger.Or(factory) : null;
        var cli = await ClaudeCli.ResolveAsync(
            options.CliPath, options.AutoDownload, options.Installation, options.DownloadProgress, cancellationToken).ConfigureAwait(false);
        var start = CliStart.For(cli.Path, arguments, CliEnvironment.Build(options)) with
        {
            WorkingDirectory = workingDirectory,
            User = options.User,
            StandardError = options.StandardError,
            StandardErrorFailed = logger is null ? null : logger.StandardErrorCallbackFailed,
            TimeProvider = options.TimeProvider,
        };
        var process = CliProcess.Start(start);
        logger?.CliStarted(cli.Path, process.ProcessId);
        return process;
    }

    /// <summary>Begins a session on a CLI that has been started and was told nothing yet.</summary>
    /// <param name="connection">The CLI.</param>
    /// <param name="command">What to tell it; its command line is in force already.</param>
    /// <param name="options">The session's own copy of the caller's options.</param>
    /// <param name="features">The features that take part.</param>
    /// <param name="singleStream">True when one reader wants every message in the order of the wire.</param>
    /// <param name="connecting">The span of the start; null when nobody traces.</param>
    /// <param name="caller">The context in which the caller's code is to run.</param>
    /// <returns>The start.</returns>
    internal static SessionStart Adopt(
        ICliConnection connection,
        CliCommand command,
        ClaudeOptions options,
        SessionFeatures features,
        bool singleStream,
        ConnectSpan? connecting,
        ExecutionContext? caller)
    {
        connecting?.Started(connection.ProcessId);
        var begun = Begin(connection, command, SettingsFor(options, features, singleStream, SilentLogger.Or(options.LoggerFactory)) with { CallerContext = caller });
        begun.Trace(connecting);
        begun.Session.Own(Task.Run(WarmUp.Run, CancellationToken.None));
        return begun;
    }

    /// <summary>Waits for the CLI's answer to <c>initialize</c>.</summary>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>The answer, held against what was asked for.</returns>
    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder<>))]
    public async Task<ControlReply> InitializeAsync(CancellationToken cancellationToken)
    {
        ControlReply reply;
        try
        {
            reply = await _initialize.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ClaudeTimeoutException late)
        {
            var tail = Session.Connection.StandardErrorTail;
            throw new ClaudeTimeoutException(
                $"The Claude Code CLI (process {Session.Connection.ProcessId}) did not answer 'initialize' within {late.Timeout.TotalSeconds:0.###} s "
                + "(ClaudeOptions.InitializeTimeout), so it was ended." + (tail.Length == 0 ? "" : $" It wrote to stderr: {tail}"),
                late.Timeout,
                late);
        }

        return Confirmed(reply);
    }

    /// <summary>Sends <c>initialize</c> again, as it was sent at the start.</summary>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>What the CLI says about itself now.</returns>
    public async Task<ServerInformation> InitializeAgainAsync(CancellationToken cancellationToken)
    {
        var reply = await RequestInitialize(Session, _command, cancellationToken).ConfigureAwait(false);
        return ServerInformation.From(Confirmed(reply));
    }

    /// <summary>Begins a session on a CLI that runs.</summary>
    internal static SessionStart Begin(ICliConnection connection, CliCommand command, SessionSettings settings)
    {
        var session = Session.Start(connection, settings);
        var initialize = RequestInitialize(session, command, CancellationToken.None);
        // A caller who leaves before the answer never looks at it.
        initialize.Observe();
        return new SessionStart(session, command, initialize);
    }

    private static Task<ControlReply> RequestInitialize(Session session, CliCommand command, CancellationToken cancellationToken) =>
        session.Control.RequestWholeAsync(
            "initialize",
            json => command.WriteInitialize(json, more => WriteFeatures(more, session.Settings.Features)),
            session.Settings.InitializeTimeout,
            cancellationToken);

    private bool HasFeatureToConfirm()
    {
        foreach (var feature in Session.Settings.Features)
        {
            if (feature.MustBeConfirmed)
                return true;
        }

        return false;
    }

    /// <summary>Counts the process, and lets the span of the start end with the CLI's answer, whoever waits for it.</summary>
    private void Trace(ConnectSpan? connecting)
    {
        if (Listeners.ArePossible)
            Session.Telemetry.CountStarted();
        else
            Session.Own(CountLaterAsync());
        if (connecting is not null)
            Session.Own(connecting.EndWithAsync(_initialize, Session.Telemetry));
    }

    /// <summary>Makes the instruments if the session lives on.</summary>
    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder))]
    private async Task CountLaterAsync()
    {
        await ((Task)Session.Completion).WaitAsync(AdmitAfter, Session.Settings.TimeProvider).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Session.Completion.IsCompleted)
            return;
        Session.Telemetry.Guarded(Listeners.Admit);
        Session.Telemetry.CountStarted();
    }

    /// <summary>Holds the CLI's answer against what was asked of it.</summary>
    private ControlReply Confirmed(ControlReply reply)
    {
        _command.EnsureApplied(reply);
        foreach (var feature in Session.Settings.Features)
            feature.Confirm(reply);
        return reply;
    }

    private static void WriteFeatures(Utf8JsonWriter json, IReadOnlyList<ISessionFeature> features)
    {
        foreach (var feature in features)
            feature.WriteInitialize(json);
    }

    private static SessionSettings SettingsFor(ClaudeOptions options, SessionFeatures features, bool singleStream, ILogger logger) => new()
    {
        MaxLineBytes = options.MaxLineBytes,
        Buffering = options.Buffering,
        ControlRequestTimeout = options.ControlRequestTimeout,
        InitializeTimeout = options.InitializeTimeout,
        ShutdownTimeout = options.ShutdownTimeout,
        IdleTimeout = options.IdleTimeout,
        TurnTimeout = options.TurnTimeout,
        VerbatimPrompts = options.VerbatimPrompts,
        SingleStream = singleStream,
        Features = features.All,
        Telemetry = TelemetrySettings.Of(options),
        TimeProvider = options.TimeProvider,
        Logger = logger,
    };
}
