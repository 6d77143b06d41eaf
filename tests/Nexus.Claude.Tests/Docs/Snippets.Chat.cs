using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Nexus.Claude.Tests.Docs;

/// <summary>The code of docs/chat-client.md.</summary>
internal static class SnippetsChat
{
    internal static async Task ConverseAsync()
    {
        await using var chat = new ClaudeChatClient(new ClaudeOptions { Model = "sonnet", Tools = ToolSet.None });

        var first = await chat.GetResponseAsync("My name is Ada.");
        var second = await chat.GetResponseAsync("What is my name?", new ChatOptions { ConversationId = first.ConversationId });
        Console.WriteLine(second.Text);
    }

    internal static async Task<ChatResponse> CallAsync(IChatClient chat)
    {
        var weather = AIFunctionFactory.Create((string city) => $"Sunny in {city}", "get_weather", "The weather of a city");
        var answer = await chat.GetResponseAsync("Weather in Bern?", new ChatOptions { Tools = [weather] });

        return answer;
    }

    internal static async Task TypeAsync(IChatClient chat)
    {
        var city = await chat.GetResponseAsync<City>("Capital of Switzerland?", JsonSerializerOptions.Web);
        Console.WriteLine(city.Result.Name);
    }

    internal sealed record City(string Name, int Inhabitants);
}
