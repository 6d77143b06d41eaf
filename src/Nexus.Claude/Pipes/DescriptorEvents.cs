using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Nexus.Claude.Pipes;

/// <summary>
/// Tells the pipes of all CLIs of this program when there is something to read or room to write, and the processes when they have ended: two
/// threads, which sleep in the kernel (<c>epoll</c>) as long as there is nothing to tell.
/// </summary>
/// <remarks>
/// What a CLI writes is read, and its reader goes on, on the thread that was told of it, as long as the other one is there to be told of the
/// rest; otherwise on the thread pool. The pool alone would wake two threads for it, which then look for more work for a while: on a small
/// machine that time is taken from the CLI.
/// </remarks>
internal sealed unsafe class DescriptorEvents
{
    private const int AtOnce = 64;

    /// <summary>
    /// What is told before the second thread starts: more than one short answer has. A program that asks once would pay for the thread, and
    /// for the pool's, which it needs as well and which sleep then.
    /// </summary>
    private const int FewTold = 64;

    /// <summary>Some 50 microseconds.</summary>
    private const int PollsForAnswer = 40;

    private static readonly Lock Creation = new();
    private static DescriptorEvents? _shared;
    private static bool _isBegun;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, IReadyListener> _listeners = [];
    private readonly int _set;
    private long _lastId;
    private int _waiting = 1;
    private int _told;
    private int _writes;
    private bool _isAnswerExpected;

    private DescriptorEvents()
    {
        _set = PipeCalls.CreateSet(PipeCalls.CloseOnExec);
        if (_set < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>The one of this program, which lives as long as it.</summary>
    /// <exception cref="Win32Exception">The program has used up its descriptors.</exception>
    public static DescriptorEvents Shared
    {
        get
        {
            lock (Creation)
            {
                _shared ??= new DescriptorEvents();
                if (!_isBegun)
                {
                    _isBegun = true;
                    StartThread(_shared.Run);
                }

                return _shared;
            }
        }
    }

    /// <summary>Begins the one of this program on a thread of its own; does nothing when there is one.</summary>
    /// <param name="first">What that thread does before it waits for anything. Must not throw.</param>
    public static void Begin(Action first)
    {
        lock (Creation)
        {
            if (_isBegun)
                return;
            _isBegun = true;
        }

        StartThread(() => Begun(first)?.Run());
    }

    /// <summary>How often anything has been written to a CLI.</summary>
    public int Writes => Volatile.Read(ref _writes);

    /// <summary>Something has been written that may be answered at once: whoever has nothing to do then looks for the answer before it sleeps.</summary>
    public void ExpectAnswer()
    {
        Interlocked.Increment(ref _writes);
        Volatile.Write(ref _isAnswerExpected, true);
    }

    /// <summary>Tells once, also what is the case already.</summary>
    /// <param name="listener">Who is told.</param>
    /// <param name="descriptor">The descriptor of the pipe or the process.</param>
    /// <param name="awaited">What is waited for.</param>
    /// <returns>The id to wait again by, and to remove it.</returns>
    /// <exception cref="IOException">The system refused.</exception>
    public long Add(IReadyListener listener, int descriptor, uint awaited)
    {
        long id;
        lock (_gate)
        {
            id = ++_lastId;
            _listeners.Add(id, listener);
        }

        if (TryAwait(PipeCalls.AddToSet, id, descriptor, awaited, out var error))
            return id;
        lock (_gate)
            _listeners.Remove(id);
        throw Refused(error);
    }

    /// <summary>Tells once more, also what is the case already. In between nobody is woken for what comes while it is being read.</summary>
    /// <param name="id">What <see cref="Add"/> returned.</param>
    /// <param name="descriptor">Its descriptor, still open.</param>
    /// <param name="awaited">What is waited for.</param>
    /// <exception cref="IOException">The system refused, or the descriptor has been removed.</exception>
    public void Await(long id, int descriptor, uint awaited)
    {
        if (!TryAwait(PipeCalls.ChangeInSet, id, descriptor, awaited, out var error))
            throw Refused(error);
    }

    /// <summary>Tells no more.</summary>
    /// <param name="id">What <see cref="Add"/> returned.</param>
    /// <param name="descriptor">Its descriptor, still open.</param>
    public void Remove(long id, int descriptor)
    {
        var change = stackalloc byte[DescriptorEvent.Size];
        // It fails for what is not in the set, which is what is wanted.
        _ = PipeCalls.ChangeSet(_set, PipeCalls.RemoveFromSet, descriptor, change);
        lock (_gate)
            _listeners.Remove(id);
    }

    private static IOException Refused(int error) => new($"The system cannot wait for the CLI: {Marshal.GetPInvokeErrorMessage(error)}.", error);

    private static void StartThread(ThreadStart run) => new Thread(run) { IsBackground = true, Name = "Nexus.Claude pipes" }.UnsafeStart();

    private static DescriptorEvents? Begun(Action first)
    {
        DescriptorEvents events;
        lock (Creation)
        {
            try
            {
                events = _shared ??= new DescriptorEvents();
            }
            catch (Win32Exception)
            {
                // Whoever needs it tries again, and is told if it fails again.
                _isBegun = false;
                return null;
            }
        }

        first();
        return events;
    }

    private bool TryAwait(int operation, long id, int descriptor, uint awaited, out int error)
    {
        var change = stackalloc byte[DescriptorEvent.Size];
        DescriptorEvent.Write(change, awaited | PipeCalls.OneShot, id);
        var isDone = PipeCalls.ChangeSet(_set, operation, descriptor, change) == 0;
        error = isDone ? 0 : Marshal.GetLastPInvokeError();
        return isDone;
    }

    private void Run()
    {
        var context = ExecutionContext.Capture();
        var events = stackalloc byte[AtOnce * DescriptorEvent.Size];
        while (true)
        {
            var count = Interlocked.Exchange(ref _isAnswerExpected, false) ? Poll(events) : 0;
            if (count == 0)
                count = PipeCalls.WaitForSet(_set, events, AtOnce, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() is not PipeCalls.InterruptedCall and var error)
                throw new Win32Exception(error, "Somebody has closed a descriptor that belongs to Nexus.Claude, so that no CLI can be heard any more.");
            if (Tell(events, count) is not { } last)
                continue;
            last.Execute();
            // What it has left behind is not for whoever comes next.
            ExecutionContext.Restore(context!);
            SynchronizationContext.SetSynchronizationContext(null);
            Interlocked.Increment(ref _waiting);
        }
    }

    /// <summary>
    /// Looks a few times whether there is something to tell. A request that a CLI answers by itself is answered in less time than a processor that
    /// sleeps needs to wake.
    /// </summary>
    private int Poll(byte* events)
    {
        for (var attempt = 0; attempt < PollsForAnswer; attempt++)
        {
            var count = PipeCalls.WaitForSet(_set, events, AtOnce, 0);
            if (count != 0)
                return count;
            Thread.Yield();
        }

        return 0;
    }

    /// <summary>Tells those concerned, and has the thread pool do what is to be done about it.</summary>
    /// <returns>What is left for this thread, which then counts as absent; null when nothing is, or nobody else could be told meanwhile.</returns>
    private IThreadPoolWorkItem? Tell(byte* events, int count)
    {
        IThreadPoolWorkItem? last = null;
        for (var index = 0; index < count; index++)
        {
            if (Find(DescriptorEvent.IdOf(events, index))?.OnReady() is not { } work)
                continue;
            if (last is not null)
                ThreadPool.UnsafeQueueUserWorkItem(last, preferLocal: false);
            last = work;
        }

        if (last is null)
            return null;
        if (Interlocked.Decrement(ref _waiting) > 0)
            return last;
        ThreadPool.UnsafeQueueUserWorkItem(last, preferLocal: false);
        Interlocked.Increment(ref _waiting);
        if (Interlocked.Increment(ref _told) == FewTold)
        {
            StartThread(Run);
            Interlocked.Increment(ref _waiting);
        }

        return null;
    }

    private IReadyListener? Find(long id)
    {
        lock (_gate)
            return _listeners.GetValueOrDefault(id);
    }
}
