using System.Buffers;
using System.Runtime.CompilerServices;
using Nexus.Claude.AheadOfTime;
using Nexus.Claude.Pipes;

namespace Nexus.Claude.Wire;

/// <summary>
/// Cuts the CLI's output into lines at <c>\n</c> (and nowhere else) and hands each out as one array of its own.
/// A line over the limit is skipped and reported; the lines after it are unharmed.
/// </summary>
/// <remarks>
/// It reads the stream itself: the framework's pipe reader over a stream does the same, but its async methods, generic over its own types,
/// come uncompiled, and cost more at the start than all of this class.
/// </remarks>
internal sealed class LineReader : IDisposable
{
    private const int DefaultBuffer = 80 * 1024;
    private const int LongestPart = 1024 * 1024;

    /// <summary>The beginning of a line that is longer than the buffer, in pieces: to let one array grow would copy it again and again.</summary>
    private readonly List<byte[]> _parts = [];

    private readonly Stream _stream;
    private readonly int _maxLineBytes;
    private CancellationTokenSource _cancelled = new();
    private readonly byte[] _own;
    private byte[] _buffer;
    private int _start;
    private int _searched;
    private int _end;
    private long _partBytes;
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
        _maxLineBytes = maxLineBytes;
        _buffer = _own = GC.AllocateUninitializedArray<byte>(bufferBytes);
    }

    /// <summary>Waits for more bytes. Call when <see cref="TryRead"/> has no line left.</summary>
    /// <param name="cancellationToken">Gives up the wait; bytes already read are kept.</param>
    /// <returns>False at the end of the output.</returns>
    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder<>))]
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (_ended)
            return false;
        MakeRoom();
        int count;
        var called = Volatile.Read(ref _cancelled);
        try
        {
            // A caller has a token or calls CancelWait, never both, so no linked source is needed.
            count = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken.CanBeCanceled ? cancellationToken : called.Token).ConfigureAwait(false);
            _ended = count == 0;
        }
        catch (OperationCanceledException) when (called.IsCancellationRequested)
        {
            count = await ReadWhatIsThereAsync().ConfigureAwait(false);
            Volatile.Write(ref _cancelled, new CancellationTokenSource());
            called.Dispose();
        }

        _end += count;
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
            var index = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (index < 0)
                break;
            var at = _searched + index;
            var length = _partBytes + (at - _start);
            if (_skipping || length > _maxLineBytes)
            {
                line = new Line(LineKind.TooLong, [], _skipped + length);
                Forget(at + 1);
                return true;
            }

            var bytes = Copy(at);
            Forget(at + 1);
            if (bytes.Length == 0)
                continue;
            line = new Line(LineKind.Whole, bytes, bytes.Length);
            return true;
        }

        // Looks only at bytes not looked at before: a line of many megabytes arrives in thousands of pieces.
        _searched = _end;
        var begun = _partBytes + (_end - _start);
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
        GiveBackParts();
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
            line = new Line(LineKind.TooLong, [], _skipped);
            Forget(_end);
            return true;
        }

        var bytes = Copy(_end);
        Forget(_end);
        line = new Line(LineKind.CutOff, bytes, bytes.Length);
        return bytes.Length > 0;
    }

    /// <summary>
    /// The wait was called off because nothing more is expected. On a busy machine bytes may have come all the same without anybody having
    /// noticed; a read that ends at once brings them, one that would wait ends the output.
    /// </summary>
    private async ValueTask<int> ReadWhatIsThereAsync()
    {
        using var late = new CancellationTokenSource();
        var last = _stream.ReadAsync(_buffer.AsMemory(_end), late.Token);
        if (!last.IsCompleted)
            await late.CancelAsync().ConfigureAwait(false);
        try
        {
            var count = await last.ConfigureAwait(false);
            _ended = count == 0;
            return count;
        }
        catch (OperationCanceledException)
        {
            _ended = true;
            return 0;
        }
    }

    /// <summary>Moves the line that is begun to the front; one that fills the whole buffer becomes a part.</summary>
    private void MakeRoom()
    {
        var begun = _end - _start;
        if (_parts.Count == 0)
        {
            var buffer = begun < _own.Length ? _own : _buffer;
            _buffer.AsSpan(_start, begun).CopyTo(buffer);
            (_searched, _start, _end) = (_searched - _start, 0, begun);
            Use(buffer);
        }

        if (_end < _buffer.Length)
            return;
        // A line that began in the middle of the first part has been moved to its front.
        _parts.Add(_buffer);
        _partBytes += _end;
        // The second part of a line says that megabytes may follow. To give every pipe so much would use up what one user may have.
        if (_parts.Count == 2)
            (_stream as LinuxPipe)?.TryEnlarge();
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Min(LongestPart, _own.Length * 8));
        _start = _searched = _end = 0;
    }

    private void Use(byte[] buffer)
    {
        if (ReferenceEquals(buffer, _buffer))
            return;
        GiveBack(_buffer);
        _buffer = buffer;
    }

    private void GiveBack(byte[] buffer)
    {
        if (!ReferenceEquals(buffer, _own))
            ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>The line up to a place in the buffer, in an array of its own, without a carriage return at its end.</summary>
    private byte[] Copy(int to)
    {
        var length = _partBytes + (to - _start);
        var last = to > _start ? _buffer[to - 1] : length > 0 ? _parts[^1][^1] : (byte)0;
        if (last == (byte)'\r')
            length--;
        if (length == 0)
            return [];
        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        var rest = bytes.AsSpan();
        foreach (var part in _parts)
        {
            var taken = Math.Min(part.Length, rest.Length);
            part.AsSpan(0, taken).CopyTo(rest);
            rest = rest[taken..];
        }

        _buffer.AsSpan(_start, rest.Length).CopyTo(rest);
        return bytes;
    }

    /// <summary>The bytes up to a place in the buffer have been dealt with.</summary>
    private void Forget(int to)
    {
        _start = _searched = to;
        _skipping = false;
        _skipped = 0;
        if (_parts.Count > 0)
            GiveBackParts();
    }

    private void GiveBackParts()
    {
        foreach (var part in _parts)
            GiveBack(part);
        _parts.Clear();
        _partBytes = 0;
    }
}
