using Nexus.Claude;

namespace Hello;

/// <summary>Shows the download of the CLI: a bar on a terminal, plain lines where the output is redirected.</summary>
internal sealed class DownloadBar : IProgress<CliDownloadProgress>, IDisposable
{
    private const int Width = 40;
    private readonly bool _terminal = !Console.IsOutputRedirected;
    private (CliDownloadStage Stage, int Step) _shown = (CliDownloadStage.Done, -1);
    private bool _midLine;

    public void Report(CliDownloadProgress value)
    {
        int percent = value.TotalBytes is > 0 and var total ? (int)(100 * value.BytesReceived / total) : 0;
        var step = (value.Stage, _terminal ? percent : percent / 10);
        if (step == _shown)
            return;
        _shown = step;

        _midLine = _terminal && value.Stage != CliDownloadStage.Done;
        string text = Describe(value, percent);
        if (!_terminal)
            Console.WriteLine(text);
        else if (value.Stage == CliDownloadStage.Done)
            Console.WriteLine($"\r{text,-78}");
        else
            Console.Write($"\r{Bar(percent)} {text,-36}");
    }

    /// <summary>Leaves the bar's line, so that whatever is said next has its own.</summary>
    public void Dispose()
    {
        if (_midLine)
            Console.WriteLine();
    }

    private static string Describe(CliDownloadProgress value, int percent) => value.Stage switch
    {
        CliDownloadStage.Waiting => $"{percent} %, by another program",
        CliDownloadStage.Connecting => $"Looking for Claude Code {ClaudeCli.PinnedVersion}",
        CliDownloadStage.Downloading when value.TotalBytes is { } total => $"{percent} % of {total / 1_000_000} MB",
        CliDownloadStage.Downloading => $"{value.BytesReceived / 1_000_000} MB",
        CliDownloadStage.Verifying => "Checking",
        CliDownloadStage.Installing => "Installing",
        _ => $"Claude Code {ClaudeCli.PinnedVersion} is ready.",
    };

    private static string Bar(int percent) => $"[{new string('#', Width * percent / 100).PadRight(Width, '.')}]";
}
