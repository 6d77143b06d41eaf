using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Nexus.Claude.Pipes;

/// <summary>
/// Tells the pipes of all CLIs of this program when there is something to read or room to write: one thread, which sleeps in the kernel
/// (<c>epoll</c>) as long as there is neither.
/// </summary>
internal sealed unsafe class PipeEvents
{
    private const int AtOnce = 64;

    private static readonly Lock Creation = new();
    private static PipeEvents? _shared;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, LinuxPipe> _pipes = [];
    private readonly int _set;
    private long _lastId;

    private PipeEvents()
    {
        _set = PipeCalls.CreateSet(PipeCalls.CloseOnExec);
        if (_set < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        var thread = new Thread(Run) { IsBackground = true, Name = "Nexus.Claude pipes" };
        thread.UnsafeStart();
    }

    /// <summary>The one of this program, which lives as long as it.</summary>
    /// <exception cref="Win32Exception">The program has used up its descriptors.</exception>
    public static PipeEvents Shared
    {
        get
        {
            lock (Creation)
                return _shared ??= new PipeEvents();
        }
    }

    /// <summary>Begins to tell a pipe; what is the case already is told as well.</summary>
    /// <param name="pipe">The pipe.</param>
    /// <param name="descriptor">Its descriptor.</param>
    /// <param name="awaited">What it waits for.</param>
    /// <returns>The id to remove it by.</returns>
    /// <exception cref="IOException">The system refused.</exception>
    public long Add(LinuxPipe pipe, int descriptor, uint awaited)
    {
        long id;
        lock (_gate)
        {
            id = ++_lastId;
            _pipes.Add(id, pipe);
        }

        var change = stackalloc byte[PipeEvent.Size];
        PipeEvent.Write(change, awaited | PipeCalls.EdgeTriggered, id);
        if (PipeCalls.ChangeSet(_set, PipeCalls.AddToSet, descriptor, change) == 0)
            return id;
        var error = Marshal.GetLastPInvokeError();
        lock (_gate)
            _pipes.Remove(id);
        throw new IOException($"The system cannot wait for a pipe to the CLI: {Marshal.GetPInvokeErrorMessage(error)}.", error);
    }

    /// <summary>Tells a pipe no more.</summary>
    /// <param name="id">What <see cref="Add"/> returned.</param>
    /// <param name="descriptor">Its descriptor, still open.</param>
    public void Remove(long id, int descriptor)
    {
        var change = stackalloc byte[PipeEvent.Size];
        // It fails for what is not in the set, which is what is wanted.
        _ = PipeCalls.ChangeSet(_set, PipeCalls.RemoveFromSet, descriptor, change);
        lock (_gate)
            _pipes.Remove(id);
    }

    private void Run()
    {
        var events = stackalloc byte[AtOnce * PipeEvent.Size];
        while (true)
        {
            var count = PipeCalls.WaitForSet(_set, events, AtOnce, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() is not PipeCalls.InterruptedCall and var error)
                throw new Win32Exception(error, "Somebody has closed a descriptor that belongs to Nexus.Claude, so that no CLI can be heard any more.");
            for (var index = 0; index < count; index++)
                Find(PipeEvent.IdOf(events, index))?.OnReady();
        }
    }

    private LinuxPipe? Find(long id)
    {
        lock (_gate)
            return _pipes.GetValueOrDefault(id);
    }
}
