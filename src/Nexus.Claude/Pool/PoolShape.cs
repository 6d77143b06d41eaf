using System.Text;
using Nexus.Claude.Cli;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Pool;

/// <summary>
/// What of the options is fixed when a process is started: its command line, environment, folder and account. Options of the same shape can
/// be served by the same process; all else reaches it later, by <c>initialize</c> and by <see cref="LateOptions"/>.
/// </summary>
internal sealed record PoolShape
{
    private const string AwaitInitialize = "--await-initialize";

    private PoolShape(IReadOnlyList<string> arguments, string workingDirectory, string key)
    {
        Arguments = arguments;
        WorkingDirectory = workingDirectory;
        Key = key;
    }

    /// <summary>The command line.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>The folder, in full.</summary>
    public string WorkingDirectory { get; }

    /// <summary>Equal for equal shapes.</summary>
    public string Key { get; }

    /// <summary>True when a process of this shape waits for <c>initialize</c> before it reads the folder.</summary>
    public bool Awaits => Arguments.Contains(AwaitInitialize);

    /// <summary>Finds the shape of options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="readsFolderEarly">True when the process may read the folder before it is leased.</param>
    /// <returns>The shape.</returns>
    /// <exception cref="OptionsValidationException">The options have mistakes.</exception>
    public static PoolShape Of(ClaudeOptions options, bool readsFolderEarly)
    {
        var generic = LateOptions.Without(options);
        var command = CliCommand.Create(generic);
        List<string> arguments = [.. command.Arguments];
        // Extra arguments come last and may mean to; the flag goes where the SDK's own are.
        if (!readsFolderEarly && !arguments.Contains(AwaitInitialize))
            arguments.Insert(CliArguments.Fixed.Count, AwaitInitialize);
        else if (!readsFolderEarly)
            Move(arguments, AwaitInitialize, CliArguments.Fixed.Count);
        var folder = command.WorkingDirectory ?? Directory.GetCurrentDirectory();

        var key = new StringBuilder();
        foreach (var argument in arguments)
            key.Append(argument).Append('\0');
        foreach (var (name, value) in CliEnvironment.Build(generic, new Dictionary<string, string?>(), TraceContext.None).OrderBy(each => each.Key, StringComparer.Ordinal))
            key.Append('\u0001').Append(name).Append('=').Append(value ?? "\0").Append('\0');
        key.Append('\u0002').Append(folder).Append('\0').Append(options.User).Append('\0').Append(options.CliPath).Append('\0').Append(options.InheritEnvironment);
        return new PoolShape(arguments, folder, key.ToString());
    }

    private static void Move(List<string> arguments, string argument, int index)
    {
        arguments.Remove(argument);
        arguments.Insert(index, argument);
    }
}
