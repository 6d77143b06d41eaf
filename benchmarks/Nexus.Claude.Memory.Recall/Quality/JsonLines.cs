using System.Globalization;
using System.Text.Json;

namespace Nexus.Claude.Memory.Benchmarks;

/// <summary>The files of a set: a corpus, its queries, and the run that answers them.</summary>
internal static class JsonLines
{
    public static async IAsyncEnumerable<MemoryMessage> ReadCorpusAsync(string path)
    {
        await foreach (var entry in ReadAsync(path))
        {
            yield return RecallRun.Message(
                Text(entry, "id") ?? throw new FormatException($"A line of '{path}' has no id."),
                Text(entry, "conversation") ?? "corpus",
                Text(entry, "text") ?? "",
                Text(entry, "session"),
                int.TryParse(Text(entry, "turn"), out int turn) ? turn : 0,
                Text(entry, "speaker"),
                DateTimeOffset.TryParse(Text(entry, "timestamp"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null);
        }
    }

    public static async IAsyncEnumerable<Question> ReadQuestionsAsync(string path)
    {
        await foreach (var entry in ReadAsync(path))
        {
            yield return new Question(
                entry.GetProperty("qid").GetRawText(),
                Text(entry, "text") ?? "",
                Text(entry, "conversation"),
                entry.TryGetProperty("relevant", out var ids) ? ids.EnumerateArray().Select(id => id.GetString()!).ToHashSet() : null,
                entry.TryGetProperty("k", out var k) && k.TryGetInt32(out int wanted) ? Math.Clamp(wanted, 1, 100) : Question.UsualDepth);
        }
    }

    public static string Line(Question question, string[] found)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WritePropertyName("qid");
            json.WriteRawValue(question.Id);
            json.WriteStartArray("ids");
            foreach (string one in found)
                json.WriteStringValue(one);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static async IAsyncEnumerable<JsonElement> ReadAsync(string path)
    {
        await foreach (string line in File.ReadLinesAsync(path))
        {
            if (line.Length > 0)
                yield return JsonElement.Parse(line);
        }
    }

    private static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var value)
        ? value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        }
        : null;
}
