using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Testing.Cli;

/// <summary>One line the SDK wrote.</summary>
internal sealed record Received(string Line, JsonElement Json)
{
    public string? Type => Json.Text("type");

    public string? Subtype => Json.Member("request").Text("subtype");

    public string? RequestId => Json.Text("request_id") ?? Json.Member("response").Text("request_id");
}

/// <summary>
/// Reads stdin on a thread of its own and keeps the lines until a step asks for them. A listener sees each line first and may take it.
/// </summary>
internal sealed class Inbox(Recorder recorder)
{
    private readonly object _lock = new();
    private readonly List<Received> _lines = [];
    private Func<Received, bool>? _listener;
    private bool _ended;
    private Exception? _failure;

    public void Start(Func<Received, bool> listener)
    {
        _listener = listener;
        new Thread(Read) { IsBackground = true, Name = "stdin" }.Start();
    }

    /// <summary>Takes the first line that fits, whatever came before it; null at the end of input.</summary>
    public Received? Take(Func<Received, bool> predicate)
    {
        lock (_lock)
        {
            while (true)
            {
                if (_failure is { } failure)
                    throw failure;
                int index = _lines.FindIndex(line => predicate(line));
                if (index >= 0)
                {
                    var found = _lines[index];
                    _lines.RemoveAt(index);
                    return found;
                }

                if (_ended)
                    return null;
                Monitor.Wait(_lock);
            }
        }
    }

    /// <summary>Offers the waiting lines to the listener again, after its rules have changed.</summary>
    public void Reconsider()
    {
        lock (_lock)
        {
            List<Received> waiting = [.. _lines];
            _lines.Clear();
            waiting.ForEach(Accept);
        }
    }

    public void AwaitEnd()
    {
        lock (_lock)
        {
            while (!_ended && _failure is null)
                Monitor.Wait(_lock);
            if (_failure is { } failure)
                throw failure;
        }
    }

    private void Read()
    {
        try
        {
            using var input = StandardStreams.Input();
            using var reader = new StreamReader(input, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: true, bufferSize: 65536);
            while (reader.ReadLine() is { } line)
            {
                if (line.Length == 0)
                    continue;
                recorder.Write("input", $"\"line\":{JsonAccess.Quote(line)}");
                Accept(Parse(line));
            }

            recorder.Write("end_of_input");
            Set(() => _ended = true);
        }
        catch (Exception e)
        {
            // Whatever ended this thread must end the program, which waits in Take.
            Set(() => _failure = e);
        }
    }

    // Asking and keeping are one step: a rule that is set in between would otherwise miss the line.
    private void Accept(Received line) => Set(() =>
    {
        if (!_listener!(line))
            _lines.Add(line);
    });

    private void Set(Action change)
    {
        lock (_lock)
        {
            change();
            Monitor.PulseAll(_lock);
        }
    }

    private static Received Parse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return new Received(line, document.RootElement.Clone());
        }
        catch (JsonException)
        {
            return new Received(line, default);
        }
    }
}
