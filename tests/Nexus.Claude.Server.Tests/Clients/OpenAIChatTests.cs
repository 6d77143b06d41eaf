#pragma warning disable OPENAI001 // The client says that files may change.
using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI;
using OpenAI.Chat;

namespace Nexus.Claude.Server.Tests.Clients;

/// <summary>The official .NET client against the gateway: a port, the real CLI, a model that does what the prompt says.</summary>
[Property("gateway-row", 41)]
internal sealed class OpenAIChatTests
{
    private static GatewayUnderTest s_gateway = null!;

    private static readonly ChatTool Weather = ChatTool.CreateFunctionTool(
        "get_weather", "The weather of a city", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"""));

    [OneTimeSetUp]
    public static async Task StartGateway() => s_gateway = await GatewayUnderTest.StartAsync();

    [OneTimeTearDown]
    public static async Task StopGateway() => await s_gateway.DisposeAsync();

    /// <summary>A client of a gateway.</summary>
    public static OpenAIClient ClientOf(Uri address) => new(
        new ApiKeyCredential("sk-none"),
        new OpenAIClientOptions { Endpoint = new Uri(address, "/v1"), RetryPolicy = new ClientRetryPolicy(0), NetworkTimeout = TimeSpan.FromMinutes(3) });

    private static ChatClient Chat => ClientOf(s_gateway.Address).GetChatClient("sonnet");

    [Test]
    public async Task A_chat_is_answered_with_its_usage()
    {
        ChatCompletion completion = await Chat.CompleteChatAsync("[[usage:100,20,5,6]] [[say:Hello there]]");
        Assert.That(completion.Content.Single().Text, Is.EqualTo("Hello there"));
        Assert.That(completion.FinishReason, Is.EqualTo(ChatFinishReason.Stop));
        Assert.That(completion.Role, Is.EqualTo(ChatMessageRole.Assistant));
        Assert.That((completion.Usage.InputTokenCount, completion.Usage.OutputTokenCount, completion.Usage.TotalTokenCount), Is.EqualTo((125, 6, 131)));
        Assert.That(completion.Usage.InputTokenDetails.CachedTokenCount, Is.EqualTo(20));
    }

    [Test]
    public async Task A_stream_brings_pieces_one_finish_reason_and_the_usage()
    {
        List<string> pieces = [];
        List<ChatFinishReason> finishes = [];
        ChatTokenUsage? usage = null;
        await foreach (var update in Chat.CompleteChatStreamingAsync("[[chunks:one |two |three]]"))
        {
            pieces.AddRange(update.ContentUpdate.Select(static part => part.Text).Where(static text => text.Length > 0));
            if (update.FinishReason is { } reason)
                finishes.Add(reason);
            usage = update.Usage ?? usage;
        }

        Assert.That(pieces, Is.EqualTo(new[] { "one ", "two ", "three" }));
        Assert.That(finishes, Is.EqualTo(new[] { ChatFinishReason.Stop }));
        Assert.That(usage!.TotalTokenCount, Is.GreaterThan(0));
    }

    [Test]
    [Property("gateway-row", 6)]
    public async Task A_tool_loop_goes_through_several_steps()
    {
        List<ChatMessage> messages = [new UserChatMessage("""[[call:get_weather {"city":"Bern"}]]""")];
        var options = new ChatCompletionOptions { Tools = { Weather } };
        ChatCompletion first = await Chat.CompleteChatAsync(messages, options);
        Assert.That(first.FinishReason, Is.EqualTo(ChatFinishReason.ToolCalls));
        var call = first.ToolCalls.Single();
        Assert.That((call.FunctionName, City(call.FunctionArguments)), Is.EqualTo(("get_weather", "Bern")));

        messages.Add(new AssistantChatMessage(first));
        messages.Add(new ToolChatMessage(call.Id, """sunny, but [[call:get_weather {"city":"Oslo"}]]"""));
        ChatCompletion second = await Chat.CompleteChatAsync(messages, options);
        Assert.That(City(second.ToolCalls.Single().FunctionArguments), Is.EqualTo("Oslo"));

        messages.Add(new AssistantChatMessage(second));
        messages.Add(new ToolChatMessage(second.ToolCalls.Single().Id, "rain"));
        ChatCompletion third = await Chat.CompleteChatAsync(messages, options);
        Assert.That(third.Content.Single().Text, Does.Contain("rain"));
        Assert.That(third.FinishReason, Is.EqualTo(ChatFinishReason.Stop));
    }

    [Test]
    [Property("gateway-row", 7)]
    public async Task Parallel_calls_are_streamed_and_answered()
    {
        List<ChatMessage> messages = [new UserChatMessage("""[[call:get_weather {"city":"Bern"}]] [[call:get_weather {"city":"Oslo"}]]""")];
        var options = new ChatCompletionOptions { Tools = { Weather } };
        var calls = new SortedDictionary<int, (string Id, string Name, string Arguments)>();
        ChatFinishReason? finish = null;
        await foreach (var update in Chat.CompleteChatStreamingAsync(messages, options))
        {
            foreach (var piece in update.ToolCallUpdates)
            {
                var known = calls.GetValueOrDefault(piece.Index, ("", "", ""));
                calls[piece.Index] = (piece.ToolCallId ?? known.Item1, piece.FunctionName ?? known.Item2, known.Item3 + piece.FunctionArgumentsUpdate);
            }

            finish = update.FinishReason ?? finish;
        }

        Assert.That(finish, Is.EqualTo(ChatFinishReason.ToolCalls));
        Assert.That(calls.Keys, Is.EqualTo(new[] { 0, 1 }));
        Assert.That(calls.Values.Select(static call => City(BinaryData.FromString(call.Arguments))), Is.EqualTo(new[] { "Bern", "Oslo" }));

        messages.Add(new AssistantChatMessage(calls.Values.Select(static call => ChatToolCall.CreateFunctionToolCall(call.Id, call.Name, BinaryData.FromString(call.Arguments)))));
        messages.AddRange(calls.Values.Select(static call => new ToolChatMessage(call.Id, "w" + call.Id)));
        ChatCompletion answer = await Chat.CompleteChatAsync(messages, options);
        Assert.That(answer.Content.Single().Text, Is.EqualTo("Results: " + string.Join(", ", calls.Values.Select(static call => "w" + call.Id))));
    }

    [Test]
    [Property("gateway-row", 8)]
    [Property("gateway-row", 9)]
    public async Task Tool_choice_reaches_the_model()
    {
        var options = new ChatCompletionOptions { Tools = { Weather }, ToolChoice = ChatToolChoice.CreateFunctionChoice("get_weather"), AllowParallelToolCalls = false };
        ChatCompletion completion = await Chat.CompleteChatAsync(["[[body:tool_choice]]"], options);
        using var choice = JsonDocument.Parse(completion.Content.Single().Text);
        Assert.That(choice.RootElement.GetProperty("type").GetString(), Is.EqualTo("tool"));
        Assert.That(choice.RootElement.GetProperty("name").GetString(), Does.EndWith("get_weather"));
        Assert.That(choice.RootElement.GetProperty("disable_parallel_tool_use").GetBoolean(), Is.True);
    }

    [Test]
    [Property("gateway-row", 16)]
    [Property("gateway-row", 17)]
    public async Task Sampling_values_reach_the_model()
    {
        ChatCompletion stop = await Chat.CompleteChatAsync(["[[body:stop_sequences]]"], new ChatCompletionOptions { StopSequences = { "END" } });
        Assert.That(stop.Content.Single().Text, Is.EqualTo("""["END"]"""));
        // The newest models think by themselves and take no temperature.
        var older = ClientOf(s_gateway.Address).GetChatClient("claude-sonnet-4-5");
        ChatCompletion temperature = await older.CompleteChatAsync(["[[body:temperature]]"], new ChatCompletionOptions { Temperature = 0.25f });
        Assert.That(temperature.Content.Single().Text, Is.EqualTo("0.25"));
        ChatCompletion tokens = await Chat.CompleteChatAsync(["[[body:max_tokens]]"], new ChatCompletionOptions { MaxOutputTokenCount = 77 });
        Assert.That(tokens.Content.Single().Text, Is.EqualTo("77"));
    }

    [Test]
    [Property("gateway-row", 18)]
    public async Task A_schema_reaches_the_model_and_its_value_comes_back()
    {
        var options = new ChatCompletionOptions
        {
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat(
                "answer",
                BinaryData.FromString("""{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}"""),
                jsonSchemaIsStrict: true),
        };
        ChatCompletion completion = await Chat.CompleteChatAsync(["""[[say:{"n": 42}]]"""], options);
        using var value = JsonDocument.Parse(completion.Content.Single().Text);
        Assert.That(value.RootElement.GetProperty("n").GetInt32(), Is.EqualTo(42));
        ChatCompletion sent = await Chat.CompleteChatAsync(["[[body:output_config]]"], options);
        Assert.That(sent.Content.Single().Text, Does.Contain("json_schema").And.Contain("\"n\""));
    }

    [Test]
    [Property("gateway-row", 21)]
    [Property("gateway-row", 22)]
    [Property("seed-row", 108)]
    public async Task Images_reach_the_model_as_blocks()
    {
        var message = new UserChatMessage(
            ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(Convert.FromBase64String(Turns.MediaInputTests.Png)), "image/png"),
            ChatMessageContentPart.CreateImagePart(new Uri("https://example.invalid/a.png")),
            ChatMessageContentPart.CreateTextPart("[[images]]"));
        ChatCompletion completion = await Chat.CompleteChatAsync(message);
        Assert.That(completion.Content.Single().Text, Is.EqualTo("base64 image/png, url https://example.invalid/a.png"));
    }

    [Test]
    [Property("gateway-row", 23)]
    public async Task A_pdf_reaches_the_model_as_a_document()
    {
        var message = new UserChatMessage(
            ChatMessageContentPart.CreateFilePart(BinaryData.FromBytes("%PDF-1.4\n%"u8.ToArray()), "application/pdf", "a.pdf"),
            ChatMessageContentPart.CreateTextPart("[[body:messages]]"));
        ChatCompletion completion = await Chat.CompleteChatAsync(message);
        Assert.That(completion.Content.Single().Text, Does.Contain("\"document\"").And.Contain("application/pdf"));
    }

    [Test]
    [Property("gateway-row", 12)]
    public async Task A_history_arrives_as_messages()
    {
        ChatCompletion completion = await Chat.CompleteChatAsync(
        [
            new SystemChatMessage("Be brief."),
            new UserChatMessage("One"),
            new AssistantChatMessage("Two"),
            new UserChatMessage("Three"),
            new AssistantChatMessage("Four"),
            new UserChatMessage("[[history]]"),
        ]);
        Assert.That(completion.Content.Single().Text, Is.EqualTo("user assistant user assistant user"));
    }

    [TestCase("你好，世界 👩‍👩‍👧 שלום")]
    [TestCase("a\"b\\c\td")]
    [Property("seed-row", 99)]
    public async Task Any_unicode_arrives_as_it_was(string words)
    {
        var text = "";
        await foreach (var update in Chat.CompleteChatStreamingAsync($"[[say:{words}]]"))
            text += string.Concat(update.ContentUpdate.Select(static part => part.Text));
        Assert.That(text, Is.EqualTo(words));
    }

    [TestCase(400, 400)]
    [TestCase(429, 429)]
    [TestCase(529, 503)]
    [Property("gateway-row", 5)]
    [Property("gateway-row", 26)]
    public async Task Errors_of_the_model_have_their_status_also_for_streams(int upstream, int status)
    {
        var whole = await Assert.ThrowsAsync<ClientResultException>(async () => await Chat.CompleteChatAsync($"[[error:{upstream}]]"));
        Assert.That(whole.Status, Is.EqualTo(status));
        var streamed = await Assert.ThrowsAsync<ClientResultException>(async () =>
        {
            await foreach (var update in Chat.CompleteChatStreamingAsync($"[[error:{upstream}]]"))
                Assert.Fail($"A piece came: {update.ContentUpdate.Count}");
        });
        Assert.That(streamed.Status, Is.EqualTo(status));
    }

    [Test]
    [Property("gateway-row", 24)]
    public async Task Models_are_listed_found_and_not_found()
    {
        var models = ClientOf(s_gateway.Address).GetOpenAIModelClient();
        var list = (await models.GetModelsAsync()).Value;
        Assert.That(list.Select(static model => model.Id), Has.Some.EqualTo("sonnet"));
        Assert.That((await models.GetModelAsync("sonnet")).Value.Id, Is.EqualTo("sonnet"));
        var unknown = await Assert.ThrowsAsync<ClientResultException>(async () => await models.GetModelAsync("nope"));
        Assert.That(unknown.Status, Is.EqualTo(404));
        var asked = await Assert.ThrowsAsync<ClientResultException>(async () => await ClientOf(s_gateway.Address).GetChatClient("nope").CompleteChatAsync("Hi"));
        Assert.That(asked.Status, Is.EqualTo(404));
    }

    [Test]
    [Property("seed-row", 102)]
    public async Task Tools_of_claude_code_are_neither_offered_nor_called()
    {
        ChatCompletion completion = await Chat.CompleteChatAsync("[[body:tools]]");
        Assert.That(completion.Content.Single().Text, Is.EqualTo("[]").Or.EqualTo("absent"));
    }

    private static string? City(BinaryData arguments)
    {
        using var document = JsonDocument.Parse(arguments);
        return document.RootElement.GetProperty("city").GetString();
    }
}
