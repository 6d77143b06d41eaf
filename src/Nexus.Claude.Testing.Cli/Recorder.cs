using System.Globalization;
using System.Text;

namespace Nexus.Claude.Testing.Cli;

/// <summary>
/// Writes what happened to this process as JSON lines into a file of its own in the script's record folder; without a folder it does
/// nothing. One file a process, so that many may play the same script at once.
/// </summary>
internal sealed class Recorder : IDisposable
{
    private readonly Lock _lock = new();
    private readonly FileStream? _file;
    private int _number;

    public Recorder(string? directory)
    {
        if (directory is null)
            return;
        string name = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Environment.TickCount64}.jsonl");
        _file = new FileStream(Path.Combine(directory, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);
    }

    public void Start(string[] arguments, IReadOnlyList<string> recordedVariables)
    {
        if (_file is null)
            return;
        var variables = Environment.GetEnvironmentVariables();
        var names = variables.Keys.Cast<string>().Order(StringComparer.Ordinal);
        var values = recordedVariables.Where(name => variables[name] is not null)
            .Select(name => $"{JsonAccess.Quote(name)}:{JsonAccess.Quote((string)variables[name]!)}");
        Write("start",
            $"\"argv\":[{string.Join(',', arguments.Select(JsonAccess.Quote))}],\"cwd\":{JsonAccess.Quote(Environment.CurrentDirectory)}," +
            $"\"variable_names\":[{string.Join(',', names.Select(JsonAccess.Quote))}],\"variables\":{{{string.Join(',', values)}}}");
    }

    public void Write(string kind, string members = "")
    {
        if (_file is null)
            return;
        lock (_lock)
        {
            string line = string.Create(CultureInfo.InvariantCulture,
                $"{{\"kind\":{JsonAccess.Quote(kind)},\"pid\":{Environment.ProcessId},\"number\":{++_number}{(members.Length > 0 ? "," : "")}{members}}}\n");
            _file.Write(Encoding.UTF8.GetBytes(line));
        }
    }

    public void Dispose() => _file?.Dispose();
}
