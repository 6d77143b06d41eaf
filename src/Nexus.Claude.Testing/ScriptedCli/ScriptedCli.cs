using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Testing;

/// <summary>
/// A program that plays the Claude Code CLI after a script, for what the real one cannot be made to do: bursts, silence, garbage, half
/// lines, exit codes, grandchildren, lines of 64 MiB. Without a script it is a well-mannered CLI that repeats each prompt.
/// </summary>
/// <remarks>
/// Start <see cref="ExecutablePath"/> as the CLI with <see cref="Environment"/> added to its environment. Any number of processes may
/// play one script at once, each from its first step. Disposing deletes the script and the records; stop the processes first.
/// </remarks>
/// <example>
/// <code>
/// await using var cli = ScriptedCli.Create(new CliScript().AnswerInitialize().Turn("Hello.").Crash());
/// // start cli.ExecutablePath with cli.Environment, then
/// var start = await cli.WaitForRecordAsync(record => record.Kind == "start");
/// Assert.That(start.Arguments, Does.Contain("--verbose"));
/// </code>
/// </example>
public sealed class ScriptedCli : IAsyncDisposable
{
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(5);

    private readonly string _root;
    private readonly string _records;
    private int _gates;

    private ScriptedCli(string root)
    {
        _root = root;
        _records = Directory.CreateDirectory(Path.Combine(root, "records")).FullName;
        ScriptPath = Path.Combine(root, "script.json");
        Environment = new Dictionary<string, string> { [StepNames.ScriptVariable] = ScriptPath };
    }

    /// <summary>
    /// The program to start: <c>scripted-claude</c> (<c>.exe</c> on Windows) beside the test assembly where it was built for this
    /// platform, else <c>scripted-claude.dll</c>, which runs as <c>dotnet scripted-claude.dll</c>.
    /// </summary>
    /// <exception cref="FileNotFoundException">The program is not beside the test assembly.</exception>
    public static string ExecutablePath
    {
        get
        {
            string host = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "scripted-claude.exe" : "scripted-claude");
            if (File.Exists(host))
                return host;
            string library = LibraryPath;
            return File.Exists(library)
                ? library
                : throw new FileNotFoundException(
                    $"The scripted CLI is not in {AppContext.BaseDirectory}. The build copies it there for every project that references the package " +
                    "Nexus.Claude.Testing; reference it from the test project itself, and rebuild.", library);
        }
    }

    /// <summary>The program as a library for the <c>dotnet</c> host: <c>scripted-claude.dll</c> beside the test assembly.</summary>
    public static string LibraryPath => Path.Combine(AppContext.BaseDirectory, "scripted-claude.dll");

    /// <summary>The script's file.</summary>
    public string ScriptPath { get; }

    /// <summary>The variables the program needs: add them to the environment it is started with.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Makes the folder for a script and its records, with a script that is written later by <see cref="Play"/>.</summary>
    /// <returns>The scripted CLI; until <see cref="Play"/> it is well-mannered.</returns>
    public static ScriptedCli Create() => Create(new CliScript());

    /// <summary>Writes a script to a temporary file.</summary>
    /// <param name="script">The script.</param>
    /// <returns>The scripted CLI.</returns>
    public static ScriptedCli Create(CliScript script)
    {
        ArgumentNullException.ThrowIfNull(script);
        var cli = new ScriptedCli(ScratchDirectory.Create("nexus-scripted-", parentDirectory: null));
        cli.Play(script);
        return cli;
    }

    /// <summary>Writes another script; processes started from now on play it.</summary>
    /// <param name="script">The script.</param>
    public void Play(CliScript script)
    {
        ArgumentNullException.ThrowIfNull(script);

        // A process that starts meanwhile must see the old script or the new one, never half of one.
        string half = ScriptPath + ".new";
        File.WriteAllBytes(half, script.ToJson(_records));
        File.Move(half, ScriptPath, overwrite: true);
    }

    /// <summary>Makes a gate for <see cref="CliScript.WaitFor"/>.</summary>
    /// <returns>The closed gate.</returns>
    public CliGate CreateGate() => new(Path.Combine(_root, $"gate{Interlocked.Increment(ref _gates)}"));

    /// <summary>Reads what has happened so far to all processes of this script, process by process.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The records; those of one process are in their order.</returns>
    public async Task<IReadOnlyList<CliRecord>> ReadRecordAsync(CancellationToken cancellationToken = default)
    {
        List<CliRecord> records = [];
        foreach (string path in Directory.EnumerateFiles(_records, "*.jsonl").Order(StringComparer.Ordinal))
        {
            byte[] bytes;
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            await using (file.ConfigureAwait(false))
            {
                using var copy = new MemoryStream();
                await file.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
                bytes = copy.ToArray();
            }

            // The last line may still be in the writing.
            int end = Array.LastIndexOf(bytes, (byte)'\n') + 1;
            foreach (string line in Encoding.UTF8.GetString(bytes, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                using var document = JsonDocument.Parse(line);
                records.Add(new CliRecord(document.RootElement.Clone()));
            }
        }

        return records;
    }

    /// <summary>Waits until something has happened to a process of this script; what happened earlier counts.</summary>
    /// <param name="predicate">Which record.</param>
    /// <param name="cancellationToken">Ends the wait; give it a timeout, since a script that went wrong may never come there.</param>
    /// <returns>The first record that fits.</returns>
    public async Task<CliRecord> WaitForRecordAsync(Func<CliRecord, bool> predicate, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        while (true)
        {
            foreach (var record in await ReadRecordAsync(cancellationToken).ConfigureAwait(false))
            {
                if (predicate(record))
                    return record;
            }

            // Files are the one channel that needs nothing from the child but its script; notifications of their change are not reliable.
            await Task.Delay(PollPause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until the script has come to a mark.</summary>
    /// <param name="name">The mark's name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The record of the mark.</returns>
    public Task<CliRecord> WaitForMarkAsync(string name, CancellationToken cancellationToken = default) =>
        WaitForRecordAsync(record => record.Kind == "mark" && record.Name == name, cancellationToken);

    /// <summary>Waits until the script has started a grandchild.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The grandchild's pid.</returns>
    public async Task<int> WaitForGrandchildAsync(CancellationToken cancellationToken = default)
    {
        var record = await WaitForRecordAsync(record => record.Kind == "grandchild", cancellationToken).ConfigureAwait(false);
        return record.GrandchildProcessId!.Value;
    }

    /// <summary>Deletes the script and the records.</summary>
    /// <returns>Completes when they are gone.</returns>
    /// <exception cref="IOException">A process still plays the script and holds its record after two seconds.</exception>
    public ValueTask DisposeAsync() => ScratchDirectory.DeleteAsync(_root);
}
