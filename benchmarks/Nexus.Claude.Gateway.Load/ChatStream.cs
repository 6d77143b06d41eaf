using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nexus.Claude.Gateway.Load;

/// <summary>One streamed chat completion, timed.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="FirstToken">From the request to the first piece of text.</param>
/// <param name="Whole">From the request to the end.</param>
/// <param name="Chunks">How many pieces of text came.</param>
/// <param name="Text">The text.</param>
/// <param name="IsComplete">Whether the stream ended with <c>[DONE]</c>.</param>
internal sealed record ChatStream(HttpStatusCode Status, TimeSpan FirstToken, TimeSpan Whole, int Chunks, string Text, bool IsComplete)
{
    public static async Task<ChatStream> RunAsync(HttpClient client, JsonArray messages)
    {
        var body = new JsonObject { ["model"] = "sonnet", ["stream"] = true, ["messages"] = messages.DeepClone() }.ToJsonString();
        var start = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/chat/completions", UriKind.Relative))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var text = new StringBuilder();
        var first = TimeSpan.Zero;
        var chunks = 0;
        var complete = false;
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
                continue;
            if (line == "data: [DONE]")
            {
                complete = true;
                continue;
            }

            using var json = JsonDocument.Parse(line.AsMemory(6));
            if (!json.RootElement.TryGetProperty("choices", out var choices) || choices.GetArrayLength() == 0
                || !choices[0].GetProperty("delta").TryGetProperty("content", out var content) || content.GetString() is not { Length: > 0 } piece)
                continue;
            if (chunks++ == 0)
                first = Stopwatch.GetElapsedTime(start);
            text.Append(piece);
        }

        return new ChatStream(response.StatusCode, first, Stopwatch.GetElapsedTime(start), chunks, text.ToString(), complete);
    }

    public static JsonArray Says(string text) => [new JsonObject { ["role"] = "user", ["content"] = text }];

    public static void Continue(JsonArray messages, string reply, string next)
    {
        messages.Add((JsonNode)new JsonObject { ["role"] = "assistant", ["content"] = reply });
        messages.Add((JsonNode)new JsonObject { ["role"] = "user", ["content"] = next });
    }
}
