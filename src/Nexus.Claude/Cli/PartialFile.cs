using System.Security.Cryptography;

namespace Nexus.Claude.Cli;

/// <summary>The file a download grows in, with the checksum of what it holds so far.</summary>
internal sealed class PartialFile : IAsyncDisposable
{
    private readonly string _path;
    private readonly CliBinary _expected;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly FileStream _stream;

    private PartialFile(string path, CliBinary expected, FileStream stream)
    {
        _path = path;
        _expected = expected;
        _stream = stream;
    }

    /// <summary>How many bytes it holds.</summary>
    public long Length { get; private set; }

    /// <summary>How many bytes it will hold in the end.</summary>
    public long ExpectedLength => _expected.Size;

    /// <summary>Opens what an earlier attempt left, or an empty file.</summary>
    /// <exception cref="CacheWriteException">The file cannot be written.</exception>
    public static async Task<PartialFile> OpenAsync(string path, CliBinary expected, CancellationToken cancellationToken)
    {
        PartialFile partial;
        try
        {
            var stream = new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0, useAsync: true);
            partial = new PartialFile(path, expected, stream);
        }
        catch (Exception exception) when (CacheWriteException.IsFileFault(exception))
        {
            throw new CacheWriteException(path, exception);
        }

        try
        {
            await partial.ReadExistingAsync(cancellationToken).ConfigureAwait(false);
            return partial;
        }
        catch
        {
            await partial.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Adds bytes. More than expected are refused, for then it is not the promised file, however long it goes on.</summary>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (Length + bytes.Length > ExpectedLength)
            throw Mismatch($"more than {ExpectedLength:N0} bytes were delivered");
        try
        {
            await _stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (CacheWriteException.IsFileFault(exception))
        {
            throw new CacheWriteException(_path, exception);
        }

        _hash.AppendData(bytes.Span);
        Length += bytes.Length;
    }

    /// <summary>Throws everything away.</summary>
    public void Reset()
    {
        try
        {
            _stream.SetLength(0);
            _stream.Position = 0;
        }
        catch (Exception exception) when (CacheWriteException.IsFileFault(exception))
        {
            throw new CacheWriteException(_path, exception);
        }

        _hash.GetHashAndReset();
        Length = 0;
    }

    /// <summary>Compares the checksum and sees the bytes onto the disk.</summary>
    /// <exception cref="InvalidDataException">It is not the promised file; it has been emptied.</exception>
    public void Verify()
    {
        var length = Length;
        var actual = Convert.ToHexStringLower(_hash.GetCurrentHash());
        if (actual != _expected.Sha256)
        {
            Reset();
            throw Mismatch($"its SHA-256 is {actual}, and it has {length:N0} of {ExpectedLength:N0} bytes");
        }

        try
        {
            _stream.Flush(flushToDisk: true);
        }
        catch (Exception exception) when (CacheWriteException.IsFileFault(exception))
        {
            throw new CacheWriteException(_path, exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReadExistingAsync(CancellationToken cancellationToken)
    {
        if (_stream.Length > ExpectedLength)
            Reset();
        var buffer = new byte[Math.Min(_stream.Length, 1 << 20)];
        while (Length < _stream.Length)
        {
            var count = await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (count == 0)
                break;
            _hash.AppendData(buffer.AsSpan(0, count));
            Length += count;
        }
    }

    private InvalidDataException Mismatch(string found) => new(
        $"what was delivered is not the promised file: expected SHA-256 {_expected.Sha256}, but {found}");
}
