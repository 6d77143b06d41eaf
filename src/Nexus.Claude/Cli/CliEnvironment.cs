using System.Collections;
using System.Globalization;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Cli;

/// <summary>
/// The environment of the CLI as changes to what it inherits. In order of weight: what the caller set, what the SDK sets, what is inherited.
/// </summary>
internal static class CliEnvironment
{
    public const string ReadsSessionState = "CLAUDE_CODE_SDK_READS_SESSION_STATE";

    /// <summary>The variables that stand for an option, so that both must not be set to different things.</summary>
    public const string MaxOutputTokens = "CLAUDE_CODE_MAX_OUTPUT_TOKENS";

    public const string MaxStructuredOutputRetries = "MAX_STRUCTURED_OUTPUT_RETRIES";

    public const string FileCheckpointing = "CLAUDE_CODE_ENABLE_SDK_FILE_CHECKPOINTING";

    public const string QuestionPreviewFormat = "CLAUDE_CODE_QUESTION_PREVIEW_FORMAT";

    // CLAUDECODE makes the CLI think that it runs inside itself; the next two break stdout; the trace of an earlier span is not this one's.
    private static readonly string[] NotInherited =
        ["CLAUDECODE", "NODE_OPTIONS", "DEBUG", "TRACEPARENT", "TRACESTATE", "BAGGAGE", "CLAUDE_CODE_ENTRYPOINT", "CLAUDE_AGENT_SDK_VERSION"];

    /// <summary>The changes for this program's own environment and its current activity.</summary>
    public static IReadOnlyDictionary<string, string?> Build(ClaudeOptions options)
    {
        var inherited = new Dictionary<string, string?>(ClaudeOptions.EnvironmentNames);
        if (!options.InheritEnvironment)
        {
            foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
                inherited[(string)variable.Key] = (string?)variable.Value;
        }

        return Build(options, inherited, TraceContext.OfCaller());
    }

    /// <summary>The changes: a value sets a variable, null removes it.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="inherited">What the child would inherit.</param>
    /// <param name="trace">The trace that the CLI is to go on with.</param>
    public static IReadOnlyDictionary<string, string?> Build(
        ClaudeOptions options,
        IReadOnlyDictionary<string, string?> inherited,
        IReadOnlyDictionary<string, string> trace)
    {
        var changes = new Dictionary<string, string?>(ClaudeOptions.EnvironmentNames);
        if (!options.InheritEnvironment)
            Disinherit(inherited, changes);
        foreach (string name in NotInherited)
            changes[name] = null;
        changes["CLAUDE_CODE_ENTRYPOINT"] = "sdk-cs";
        changes["CLAUDE_AGENT_SDK_VERSION"] = SdkVersion.Text;
        changes[ReadsSessionState] = "1";
        foreach ((string name, string? value) in OfOptions(options))
            changes[name] = value;
        if (OptionPaths.WorkingDirectory(options) is { } directory)
            changes["PWD"] = directory;
        if (!options.Environment.ContainsKey("TRACEPARENT"))
        {
            foreach ((string name, string value) in trace)
                changes[name] = value;
        }

        foreach ((string name, string? value) in options.Environment)
            changes[name] = value;
        return changes;
    }

    private static void Disinherit(IReadOnlyDictionary<string, string?> inherited, Dictionary<string, string?> changes)
    {
        foreach (string name in inherited.Keys.Where(name => !IsNeededBySystem(name)))
            changes[name] = null;
    }

    /// <summary>The variables that options are sent by.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfOptions(ClaudeOptions options)
    {
        if (options.MaxOutputTokens is { } tokens)
            yield return new(MaxOutputTokens, tokens.ToString(CultureInfo.InvariantCulture));
        if (options.MaxStructuredOutputRetries is { } retries)
            yield return new(MaxStructuredOutputRetries, retries.ToString(CultureInfo.InvariantCulture));
        if (options.EnableFileCheckpointing)
            yield return new(FileCheckpointing, "true");
        if (options.QuestionPreviewFormat is { } format)
            yield return new(QuestionPreviewFormat, format.Value);
    }

    private static bool IsNeededBySystem(string name) => OperatingSystem.IsWindows() && name.Equals("SystemRoot", StringComparison.OrdinalIgnoreCase);
}
