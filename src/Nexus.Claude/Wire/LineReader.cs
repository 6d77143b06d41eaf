using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Nexus.Claude.Wire;

/// <summary>
/// Cuts the CLI's output into lines at <c>\n</c> (and nowhere else) and hands each out as one array of its own.
/// A line over the limit is skipped and reported; the lines after it are unharmed.
/// </summary>
/// <param name="reader">The CLI's stdout.</param>
/// <param name="maxLineBytes">The longest line that is kept, in bytes.</param>
internal sealed class LineReader(PipeReader reader, int maxLineBytes)
{
    private ReadOnlySequence<byte> _buffer;
    private long _searched;
    private long _skipped;
    private bool _skipping;
    private bool _held;
    private bool _ended;

    /// <summary>Waits for more bytes. Call when <see cref="TryRead"/> has no line left.</summary>
    /// <param name="cancellationToken">Gives up the wait; bytes already read are kept.</param>
    /// <returns>False at the end of the output.</returns>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (_held)
        {
            _held = false;
            reader.AdvanceTo(_buffer.Start, _buffer.End);
        }

        if (_ended)
            return false;
        var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (result.IsCanceled)
            result = await ReadWhatIsThereAsync(result).ConfigureAwait(false);
        _buffer = result.Buffer;
        _held = true;
        _ended = result.IsCompleted || result.IsCanceled;
        return true;
    }

    /// <summary>Takes the next line out of what has been read.</summary>
    /// <param name="line">The line.</param>
    /// <returns>False when more bytes are needed.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryRead(out Line line)
    {
        while (TryFindLineFeed(out var length))
        {
            if (_skipping)
            {
                line = new Line(LineKind.TooLong, [], _skipped + length);
                _skipping = false;
                Consume(length + 1);
                return true;
            }

            if (length > maxLineBytes)
            {
                line = new Line(LineKind.TooLong, [], length);
                Consume(length + 1);
                return true;
            }

            var bytes = Copy(length);
            Consume(length + 1);
            if (bytes.Length == 0)
                continue;
            line = new Line(LineKind.Whole, bytes, bytes.Length);
            return true;
        }

        if (_skipping || _searched > maxLineBytes)
        {
            _skipped = (_skipping ? _skipped : 0) + _searched;
            _skipping = true;
            Consume(_searched);
        }

        return TryReadRest(out line);
    }

    /// <summary>
    /// The wait was called off because nothing more is expected. On a busy machine bytes may have come all the same without anybody having
    /// noticed; a read that ends at once brings them, one that would wait ends the output.
    /// </summary>
    private async ValueTask<ReadResult> ReadWhatIsThereAsync(ReadResult cancelled)
    {
        reader.AdvanceTo(cancelled.Buffer.Start, cancelled.Buffer.End);
        var last = reader.ReadAsync(CancellationToken.None);
        if (!last.IsCompleted)
            reader.CancelPendingRead();
        return await last.ConfigureAwait(false);
    }

    private bool TryReadRest(out Line line)
    {
        line = default;
        if (!_ended)
            return false;
        if (_skipping)
        {
            _skipping = false;
            line = new Line(LineKind.TooLong, [], _skipped);
            return true;
        }

        var length = _buffer.Length;
        if (length == 0)
            return false;
        var bytes = Copy(length);
        Consume(length);
        line = new Line(LineKind.CutOff, bytes, bytes.Length);
        return bytes.Length > 0;
    }

    /// <summary>Looks only at bytes not looked at before: a line of many megabytes arrives in thousands of pieces.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TryFindLineFeed(out long length)
    {
        if (_searched == 0)
        {
            var index = _buffer.FirstSpan.IndexOf((byte)'\n');
            if (index >= 0)
            {
                length = index;
                return true;
            }
        }

        length = _searched;
        foreach (var segment in _buffer.Slice(_searched))
        {
            var index = segment.Span.IndexOf((byte)'\n');
            if (index >= 0)
            {
                length += index;
                return true;
            }

            length += segment.Length;
        }

        _searched = length;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private byte[] Copy(long length)
    {
        var source = _buffer.Slice(0, length);
        var last = length == 0 ? (byte)0 : source.Slice(length - 1).FirstSpan[0];
        if (last == (byte)'\r')
            source = source.Slice(0, --length);
        if (length == 0)
            return [];
        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        source.CopyTo(bytes);
        return bytes;
    }

    private void Consume(long count)
    {
        _buffer = _buffer.Slice(count);
        _searched = 0;
    }
}
