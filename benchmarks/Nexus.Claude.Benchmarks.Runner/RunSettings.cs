using System.Globalization;

namespace Nexus.Claude.Benchmarks.Runner;

/// <summary>What the environment asks for.</summary>
/// <param name="Options">How the CLI is started.</param>
/// <param name="Prompt">What each turn says.</param>
/// <param name="Turns">How many turns.</param>
/// <param name="StartedUnixMilliseconds">When this process was started, as its starter saw it; null when nobody says.</param>
internal sealed record RunSettings(ClaudeOptions Options, string Prompt, int Turns, double? StartedUnixMilliseconds)
{
    public static RunSettings FromEnvironment(string mode)
    {
        var options = new ClaudeOptions
        {
            CliPath = Read("CLAUDE_CLI") ?? throw new ClaudeException("Set CLAUDE_CLI to the CLI that is to be started."),
            WorkingDirectory = Read("BENCH_CWD"),
            IncludePartialMessages = true,
        };
        if (Environment.GetEnvironmentVariable("BENCH_SYSTEM_PROMPT") is { } prompt)
            options.SystemPrompt = prompt.Length == 0 ? SystemPrompt.Empty : prompt;
        if (Read("BENCH_MAX_BUFFER") is { } limit)
            options.MaxLineBytes = int.Parse(limit, CultureInfo.InvariantCulture);
        var turns = mode switch
        {
            "turns" or "control" => Number("BENCH_TURNS", 1000),
            "warm" => Number("BENCH_WARM_TURNS", 6),
            _ => 1,
        };
        var started = Read("BENCH_T0_MS") is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : (double?)null;
        return new RunSettings(options, Read("BENCH_PROMPT") ?? "hi", turns, started);
    }

    private static int Number(string name, int otherwise) =>
        Read(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private static string? Read(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
