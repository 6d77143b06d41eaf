namespace Nexus.Claude.Server.Caching;

/// <summary>Passes what is written on, at once, and keeps a copy up to a limit.</summary>
/// <param name="inner">Where it goes.</param>
/// <param name="most">The most bytes of the copy.</param>
internal sealed class CopyStream(Stream inner, int most) : Stream
{
    private readonly MemoryStream _copy = new();

    /// <summary>The copy so far.</summary>
    public byte[] Copied => _copy.ToArray();

    /// <summary>Whether all that was written is in the copy.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Copy(buffer.Span);
        await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        Copy(buffer.AsSpan(offset, count));
        inner.Write(buffer, offset, count);
    }

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // What it goes to is the server's.
        if (disposing)
            _copy.Dispose();
        base.Dispose(disposing);
    }

    private void Copy(ReadOnlySpan<byte> bytes)
    {
        if (!IsWhole)
            return;
        if (_copy.Length + bytes.Length <= most)
        {
            _copy.Write(bytes);
            return;
        }

        IsWhole = false;
        _copy.SetLength(0);
    }
}
