using System.Text;
using System.Text.Json;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.Testing;

/// <summary>A plain HTTP client of the scripted API that reads its streams as the wire format says.</summary>
internal sealed class MessagesApiClient(ScriptedMessagesApi api) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = api.BaseAddress };

    public Task<HttpResponseMessage> PostAsync(string json, string path = "/v1/messages?beta=true", CancellationToken cancellationToken = default) =>
        _http.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") },
            HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path) => _http.SendAsync(new HttpRequestMessage(method, path));

    public async Task<List<(string Event, JsonElement Data)>> StreamAsync(string prompt)
    {
        using var response = await PostAsync(Request(prompt, stream: true));
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        List<(string, JsonElement)> events = [];
        await foreach (var item in EventsAsync(response))
            events.Add(item);
        return events;
    }

    /// <summary>Parses the body as server-sent events: an event line, a data line, an empty line.</summary>
    public static async IAsyncEnumerable<(string Event, JsonElement Data)> EventsAsync(HttpResponseMessage response)
    {
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line)
        {
            Assert.That(line, Does.StartWith("event: "));
            string data = (await reader.ReadLineAsync())!;
            Assert.That(data, Does.StartWith("data: "));
            Assert.That(await reader.ReadLineAsync(), Is.Empty);
            yield return (line["event: ".Length..], JsonDocument.Parse(data["data: ".Length..]).RootElement);
        }
    }

    public static string Request(string prompt, bool stream) =>
        $$$$"""{"model":"claude-test","max_tokens":100,"stream":{{{{(stream ? "true" : "false")}}}},"system":[{"type":"text","text":"You test."}],"tools":[{"name":"Bash","input_schema":{"type":"object"}}],"messages":[{"role":"user","content":[{"type":"text","text":"<system-reminder>noise</system-reminder>"},{"type":"text","text":{{{{JsonSerializer.Serialize(prompt)}}}}}]}]}""";

    public void Dispose() => _http.Dispose();
}
