namespace Nexus.Claude.Cli;

/// <summary>One installation that any number of callers of this process wait for. It ends early only when all of them have given up.</summary>
#pragma warning disable CA1001 // the token source has neither a timer nor a link, so there is nothing to dispose
internal sealed class SharedInstall : IProgress<CliDownloadProgress>
#pragma warning restore CA1001
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<(string Path, CliInstallOptions Options), SharedInstall> Running = [];

    private readonly CancellationTokenSource _abandoned = new();
    private readonly List<IProgress<CliDownloadProgress>> _listeners = [];
    private CliDownloadProgress? _last;
    private int _callers;
    private Task _work = Task.CompletedTask;

    /// <summary>Takes part in the installation of that file with those options, and begins it when nobody has.</summary>
    public static async Task JoinAsync(
        (string Path, CliInstallOptions Options) key,
        Func<IProgress<CliDownloadProgress>, CancellationToken, Task> install,
        IProgress<CliDownloadProgress>? progress,
        CancellationToken cancellationToken)
    {
        SharedInstall? shared;
        lock (Gate)
        {
            if (!Running.TryGetValue(key, out shared))
            {
                Running[key] = shared = new SharedInstall();
                // Not on this caller's context or in its call: it belongs to all callers.
                shared._work = Task.Run(() => shared.RunAsync(key, install), CancellationToken.None);
            }

            shared._callers++;
        }

        shared.Add(progress);
        try
        {
            await shared._work.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await shared.LeaveAsync(key).ConfigureAwait(false);
            throw;
        }
        finally
        {
            shared.Remove(progress);
        }
    }

    public void Report(CliDownloadProgress value)
    {
        List<IProgress<CliDownloadProgress>> listeners;
        lock (_listeners)
        {
            _last = value;
            listeners = [.. _listeners];
        }

        foreach (var listener in listeners)
            Tell(listener, value);
    }

    private async Task RunAsync(
        (string Path, CliInstallOptions Options) key, Func<IProgress<CliDownloadProgress>, CancellationToken, Task> install)
    {
        try
        {
            await install(this, _abandoned.Token).ConfigureAwait(false);
        }
        finally
        {
            Forget(key);
        }
    }

    // The last one to leave waits for the end, so that the file is closed and the lock free when its caller goes on.
    private async Task LeaveAsync((string Path, CliInstallOptions Options) key)
    {
        lock (Gate)
        {
            if (--_callers > 0)
                return;
            Forget(key);
        }

        await _abandoned.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Forget((string Path, CliInstallOptions Options) key)
    {
        lock (Gate)
        {
            if (Running.TryGetValue(key, out var current) && current == this)
                Running.Remove(key);
        }
    }

    private void Add(IProgress<CliDownloadProgress>? listener)
    {
        if (listener is null)
            return;
        CliDownloadProgress? last;
        lock (_listeners)
        {
            _listeners.Add(listener);
            last = _last;
        }

        if (last is { } value)
            Tell(listener, value);
    }

    private void Remove(IProgress<CliDownloadProgress>? listener)
    {
        if (listener is null)
            return;
        lock (_listeners)
            _listeners.Remove(listener);
    }

    // A listener's mistake must not spoil the download for the others. It is told nothing more, as documented.
    private void Tell(IProgress<CliDownloadProgress> listener, CliDownloadProgress value)
    {
        try
        {
            listener.Report(value);
        }
#pragma warning disable CA1031 // whatever a caller's code throws
        catch (Exception)
#pragma warning restore CA1031
        {
            Remove(listener);
        }
    }
}
