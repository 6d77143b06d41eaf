using Microsoft.Extensions.AI;

namespace Nexus.Claude.Server.Tests.Clients;

/// <summary>Microsoft.Extensions.AI on top of the official .NET client.</summary>
[Property("gateway-row", 41)]
internal sealed class ExtensionsAITests
{
    private static GatewayUnderTest s_gateway = null!;

    [OneTimeSetUp]
    public static async Task StartGateway() => s_gateway = await GatewayUnderTest.StartAsync();

    [OneTimeTearDown]
    public static async Task StopGateway() => await s_gateway.DisposeAsync();

    private static IChatClient Chat() => OpenAIChatTests.ClientOf(s_gateway.Address).GetChatClient("sonnet").AsIChatClient();

    [Test]
    public async Task A_chat_is_answered_with_its_usage()
    {
        using var chat = Chat();
        var response = await chat.GetResponseAsync("[[usage:100,20,5,6]] [[say:Hello there]]");
        Assert.That(response.Text, Is.EqualTo("Hello there"));
        Assert.That(response.FinishReason, Is.EqualTo(ChatFinishReason.Stop));
        Assert.That((response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.CachedInputTokenCount), Is.EqualTo((125, 6, 20)));
    }

    [Test]
    public async Task A_stream_is_answered_in_pieces()
    {
        using var chat = Chat();
        List<string> pieces = [];
        await foreach (var update in chat.GetStreamingResponseAsync("[[chunks:one |two]]"))
        {
            if (update.Text.Length > 0)
                pieces.Add(update.Text);
        }

        Assert.That(pieces, Is.EqualTo(new[] { "one ", "two" }));
    }

    [TestCase(false)]
    [TestCase(true)]
    [Property("gateway-row", 7)]
    public async Task Functions_are_called_in_a_loop_single_and_parallel(bool stream)
    {
        List<string> cities = [];
        var weather = AIFunctionFactory.Create(
            (string city) =>
            {
                lock (cities)
                    cities.Add(city);
                return city == "Bern" ? """sunny [[call:get_weather {"city":"Oslo"}]] [[call:get_weather {"city":"Rome"}]]""" : $"rain in {city}";
            },
            new AIFunctionFactoryOptions
            {
                Name = "get_weather",
                Description = "The weather of a city",

                // As text and not as a JSON string: the model of these tests reads instructions in it.
                MarshalResult = static (result, _, _) => ValueTask.FromResult(result),
            });
        using var chat = Chat().AsBuilder().UseFunctionInvocation().Build();
        var options = new ChatOptions { Tools = [weather] };
        const string Prompt = """[[call:get_weather {"city":"Bern"}]]""";
        string text;
        if (stream)
        {
            text = "";
            await foreach (var update in chat.GetStreamingResponseAsync(Prompt, options))
                text += update.Text;
        }
        else
        {
            text = (await chat.GetResponseAsync(Prompt, options)).Text;
        }

        Assert.That(cities, Is.EquivalentTo(new[] { "Bern", "Oslo", "Rome" }));
        Assert.That(text, Does.Contain("rain in Oslo").And.Contain("rain in Rome"));
    }

    [Test]
    [Property("gateway-row", 18)]
    public async Task Structured_output_is_a_typed_value()
    {
        using var chat = Chat();
        var response = await chat.GetResponseAsync<Answer>("""[[say:{"number": 42, "word": "六"}]]""");
        Assert.That(response.Result, Is.EqualTo(new Answer(42, "六")));
    }

    [Test]
    [Property("gateway-row", 21)]
    public async Task Images_reach_the_model_as_blocks()
    {
        using var chat = Chat();
        var message = new ChatMessage(ChatRole.User, [new DataContent(Convert.FromBase64String(Turns.MediaInputTests.Png), "image/png"), new TextContent("[[images]]")]);
        Assert.That((await chat.GetResponseAsync(message)).Text, Is.EqualTo("base64 image/png"));
    }

    private sealed record Answer(int Number, string Word);
}
