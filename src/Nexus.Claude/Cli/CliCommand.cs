using System.Text;
using System.Text.Json;
using Nexus.Claude.Protocol;

namespace Nexus.Claude.Cli;

/// <summary>Validated options as the CLI takes them: a command line and an <c>initialize</c> request.</summary>
internal sealed class CliCommand
{
    /// <summary>Linux allows 128 KiB for one argument.</summary>
    internal const int LongestArgument = 100 * 1024;

    /// <summary>Windows allows 32,767 characters for the whole line; quotes and the path of the program need some.</summary>
    internal const int LongestWindowsLine = 31_000;

    private readonly InitializeRequest _initialize;
    private readonly ICollection<string> _agents;

    private CliCommand(ClaudeOptions options, SettingsLayer settings, InitializeRequest initialize)
    {
        _initialize = initialize;
        _agents = options.Agents.Keys;
        Arguments = CliArguments.Build(options, settings, initialize.LaunchFields);
        WorkingDirectory = OptionPaths.WorkingDirectory(options);
    }

    /// <summary>The arguments after the program, each one a token; never a prompt, a key or a header.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>The folder to start in, in full; null for this program's own.</summary>
    public string? WorkingDirectory { get; }

    /// <summary>
    /// True when the CLI waits for <c>initialize</c> before anything else: it must be the first line on stdin, and every prompt and other
    /// request must be held until its reply has passed <see cref="EnsureApplied"/>.
    /// </summary>
    public bool HasLaunchFields => _initialize.LaunchFields.Count > 0;

    /// <summary>The members of the reply to <c>initialize</c> that must be true.</summary>
    public IEnumerable<string> ExpectedConfirmations => _initialize.LaunchFields.Select(launch => launch.Confirmation);

    /// <summary>Validates the options, reads the files they name, and translates them.</summary>
    /// <param name="options">The options, which nobody may change any more: the caller's own copy of what a user gave.</param>
    /// <exception cref="OptionsValidationException">The options cannot be used; every mistake is named.</exception>
    public static CliCommand Create(ClaudeOptions options) => Create(options, OperatingSystem.IsWindows());

    internal static CliCommand Create(ClaudeOptions options, bool isWindows)
    {
        List<string> mistakes = ClaudeOptionsValidator.Collect(options, isWindows);
        if (mistakes.Count > 0)
            throw new OptionsValidationException(mistakes);

        // Read once more rather than handed over by the validator: what is sent is what the file holds now.
        SettingsLayer settings = SettingsLayer.Resolve(options, mistakes);
        var managed = options.ManagedSettings is { } own
            ? SettingsLayer.Read(options, own, nameof(ClaudeOptions.ManagedSettings), mistakes)
            : null;
        if (mistakes.Count > 0)
            throw new OptionsValidationException(mistakes);
        var command = new CliCommand(options, settings, new InitializeRequest(options, settings, managed));
        command.CheckLength(isWindows);
        return command;
    }

    /// <summary>Writes the <c>request</c> object of the <c>initialize</c> control request.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="writeMore">Writes further members, for what lives outside of the options; null for none.</param>
    public void WriteInitialize(Utf8JsonWriter writer, Action<Utf8JsonWriter>? writeMore = null) => _initialize.Write(writer, writeMore);

    /// <summary>Checks that the CLI took what was sent: it runs on without what it does not know, and drops agents without a word.</summary>
    /// <param name="reply">The payload of the reply to <c>initialize</c>.</param>
    /// <exception cref="ProtocolException">Something was not applied. The session must be ended before a prompt is sent.</exception>
    public void EnsureApplied(ControlReply reply)
    {
        List<string> missing = [];
        foreach (LaunchField field in _initialize.LaunchFields)
        {
            if (reply.Flag(Encoding.UTF8.GetBytes(field.Confirmation)) != true)
                missing.Add(field.Option);
        }

        if (_agents.Count > 0)
            missing.AddRange(MissingAgents(reply.Parse()));
        if (missing.Count == 0)
            return;
        string version = reply.Text("claude_code_version"u8) is { } text ? " " + text : "";
        throw new ProtocolException(
            $"Claude Code{version} did not apply {string.Join(", ", missing)} from the initialize request, so the session was ended before a "
            + "prompt was sent. Update Claude Code, or leave CliPath unset to use the pinned version; if a wrapper script starts it, check "
            + "that the script passes on all arguments and all input.")
        {
            RequestSubtype = "initialize",
        };
    }

    private IEnumerable<string> MissingAgents(JsonElement reply)
    {
        if (reply.ValueKind != JsonValueKind.Object || !reply.TryGetProperty("agents", out JsonElement agents) || agents.ValueKind != JsonValueKind.Array)
            return [];
        HashSet<string?> known = [.. agents.EnumerateArray().Select(agent => InboundRequest.TextOf(agent, "name"))];
        return _agents.Where(name => !known.Contains(name)).Select(name => $"Agents['{name}']");
    }

    private void CheckLength(bool isWindows)
    {
        List<string> mistakes = [];
        foreach (string argument in Arguments)
        {
            // A character has three bytes at most.
            if (argument.Length > LongestArgument / 3 && Encoding.UTF8.GetByteCount(argument) > LongestArgument)
                mistakes.Add($"{FlagOf(argument)} would be an argument of {argument.Length} characters; an argument may have {LongestArgument} bytes. Shorten the option behind it.");
        }

        if (isWindows)
            CheckWindowsLine(mistakes);
        if (mistakes.Count > 0)
            throw new OptionsValidationException(mistakes);
    }

    private void CheckWindowsLine(List<string> mistakes)
    {
        int total = Arguments.Sum(argument => argument.Length + 3);
        if (total <= LongestWindowsLine)
            return;
        string longest = Arguments.GroupBy(FlagOf).MaxBy(flag => flag.Sum(argument => argument.Length))!.Key;
        mistakes.Add($"The command line would have {total} characters and Windows allows 32,767. The most is taken by {longest}; shorten the option behind it.");
    }

    private static string FlagOf(string argument) => argument.Split('=', 2)[0];
}
