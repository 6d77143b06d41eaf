using System.Runtime.CompilerServices;
using System.Text;
using Nexus.Claude.AheadOfTime;

namespace Nexus.Claude.Cli;

/// <summary>
/// Drains the CLI's stderr (a full pipe would block the CLI), keeps its last lines for error messages and hands each line to the
/// caller's callback. A callback that throws is reported once and not called again; it harms nothing else.
/// </summary>
/// <param name="callback">Receives each line; may be null.</param>
/// <param name="callbackFailed">Told once when the callback threw.</param>
internal sealed class StandardErrorTail(Action<string>? callback, Action<Exception>? callbackFailed)
{
    private const int MaxLines = 40;
    private const int MaxCharacters = 8 * 1024;
    private const int MaxLineCharacters = 2 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<string> _lines = new();
    private int _characters;
    private Action<string>? _callback = callback;

    /// <summary>Reads until the end of the stream.</summary>
    /// <param name="stream">The CLI's stderr.</param>
    /// <param name="cancellationToken">Ends the drain.</param>
    /// <returns>A task that ends with the stream.</returns>
    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder))]
    public async Task DrainAsync(Stream stream, CancellationToken cancellationToken)
    {
        var bytes = new byte[4096];
        var characters = new char[4096 + 1];
        var decoder = Encoding.UTF8.GetDecoder();
        var line = new StringBuilder();
        while (true)
        {
            var count = await stream.ReadAsync(bytes, cancellationToken).ConfigureAwait(false);
            var decoded = decoder.GetChars(bytes, 0, count, characters, 0, flush: count == 0);
            Split(characters.AsSpan(0, decoded), line);
            if (count != 0)
                continue;
            if (line.Length > 0)
                Add(line.ToString());
            return;
        }
    }

    /// <summary>The last lines, joined by line feeds.</summary>
    /// <returns>The text, empty when nothing was written.</returns>
    public override string ToString()
    {
        lock (_gate)
            return string.Join('\n', _lines);
    }

    private void Split(ReadOnlySpan<char> text, StringBuilder line)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOf('\n');
            var part = end < 0 ? text : text[..end];
            if (line.Length < MaxLineCharacters)
                line.Append(part[..Math.Min(part.Length, MaxLineCharacters - line.Length)]);
            if (end < 0)
                return;
            Add(line.ToString().TrimEnd('\r'));
            line.Clear();
            text = text[(end + 1)..];
        }
    }

    private void Add(string line)
    {
        lock (_gate)
        {
            _lines.Enqueue(line);
            _characters += line.Length;
            while (_lines.Count > MaxLines || _characters > MaxCharacters)
                _characters -= _lines.Dequeue().Length;
        }

        try
        {
            _callback?.Invoke(line);
        }
        catch (Exception failure)
        {
            _callback = null;
            callbackFailed?.Invoke(failure);
        }
    }
}
