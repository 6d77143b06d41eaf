using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Nexus.Claude.Pipes;

namespace Nexus.Claude.Wire;

/// <summary>
/// Cuts the CLI's output into lines at <c>\n</c> (and nowhere else) and hands each out in memory of its own.
/// A line over the limit is skipped and reported; the lines after it are unharmed.
/// </summary>
/// <remarks>
/// It reads the stream itself: the framework's pipe reader over a stream does the same, but its async methods, generic over its own types,
/// come uncompiled, and cost more at the start than all of this class.
/// </remarks>
internal sealed class LineReader : IDisposable
{
    private const int DefaultBuffer = 80 * 1024;
    private const int LongestRead = 1024 * 1024;
    private const int LargestPooled = 8 * 1024 * 1024;
    private const int MostAhead = 64 * 1024 * 1024;
    private const int PagesAtOnce = 4 * 1024 * 1024;

    private readonly Stream _stream;
    private readonly int _maxLineBytes;
    private readonly byte[] _own;
    private CancellationTokenSource _cancelled = new();
    private ValueTask<int> _read;
    private bool _calledOff;
    private byte[] _buffer;
    private int _start;
    private int _searched;
    private int _end;
    private int _made;
    private long _skipped;
    private bool _skipping;
    private bool _ended;

    /// <summary>Begins to read.</summary>
    /// <param name="stream">The CLI's stdout; stays open.</param>
    /// <param name="maxLineBytes">The longest line that is kept, in bytes.</param>
    /// <param name="bufferBytes">The bytes read at once, at most. The default holds what a pipe of Linux holds (64 KiB) and the line begun before it.</param>
    public LineReader(Stream stream, int maxLineBytes, int bufferBytes = DefaultBuffer)
    {
        _stream = stream;
        _maxLineBytes = Math.Min(maxLineBytes, Array.MaxLength - bufferBytes);
        _buffer = _own = GC.AllocateUninitializedArray<byte>(bufferBytes);
    }

    /// <summary>Waits for more bytes. Call when <see cref="TryRead"/> has no line left, and await it at once.</summary>
    /// <param name="cancellationToken">Gives up the wait; bytes already read are kept.</param>
    /// <returns>The wait: false at the end of the output, true when there may be something for <see cref="TryRead"/>.</returns>
    [SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "It is awaited once, by the LineWait that is returned.")]
    public LineWait WaitAsync(CancellationToken cancellationToken)
    {
        _read = default;
        if (_ended)
            return new LineWait(this);
        MakeRoom();
        // A caller has a token or calls CancelWait, never both, so no linked source is needed.
        var cancelled = Volatile.Read(ref _cancelled);
        _read = _stream.ReadAsync(Room(), cancellationToken.CanBeCanceled ? cancellationToken : cancelled.Token);
        // A read that ends at once brings what has come all the same; one that would wait is not waited for.
        if (_calledOff && !_read.IsCompleted)
            cancelled.Cancel();
        return new LineWait(this);
    }

    /// <summary>True when the wait that began last is over.</summary>
    internal bool IsWaitOver => _read.IsCompleted;

    /// <summary>Says what to do when the wait is over.</summary>
    internal void OnWaitOver(Action continuation) => _read.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(continuation);

    /// <summary>Takes what the wait has brought.</summary>
    internal bool EndWait()
    {
        if (_ended)
            return false;
        try
        {
            var count = _read.GetAwaiter().GetResult();
            _ended = count == 0;
            _calledOff = false;
            _end += count;
        }
        catch (OperationCanceledException) when (_cancelled.IsCancellationRequested)
        {
            // On a busy machine bytes may have come without anybody having noticed.
            _ended = _calledOff;
            _calledOff = true;
            var called = _cancelled;
            Volatile.Write(ref _cancelled, new CancellationTokenSource());
            called.Dispose();
        }

        return true;
    }

    /// <summary>Calls off the wait because nothing more is expected, which ends the output unless something has come all the same.</summary>
    public void CancelWait()
    {
        try
        {
            Volatile.Read(ref _cancelled).Cancel();
        }
        catch (ObjectDisposedException)
        {
            // That wait has been called off before and there was something, or the reading has ended.
        }
    }

    /// <summary>Takes the next line out of what has been read.</summary>
    /// <param name="line">The line.</param>
    /// <returns>False when more bytes are needed.</returns>
    public bool TryRead(out Line line)
    {
        while (true)
        {
            var index = LineFeed.IndexOf(_buffer.AsSpan(_searched, _end - _searched));
            if (index < 0)
                break;
            var at = _searched + index;
            var length = at - _start;
            if (_skipping || length > _maxLineBytes)
            {
                line = new Line(LineKind.TooLong, default, _skipped + length);
                Forget(at + 1);
                return true;
            }

            var bytes = Take(at, next: at + 1);
            if (bytes.IsEmpty)
                continue;
            line = new Line(LineKind.Whole, bytes, bytes.Length);
            return true;
        }

        // Looks only at bytes not looked at before: a line of many megabytes arrives in thousands of pieces.
        _searched = _end;
        var begun = _end - _start;
        if (_skipping || begun > _maxLineBytes)
        {
            var skipped = _skipped + begun;
            Forget(_end);
            (_skipping, _skipped) = (true, skipped);
        }

        return TryReadRest(out line);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Use(_own);
        _cancelled.Dispose();
    }

    private bool TryReadRest(out Line line)
    {
        line = default;
        if (!_ended)
            return false;
        if (_skipping)
        {
            line = new Line(LineKind.TooLong, default, _skipped);
            Forget(_end);
            return true;
        }

        var bytes = Take(_end, next: _end);
        line = new Line(LineKind.CutOff, bytes, bytes.Length);
        return bytes.Length > 0;
    }

    /// <summary>Moves the line that is begun to the front, of a larger buffer when it fills this one.</summary>
    private void MakeRoom()
    {
        var begun = _end - _start;
        if (!ReferenceEquals(_buffer, _own) || begun == _own.Length)
            ChangeBuffer(begun);
        else if (_start > 0)
            MoveTo(_own, begun);
    }

    private void MoveTo(byte[] buffer, int begun)
    {
        _buffer.AsSpan(_start, begun).CopyTo(buffer);
        (_searched, _start, _end) = (_searched - _start, 0, begun);
    }

    private void ChangeBuffer(int begun)
    {
        var buffer = begun < _own.Length ? _own : begun < _buffer.Length ? _buffer : Larger();
        if (_start == 0 && ReferenceEquals(buffer, _buffer))
            return;
        MoveTo(buffer, begun);
        Use(buffer);
    }

    /// <summary>
    /// A buffer for a line that has filled this one. It grows in few steps, as each copies what there is; but only by a small part of the memory
    /// that this program may have, as most of it may stay unused.
    /// </summary>
    private byte[] Larger()
    {
        // Megabytes may follow. To give every pipe so much would use up what one user may have.
        if (_buffer.Length > _own.Length)
            (_stream as LinuxPipe)?.TryEnlarge();
        var ahead = Math.Min(MostAhead, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 16);
        var size = Math.Max(_buffer.Length * 2L, Math.Min(_buffer.Length * 8L, ahead));
        size = Math.Min(size, (long)_maxLineBytes + _own.Length);
        return size > LargestPooled ? GC.AllocateUninitializedArray<byte>((int)size) : ArrayPool<byte>.Shared.Rent((int)size);
    }

    /// <summary>Where the next bytes go.</summary>
    private Memory<byte> Room()
    {
        if (_buffer.Length > LargestPooled)
            MakePages();
        // No more at once: what comes behind a long line is copied when its buffer goes with it.
        return new Memory<byte>(_buffer, _end, Math.Min(_buffer.Length - _end, LongestRead));
    }

    private void MakePages()
    {
        if (_end + (PagesAtOnce / 2) <= _made)
            return;
        var from = Math.Max(_made, _end);
        _made = (int)Math.Min(from + (long)PagesAtOnce, _buffer.Length);
        PagesAhead.Make(_buffer.AsSpan(from.._made));
    }

    private void Use(byte[] buffer)
    {
        if (ReferenceEquals(buffer, _buffer))
            return;
        if (!ReferenceEquals(_buffer, _own) && _buffer.Length <= LargestPooled)
            ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _made) = (buffer, 0);
    }

    /// <summary>The line up to a place in the buffer, without a carriage return at its end, which has been dealt with thereby.</summary>
    private ReadOnlyMemory<byte> Take(int to, int next)
    {
        var length = to - _start;
        if (length > 0 && _buffer[to - 1] == (byte)'\r')
            length--;
        if (_buffer.Length > LargestPooled && length >= _buffer.Length / 2)
            return TakeWithBuffer(length, next);
        var line = length == 0 ? [] : GC.AllocateUninitializedArray<byte>(length);
        if (length > LongestRead)
            PagesAhead.Make(line.AsSpan(length / 3));
        _buffer.AsSpan(_start, length).CopyTo(line);
        Forget(next);
        return line;
    }

    /// <summary>The line with the buffer that it is in, most of which it fills.</summary>
    private Memory<byte> TakeWithBuffer(int length, int next)
    {
        var line = _buffer.AsMemory(_start, length);
        var rest = _buffer.AsSpan(next.._end);
        var buffer = rest.Length <= _own.Length ? _own : ArrayPool<byte>.Shared.Rent(rest.Length);
        rest.CopyTo(buffer);
        (_searched, _start, _end) = (0, 0, rest.Length);
        Use(buffer);
        return line;
    }

    /// <summary>The bytes up to a place in the buffer have been dealt with.</summary>
    private void Forget(int to)
    {
        _start = _searched = to;
        _skipping = false;
        _skipped = 0;
    }
}
