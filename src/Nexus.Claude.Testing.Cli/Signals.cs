using System.Runtime.InteropServices;

namespace Nexus.Claude.Testing.Cli;

/// <summary>
/// SIGINT ends a running turn with its aborted result and exits 0, SIGTERM exits 143, as on CLI 2.1.330; a script may have them ignored.
/// </summary>
internal sealed class Signals : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    public volatile bool IgnoresInterrupt;

    public volatile bool IgnoresTerminate;

    public Action? Interrupted { get; set; }

    public void Register(Recorder recorder, Action<int> exit)
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            recorder.Write("signal", "\"name\":\"SIGINT\"");
            if (IgnoresInterrupt)
                return;
            try
            {
                Interrupted?.Invoke();
            }
            catch (OutputClosedException)
            {
                // Nobody is left to tell.
            }

            exit(0);
        }));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            recorder.Write("signal", "\"name\":\"SIGTERM\"");
            if (!IgnoresTerminate)
                exit(143);
        }));
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());
}
