#pragma warning disable OPENAI001 // The client says that these parts of it may change.
using System.ClientModel;
using System.Text.Json;
using OpenAI.Responses;

namespace Nexus.Claude.Server.Tests.Clients;

/// <summary>Responses and conversations by the official .NET client.</summary>
[Property("gateway-row", 34)]
[Property("gateway-row", 41)]
internal sealed class OpenAIResponseTests
{
    private static GatewayUnderTest s_gateway = null!;

    [OneTimeSetUp]
    public static async Task StartGateway() => s_gateway = await GatewayUnderTest.StartAsync();

    [OneTimeTearDown]
    public static async Task StopGateway() => await s_gateway.DisposeAsync();

    private static ResponsesClient Responses => OpenAIChatTests.ClientOf(s_gateway.Address).GetResponsesClient();

    [Test]
    public async Task A_response_has_the_text_and_the_usage()
    {
        ResponseResult response = await Responses.CreateResponseAsync("sonnet", "[[say:Hello there]]");
        Assert.That(response.GetOutputText(), Is.EqualTo("Hello there"));
        Assert.That(response.Status, Is.EqualTo(ResponseStatus.Completed));
        Assert.That(response.Usage.TotalTokenCount, Is.GreaterThan(0));
    }

    [Test]
    public async Task A_response_goes_on_from_another()
    {
        ResponseResult first = await Responses.CreateResponseAsync("sonnet", "My name is Ada. [[say:Hello Ada]]");
        var options = new CreateResponseOptions { Model = "sonnet", PreviousResponseId = first.Id };
        options.InputItems.Add(ResponseItem.CreateUserMessageItem("[[history]]"));
        ResponseResult second = await Responses.CreateResponseAsync(options);
        Assert.That(second.GetOutputText(), Is.EqualTo("user assistant user"));
    }

    [Test]
    public async Task A_response_streams_its_text()
    {
        var options = new CreateResponseOptions { Model = "sonnet", StreamingEnabled = true };
        options.InputItems.Add(ResponseItem.CreateUserMessageItem("[[chunks:one |two]]"));
        var text = "";
        var isComplete = false;
        await foreach (var update in await Responses.CreateResponseStreamingAsync(options))
        {
            if (update is StreamingResponseOutputTextDeltaUpdate delta)
                text += delta.Delta;
            isComplete |= update is StreamingResponseCompletedUpdate;
        }

        Assert.That((text, isComplete), Is.EqualTo(("one two", true)));
    }

    [Test]
    public async Task A_response_calls_tools_and_takes_their_results()
    {
        var tool = ResponseTool.CreateFunctionTool(
            "get_weather", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}}}"""), strictModeEnabled: false);
        var options = new CreateResponseOptions { Model = "sonnet", Tools = { tool } };
        options.InputItems.Add(ResponseItem.CreateUserMessageItem("""[[call:get_weather {"city":"Bern"}]]"""));
        ResponseResult first = await Responses.CreateResponseAsync(options);
        var call = first.OutputItems.OfType<FunctionCallResponseItem>().Single();
        using var arguments = JsonDocument.Parse(call.FunctionArguments);
        Assert.That((call.FunctionName, arguments.RootElement.GetProperty("city").GetString()), Is.EqualTo(("get_weather", "Bern")));

        var next = new CreateResponseOptions { Model = "sonnet", PreviousResponseId = first.Id, Tools = { tool } };
        next.InputItems.Add(ResponseItem.CreateFunctionCallOutputItem(call.CallId, "sunny"));
        ResponseResult second = await Responses.CreateResponseAsync(next);
        Assert.That(second.GetOutputText(), Is.EqualTo("Results: sunny"));
    }

    [Test]
    [Property("gateway-row", 13)]
    public async Task A_conversation_is_created_used_read_and_deleted()
    {
        var conversations = OpenAIChatTests.ClientOf(s_gateway.Address).GetConversationClient();
        var created = await conversations.CreateConversationAsync(BinaryContent.Create(BinaryData.FromString("""{"metadata":{"topic":"names"}}""")));
        using var conversation = JsonDocument.Parse(created.GetRawResponse().Content);
        var id = conversation.RootElement.GetProperty("id").GetString()!;
        Assert.That(id, Does.StartWith("conv_"));

        var options = new CreateResponseOptions { Model = "sonnet", ConversationOptions = new ResponseConversationOptions(id) };
        options.InputItems.Add(ResponseItem.CreateUserMessageItem("My name is Ada. [[say:Hello Ada]]"));
        ResponseResult first = await Responses.CreateResponseAsync(options);
        Assert.That(first.GetOutputText(), Is.EqualTo("Hello Ada"));
        var found = await conversations.GetConversationAsync(id, null);
        Assert.That(found.GetRawResponse().Content.ToString(), Does.Contain("names"));
        await conversations.DeleteConversationAsync(id, null);
        var gone = await Assert.ThrowsAsync<ClientResultException>(async () => await conversations.GetConversationAsync(id, null));
        Assert.That(gone.Status, Is.EqualTo(404));
    }
}
