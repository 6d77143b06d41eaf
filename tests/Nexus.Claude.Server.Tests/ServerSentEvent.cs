using System.Text.Json;

namespace Nexus.Claude.Server.Tests;

/// <summary>An event of a stream, read as strictly as the standard says.</summary>
/// <param name="Name">Its name; null for none.</param>
/// <param name="Data">Its data.</param>
internal sealed record ServerSentEvent(string? Name, string Data)
{
    /// <summary>The data as JSON.</summary>
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Data);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Reads a stream that has come to its end. Comments are left out.</summary>
    public static IReadOnlyList<ServerSentEvent> Parse(string stream)
    {
        Assert.That(stream, Does.EndWith("\n\n"), "The stream must not end inside an event.");
        List<ServerSentEvent> events = [];
        foreach (var block in stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            string? name = null;
            string? data = null;
            foreach (var line in block.Split('\n'))
            {
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                    data = data is null ? line[6..] : throw new AssertionException("An event has its data in one line.");
                else if (line.StartsWith("event: ", StringComparison.Ordinal))
                    name = line[7..];
                else
                    Assert.That(line, Does.StartWith(":"));
            }

            if (data is not null)
                events.Add(new ServerSentEvent(name, data));
        }

        return events;
    }
}
