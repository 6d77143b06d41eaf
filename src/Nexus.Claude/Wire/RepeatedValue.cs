namespace Nexus.Claude.Wire;

/// <summary>Reads the value at which the reader is.</summary>
/// <typeparam name="T">The value.</typeparam>
/// <param name="reader">The reader; then at the last token of the value.</param>
/// <returns>The value; null when there is none.</returns>
internal delegate T? ValueReading<T>(ref JsonTokenReader reader);

/// <summary>
/// A list that the messages of a session repeat word for word, such as the tools in the init of every turn: as long as its bytes stay the
/// same, it is not read again and all messages share it. Sessions that differ take turns, which costs a copy of the bytes and nothing else.
/// </summary>
/// <typeparam name="T">The list; not changed once it has been read.</typeparam>
/// <param name="read">Reads it.</param>
internal sealed class RepeatedValue<T>(ValueReading<T> read)
    where T : class
{
    /// <summary>A longer one is not kept; nobody may need it again.</summary>
    private const int LongestKept = 64 * 1024;

    private Known? _last;

    /// <summary>Reads the value, or takes the one read last when it stands there again.</summary>
    /// <param name="reader">The reader.</param>
    /// <returns>The value; null when there is none.</returns>
    public T? Read(ref JsonTokenReader reader)
    {
        var last = Volatile.Read(ref _last);
        if (last is not null && reader.TrySkipArray(last.Json))
            return last.Value;
        var start = reader.TokenStartIndex;
        var value = read(ref reader);
        var json = reader.Since(start);
        if (value is not null && json.Length <= LongestKept)
            Volatile.Write(ref _last, new Known(json.ToArray(), value));
        return value;
    }

    private sealed record Known(byte[] Json, T Value);
}
