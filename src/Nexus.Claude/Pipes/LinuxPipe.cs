using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;

namespace Nexus.Claude.Pipes;

/// <summary>
/// One end of a pipe to a CLI on Linux. It does what the framework's pipe stream does, which there is a socket underneath: that costs some
/// forty methods to be compiled before the first byte.
/// </summary>
/// <remarks>One read or one write at a time; the other direction is for the other end.</remarks>
internal sealed unsafe class LinuxPipe : Stream, IValueTaskSource<int>, IValueTaskSource, IThreadPoolWorkItem, IReadyListener
{
    /// <summary>What Linux lets any user have in one pipe. Its pages are taken only while there is something in them.</summary>
    private const int LargeCapacity = 1024 * 1024;

    /// <summary>Nothing is known since the last attempt; there may be something; an operation waits to be told.</summary>
    private const int Unknown = 0, Ready = 1, Waiting = 2;

    private readonly SafeHandle _handle;
    private readonly bool _reads;
    private readonly DescriptorEvents _events;
    private ManualResetValueTaskSourceCore<int> _operation;
    private Memory<byte> _rest;
    private CancellationToken _cancellationToken;
    private CancellationTokenRegistration _registration;
    private ReadCoalescing _coalescing;
    private int _state;
    private long _id;
    private bool _disposed;

    /// <summary>Takes a pipe over.</summary>
    /// <param name="handle">One end of a pipe that nobody has read from or written to; it is disposed with this.</param>
    /// <param name="reads">Whether it is the end to read from; else the one to write to.</param>
    /// <exception cref="Win32Exception">The system refused.</exception>
    public LinuxPipe(SafeHandle handle, bool reads)
    {
        _handle = handle;
        _reads = reads;
        _events = DescriptorEvents.Shared;
        var descriptor = (int)_handle.DangerousGetHandle();
        var flags = PipeCalls.Control(descriptor, PipeCalls.GetStatusFlags, 0);
        if (flags < 0 || PipeCalls.Control(descriptor, PipeCalls.SetStatusFlags, flags | PipeCalls.NonBlocking) < 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <inheritdoc/>
    public override bool CanRead => _reads;

    /// <inheritdoc/>
    public override bool CanWrite => !_reads;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>
    /// Lets the pipe hold a mebibyte instead of 64 KiB, so that its two ends change places less often. Does nothing when the user has too
    /// many of them.
    /// </summary>
    public void TryEnlarge()
    {
        if (!TryHold())
            return; // Closed meanwhile; nothing comes through it any more.
        _ = PipeCalls.Control((int)_handle.DangerousGetHandle(), PipeCalls.SetPipeSize, LargeCapacity);
        _handle.DangerousRelease();
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!TryBegin(buffer, cancellationToken, out var count, out var failure))
            return new ValueTask<int>(this, _operation.Version);
        return failure is null ? ValueTask.FromResult(count) : ValueTask.FromException<int>(failure);
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            return ValueTask.CompletedTask;
        if (!TryBegin(MemoryMarshal.AsMemory(buffer), cancellationToken, out _, out var failure))
            return new ValueTask(this, _operation.Version);
        return failure is null ? ValueTask.CompletedTask : ValueTask.FromException(failure);
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // The kernel holds what was written; there is nothing in between.
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>The pipe says that an attempt may succeed now.</summary>
    /// <returns>The attempt, when an operation waits for it.</returns>
    public IThreadPoolWorkItem? OnReady() => Interlocked.Exchange(ref _state, Ready) == Waiting ? this : null;

    /// <summary>Takes the operation up again. It is ours, and nobody ends it, until it waits again.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        if (_reads)
            WaitForMore();
        if (!TryFinish(out var count, out var failure))
            return;
        if (_reads)
            _coalescing.Observe(Stopwatch.GetTimestamp(), count);
        _rest = default;
        _operation.RunContinuationsAsynchronously = false;
        if (failure is null)
            _operation.SetResult(count);
        else
            _operation.SetException(failure);
    }

    int IValueTaskSource<int>.GetResult(short token) => _operation.GetResult(token);

    void IValueTaskSource.GetResult(short token) => _operation.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _operation.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _operation.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _operation.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _operation.OnCompleted(continuation, state, token, flags);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !Interlocked.Exchange(ref _disposed, true))
        {
            if (_id != 0 && TryHold())
            {
                _events.Remove(_id, (int)_handle.DangerousGetHandle());
                _handle.DangerousRelease();
            }

            _handle.Dispose();
            _registration.Unregister();
            EndWaiting(new ObjectDisposedException(nameof(LinuxPipe)));
        }

        base.Dispose(disposing);
    }

    /// <summary>Begins an operation.</summary>
    /// <returns>True when it has ended already.</returns>
    private bool TryBegin(Memory<byte> buffer, CancellationToken cancellationToken, out int count, out Exception? failure)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            (count, failure) = (0, new OperationCanceledException(cancellationToken));
            return true;
        }

        _rest = buffer;
        if (cancellationToken != _cancellationToken)
            Follow(cancellationToken);
        _operation.Reset();
        return TryFinish(out count, out failure);
    }

    /// <summary>Has a token end the operations from here on. They mostly come with the same one, so that it is told once, not for each.</summary>
    private void Follow(CancellationToken cancellationToken)
    {
        // Waits for a callback that runs, so that the next operation does not end by the token of the one before.
        _registration.Dispose();
        _cancellationToken = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(
            static (pipe, token) => ((LinuxPipe)pipe!).EndWaiting(new OperationCanceledException(token)), this);
    }

    /// <summary>Lets more come before it is read, when it comes piece after piece.</summary>
    private void WaitForMore()
    {
        // A thread of the pool has others to serve, and is so late by itself that more has come.
        if (_coalescing.IsDue(Stopwatch.GetTimestamp(), _events.Writes) && !Thread.CurrentThread.IsThreadPoolThread)
            _ = PipeCalls.Sleep(ReadCoalescing.Pause);
    }

    /// <summary>Tries until the operation has ended or has to wait for the next event.</summary>
    /// <returns>True when it has ended, with the bytes that came, or the reason why it failed.</returns>
    private bool TryFinish(out int count, out Exception? failure)
    {
        while (true)
        {
            // What is told from here on comes after this attempt; no part of the attempt may come before this.
            Interlocked.Exchange(ref _state, Unknown);
            if (TryTransfer(out count, out failure))
                return true;
            var isNew = _id == 0;
            if (isNew && !TryAwait(out failure))
                return true;
            if (Interlocked.CompareExchange(ref _state, Waiting, Unknown) != Unknown)
                continue;
            // Only now, as it may be told at once. Whoever has ended it meanwhile has done so for whatever reason there was.
            if (!isNew && !TryAwait(out failure))
                return Interlocked.CompareExchange(ref _state, Unknown, Waiting) == Waiting;
            // Whoever wanted to end it meanwhile has found nobody waiting.
            if (Volatile.Read(ref _disposed))
                EndWaiting(new ObjectDisposedException(nameof(LinuxPipe)));
            else if (_cancellationToken.IsCancellationRequested)
                EndWaiting(new OperationCanceledException(_cancellationToken));
            return false;
        }
    }

    private bool TryTransfer(out int count, out Exception? failure)
    {
        (count, failure) = (0, null);
        if (!TryHold())
        {
            failure = new ObjectDisposedException(nameof(LinuxPipe));
            return true;
        }

        try
        {
            var descriptor = (int)_handle.DangerousGetHandle();
            while (true)
            {
                nint moved;
                fixed (byte* bytes = _rest.Span)
                    moved = _reads ? PipeCalls.Read(descriptor, bytes, _rest.Length) : PipeCalls.Write(descriptor, bytes, _rest.Length);
                if (moved >= 0)
                {
                    count = (int)moved;
                    _rest = _rest[count..];
                    if (_reads)
                        return true;
                    _events.ExpectAnswer();
                    if (_rest.IsEmpty)
                        return true;
                    continue;
                }

                switch (Marshal.GetLastPInvokeError())
                {
                    case PipeCalls.InterruptedCall:
                        continue;
                    case PipeCalls.WouldBlock:
                        return false;
                    case var error:
                        failure = Failure(error);
                        return true;
                }
            }
        }
        finally
        {
            _handle.DangerousRelease();
        }
    }

    /// <summary>Has the next event told.</summary>
    private bool TryAwait(out Exception? failure)
    {
        failure = null;
        if (!TryHold())
        {
            failure = new ObjectDisposedException(nameof(LinuxPipe));
            return false;
        }

        var descriptor = (int)_handle.DangerousGetHandle();
        var awaited = _reads ? PipeCalls.Readable : PipeCalls.Writable;
        try
        {
            if (_id == 0)
                Interlocked.Exchange(ref _id, _events.Add(this, descriptor, awaited));
            else
                _events.Await(_id, descriptor, awaited);
            // Whoever disposed of it meanwhile may have found nothing to remove.
            if (Volatile.Read(ref _disposed))
                _events.Remove(_id, descriptor);
        }
        catch (IOException refused)
        {
            failure = Volatile.Read(ref _disposed) ? new ObjectDisposedException(nameof(LinuxPipe)) : refused;
        }
        finally
        {
            _handle.DangerousRelease();
        }

        return failure is null;
    }

    /// <summary>Ends an operation that waits; does nothing when none does.</summary>
    private void EndWaiting(Exception failure)
    {
        if (Interlocked.CompareExchange(ref _state, Unknown, Waiting) != Waiting)
            return;
        _rest = default;
        // Whoever cancels or disposes is not to run what comes after the wait.
        _operation.RunContinuationsAsynchronously = true;
        _operation.SetException(failure);
    }

    /// <summary>Keeps the descriptor from being closed, and given to somebody else, until it is released.</summary>
    private bool TryHold()
    {
        var held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }

        return held;
    }

    private static IOException Failure(int error) => new(
        error == PipeCalls.BrokenPipe ? "The other end of the pipe has been closed." : $"The pipe failed: {Marshal.GetPInvokeErrorMessage(error)}.", error);
}
