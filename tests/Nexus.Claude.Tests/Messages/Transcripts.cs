using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Tests.Messages;

/// <summary>The lines that the real CLI wrote in the recorded transcripts.</summary>
internal static class Transcripts
{
    /// <summary>Every line of the CLI with the transcript it is from, as compact UTF-8 JSON.</summary>
    internal static IEnumerable<(string File, byte[] Line)> Output()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(FixtureFolder, "cli-transcripts"), "*.jsonl").Order(StringComparer.Ordinal))
        {
            foreach (var text in File.ReadLines(file))
            {
                using var document = JsonDocument.Parse(text);
                if (document.RootElement.GetProperty("dir").ValueEquals("out"))
                    yield return (Path.GetFileName(file), Encoding.UTF8.GetBytes(document.RootElement.GetProperty("line").GetRawText()));
            }
        }
    }

    internal static string FixtureFolder => Path.Combine(AppContext.BaseDirectory, "Fixtures");
}
