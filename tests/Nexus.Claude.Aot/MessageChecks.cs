using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Aot;

/// <summary>Every line of the recorded transcripts is read and written again.</summary>
internal static class MessageChecks
{
    private static readonly string[] ControlFrames = ["control_request", "control_response", "control_cancel_request", ""];

    public static async Task RunAsync(Report report)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "cli-transcripts");
        await report.CheckAsync("there are transcripts", _ =>
        {
            Report.True(Directory.EnumerateFiles(folder, "*.jsonl").Count() > 90, "there are more than 90 transcripts");
            return Task.CompletedTask;
        });
        foreach (var file in Directory.EnumerateFiles(folder, "*.jsonl").Order(StringComparer.Ordinal))
            await report.CheckAsync($"messages of {Path.GetFileName(file)} are read and written again", _ => CheckAsync(file));

        await report.CheckAsync("a type that nobody knows keeps its JSON", _ =>
        {
            var message = ClaudeMessage.Parse("""{"type":"of_tomorrow","n":1}""");
            Report.True(message is UnknownMessage, "it is an UnknownMessage");
            Report.Equal("""{"type":"of_tomorrow","n":1}""", message.ToJson(), "its JSON");
            return Task.CompletedTask;
        });
        await report.CheckAsync("a warning of the stream is written and read", _ =>
        {
            var warning = new StreamWarningMessage { Kind = StreamWarning.PartialMessagesDropped, Count = 3, Bytes = 7, Text = "slow" };
            var json = warning.ToJson();
            Report.True(json.Contains("PartialMessagesDropped", StringComparison.Ordinal), $"the kind is in {json}");
            Report.True(JsonSerializer.IsReflectionEnabledByDefault is false, "there is no JSON by reflection");
            return Task.CompletedTask;
        });
    }

    private static Task CheckAsync(string file)
    {
        foreach (var text in File.ReadLines(file))
        {
            using var record = JsonDocument.Parse(text);
            if (!record.RootElement.GetProperty("dir").ValueEquals("out"))
                continue;
            var line = record.RootElement.GetProperty("line");
            var message = ClaudeMessage.Parse(Encoding.UTF8.GetBytes(line.GetRawText()));
            Report.True(message is not UnknownMessage || ControlFrames.Contains(message.Type), $"the type of {message} is known");
            Report.True(message is not UnknownSystemMessage, $"the subtype of {message} is known");
            Report.True(message.ToString().StartsWith(message.Type, StringComparison.Ordinal), $"the words of {message.Type} for people begin with its type");

            using var written = JsonDocument.Parse(message.ToJson());
            foreach (var member in line.EnumerateObject().Where(member => member.Value.ValueKind is not JsonValueKind.Null))
            {
                Report.True(
                    written.RootElement.TryGetProperty(member.Name, out var value) && value.ValueKind == member.Value.ValueKind,
                    $"{message.Type} keeps its member {member.Name}");
            }
        }

        return Task.CompletedTask;
    }
}
