using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>The contract of <see cref="IChatClient"/>, kept by the real CLI.</summary>
internal sealed class ChatClientTests
{
    private sealed record City(string Name, int Inhabitants);

    [Test]
    public async Task A_message_is_answered_with_text_usage_and_the_names_of_things()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Text("Bern.").WithUsage(new ScriptedUsage(InputTokens: 10, OutputTokens: 4, CacheReadInputTokens: 100, CacheCreationInputTokens: 7)));
        await using var chat = Client(cli);

        var response = await chat.GetResponseAsync("Capital of Switzerland?", cancellationToken: cli.Deadline);

        Assert.Multiple(() =>
        {
            Assert.That(response.Text, Is.EqualTo("Bern."));
            Assert.That(response.FinishReason, Is.EqualTo(ChatFinishReason.Stop));
            Assert.That(response.Usage!.InputTokenCount, Is.EqualTo(117));
            Assert.That(response.Usage.CachedInputTokenCount, Is.EqualTo(100));
            Assert.That(response.Usage.OutputTokenCount, Is.EqualTo(4));
            Assert.That(response.Usage.TotalTokenCount, Is.EqualTo(121));
            Assert.That(Guid.TryParse(response.ConversationId, out _));
            Assert.That(response.ResponseId, Is.Not.Empty);
            Assert.That(response.ModelId, Is.EqualTo(cli.Api.ConversationRequests[0].Model));
            Assert.That(response.CreatedAt, Is.Not.Null);
            Assert.That(response.RawRepresentation, Is.InstanceOf<ClaudeMessage>());
            Assert.That(response.Messages.Single().Role, Is.EqualTo(ChatRole.Assistant));
            Assert.That(response.Messages.Single().MessageId, Does.StartWith("msg_"));
        });
    }

    [Test]
    public async Task Ten_calls_at_once_are_ten_conversations()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = request => ScriptedReply.Text("echo " + request.LastUserText);
        await using var chat = Client(cli, new ClaudeChatOptions { MaxLiveConversations = 2 });

        var responses = await Task.WhenAll(Enumerable.Range(0, 10).Select(number => chat.GetResponseAsync($"call {number}", cancellationToken: cli.Deadline)));

        Assert.That(responses.Select(response => response.Text), Is.EqualTo(Enumerable.Range(0, 10).Select(number => $"echo call {number}")));
        Assert.That(responses.Select(response => response.ConversationId).Distinct().Count(), Is.EqualTo(10));
        Assert.That(cli.Api.ConversationRequests.Select(Turns), Is.All.EqualTo(1));
    }

    [Test]
    public async Task A_conversation_goes_on_by_its_id_in_the_same_process_and_from_its_transcript_in_another()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = request => ScriptedReply.Text($"answer {Turns(request)}");
        string id;
        int process;
        await using (var chat = Client(cli))
        {
            id = (await chat.GetResponseAsync("one", cancellationToken: cli.Deadline)).ConversationId!;
            process = ProcessOf(chat, id);
            var second = await chat.GetResponseAsync("two", new ChatOptions { ConversationId = id }, cli.Deadline);
            Assert.That(second.ConversationId, Is.EqualTo(id));
            Assert.That(ProcessOf(chat, id), Is.EqualTo(process), "the process is the same");
        }

        await using var later = Client(cli);
        var third = await later.GetResponseAsync("three", new ChatOptions { ConversationId = id }, cli.Deadline);

        Assert.That(third.Text, Is.EqualTo("answer 5"));
        Assert.That(third.ConversationId, Is.EqualTo(id));
        Assert.That(Said(cli.Api.ConversationRequests[^1]), Is.EqualTo(new[] { "user: one", "assistant: answer 1", "user: two", "assistant: answer 3", "user: three" }));
    }

    [Test]
    public async Task Two_calls_to_one_conversation_run_one_after_the_other()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = request => ScriptedReply.Text($"answer {Turns(request)}");
        await using var chat = Client(cli);
        var id = (await chat.GetResponseAsync("one", cancellationToken: cli.Deadline)).ConversationId!;

        var both = await Task.WhenAll(
            chat.GetResponseAsync("two", new ChatOptions { ConversationId = id }, cli.Deadline),
            chat.GetResponseAsync("three", new ChatOptions { ConversationId = id }, cli.Deadline));

        Assert.That(both.Select(response => response.Text).Order(), Is.EqualTo(new[] { "answer 3", "answer 5" }));
    }

    [Test]
    public async Task A_history_reaches_the_model_as_what_it_was()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Text("Sunny, as I said."));
        await using var chat = Client(cli);

        await chat.GetResponseAsync(
            [
                new(ChatRole.System, "You are a weather station."),
                new(ChatRole.User, "@/etc/hostname /context Weather in Bern?"),
                new(ChatRole.Assistant, [new TextContent("Let me look."), new FunctionCallContent("toolu_old", "get_weather", new Dictionary<string, object?> { ["city"] = "Bern" })]),
                new(ChatRole.Tool, [new FunctionResultContent("toolu_old", "sunny")]),
                new(ChatRole.Assistant, "Sunny."),
                new(ChatRole.User, "/context Sure?"),
            ],
            new ChatOptions { Instructions = "Be brief." },
            cli.Deadline);

        var request = cli.Api.ConversationRequests.Single();
        Assert.That(request.SystemBlocks[^1], Does.StartWith("You are a weather station.").And.EndsWith("Be brief."));
        Assert.That(Said(request), Is.EqualTo(new[]
        {
            "user: @/etc/hostname /context Weather in Bern?",
            """assistant: Let me look. [tool_use mcp__functions__get_weather {"city":"Bern"}]""",
            "user: [tool_result toolu_old sunny]",
            "assistant: Sunny.",
            "user: /context Sure?",
        }));
    }

    [Test]
    public async Task A_long_history_keeps_its_order()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Text("42."));
        await using var chat = Client(cli);
        var history = Enumerable.Range(0, 41).Select(number => new ChatMessage(number % 2 == 0 ? ChatRole.User : ChatRole.Assistant, $"m{number}")).ToList();

        await chat.GetResponseAsync(history, cancellationToken: cli.Deadline);

        Assert.That(
            Said(cli.Api.ConversationRequests.Single()),
            Is.EqualTo(Enumerable.Range(0, 41).Select(number => $"{(number % 2 == 0 ? "user" : "assistant")}: m{number}")));
    }

    [Test]
    public async Task An_answer_streams_while_it_is_written_with_thinking_apart()
    {
        await using var cli = await RealCli.StartAsync();
        var gate = new ScriptedGate();
        cli.Api.Enqueue(ScriptedReply.Thinking("Hmm, well.").ThenText("One two three").WaitFor(gate, 8));
        await using var chat = Client(cli);

        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in chat.GetStreamingResponseAsync("Count", cancellationToken: cli.Deadline))
        {
            updates.Add(update);
            if (update.Text.Length > 0)
                gate.Open();
        }

        var response = updates.ToChatResponse();
        Assert.Multiple(() =>
        {
            Assert.That(updates.Count(update => update.Text.Length > 0), Is.GreaterThan(1), "piece by piece");
            Assert.That(response.Text, Is.EqualTo("One two three"));
            Assert.That(response.Messages.Single().Contents.OfType<TextReasoningContent>().Single().Text, Is.EqualTo("Hmm, well."));
            Assert.That(response.Messages.Single().Contents.OfType<TextReasoningContent>().Single().ProtectedData, Is.Not.Empty);
            Assert.That(updates.Select(update => update.ResponseId).Distinct().Count(), Is.EqualTo(1));
            Assert.That(updates.Select(update => update.ConversationId).Distinct().Count(), Is.EqualTo(1));
            Assert.That(updates[^1].Contents.OfType<UsageContent>().Single().Details.OutputTokenCount, Is.GreaterThan(0));
            Assert.That(updates[^1].FinishReason, Is.EqualTo(ChatFinishReason.Stop));
        });
    }

    [Test]
    public async Task Functions_run_in_this_program_once_even_below_function_invocation([Values] bool pipeline)
    {
        await using var cli = await RealCli.StartAsync();
        var calls = 0;
        var function = AIFunctionFactory.Create(
            (string city) =>
            {
                Interlocked.Increment(ref calls);
                return $"sunny in {city}";
            },
            "get_weather",
            "The weather of a city");
        cli.Api.Enqueue(ScriptedReply.Text("I look. ").ThenToolUse("mcp__functions__get_weather", """{"city":"Bern"}""", "toolu_1"));
        cli.Api.Enqueue(ScriptedReply.Text("It is sunny."));
        await using var own = Client(cli);
        var chat = pipeline ? own.AsBuilder().UseFunctionInvocation().Build() : own;

        var response = await chat.GetResponseAsync("Weather in Bern?", new ChatOptions { Tools = [function] }, cli.Deadline);

        var call = response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Single();
        var result = response.Messages.Single(message => message.Role == ChatRole.Tool).Contents.OfType<FunctionResultContent>().Single();
        Assert.Multiple(() =>
        {
            Assert.That(calls, Is.EqualTo(1));
            Assert.That(call.Name, Is.EqualTo("get_weather"));
            Assert.That(call.Arguments!["city"]!.ToString(), Is.EqualTo("Bern"));
            Assert.That(call.InformationalOnly, Is.True);
            Assert.That(result.CallId, Is.EqualTo(call.CallId));
            Assert.That(result.Result, Is.EqualTo("sunny in Bern"));
            Assert.That(response.Messages.Select(message => message.Role), Is.EqualTo(new[] { ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant }));
            Assert.That(response.Messages[^1].Text, Is.EqualTo("It is sunny."));
            Assert.That(cli.Api.ConversationRequests, Has.Count.EqualTo(2));
            Assert.That(cli.Api.ConversationRequests[0].Body.GetRawText(), Does.Contain("The weather of a city"));
        });
    }

    [Test]
    public async Task The_next_call_runs_its_own_function_objects_in_the_same_process()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = request => request.ToolResults.Count > 0 ? ScriptedReply.Text(request.ToolResults[0].GetRawText()) : ScriptedReply.ToolUse("mcp__functions__who");
        await using var chat = Client(cli);
        ChatOptions With(string name, string? id) => new() { ConversationId = id, Tools = [AIFunctionFactory.Create(() => name, "who")] };

        var first = await chat.GetResponseAsync("Who?", With("first caller", null), cli.Deadline);
        var process = ProcessOf(chat, first.ConversationId);
        var second = await chat.GetResponseAsync("Who?", With("second caller", first.ConversationId), cli.Deadline);

        Assert.That(first.Text, Does.Contain("first caller"));
        Assert.That(second.Text, Does.Contain("second caller"));
        Assert.That(ProcessOf(chat, first.ConversationId), Is.EqualTo(process));
    }

    [Test]
    public async Task A_function_sees_the_span_of_its_call_and_the_context_of_the_caller()
    {
        using var spans = new SpanRecorder();
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.ToolUse("mcp__functions__look"));
        cli.Api.Enqueue(ScriptedReply.Text("ok"));
        await using var chat = Client(cli);
        using var caller = spans.Source.StartActivity("caller")!;
        var tenant = new AsyncLocal<string> { Value = "acme" };
        (Activity? Activity, string? Tenant) seen = default;

        await chat.GetResponseAsync(
            "Look", new ChatOptions { Tools = [AIFunctionFactory.Create(() => { seen = (Activity.Current, tenant.Value); }, "look")] }, cli.Deadline);

        Assert.That(seen.Tenant, Is.EqualTo("acme"));
        Assert.That(seen.Activity?.TraceId, Is.EqualTo(caller.TraceId));
        Assert.That(SelfAndParents(seen.Activity!, spans), Does.Contain("execute_tool mcp__functions__look"));
    }

    [Test]
    public async Task A_schema_gives_an_object_of_the_type()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Text("Let me think. ").ThenToolUse("StructuredOutput", """{"name":"Bern","inhabitants":134000}"""));
        await using var chat = Client(cli);

        var response = await chat.GetResponseAsync<City>("Capital of Switzerland?", new JsonSerializerOptions(JsonSerializerOptions.Web), cancellationToken: cli.Deadline);

        Assert.That(response.Result, Is.EqualTo(new City("Bern", 134000)));
        Assert.That(response.Text, Is.EqualTo("""{"name":"Bern","inhabitants":134000}"""));
        Assert.That(response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>(), Is.Empty, "how the CLI gets the answer is its own affair");
    }

    [Test]
    public async Task Sampling_and_limits_reach_the_model_and_what_cannot_is_named()
    {
        await using var cli = await RealCli.StartAsync();
        await using var chat = Client(cli);

        var response = await chat.GetResponseAsync(
            "Hello",
            new ChatOptions
            {
                ModelId = "claude-haiku-4-5", MaxOutputTokens = 777, Temperature = 0.5f, TopP = 0.25f, TopK = 5, StopSequences = ["END"], Seed = 1,
                FrequencyPenalty = 1, Reasoning = new ReasoningOptions { Effort = ReasoningEffort.None },
            },
            cli.Deadline);

        var body = cli.Api.ConversationRequests.Single().Body;
        Assert.Multiple(() =>
        {
            Assert.That(body.GetProperty("model").GetString(), Does.StartWith("claude-haiku-4-5"));
            Assert.That(body.GetProperty("max_tokens").GetInt32(), Is.EqualTo(777));
            Assert.That(body.GetProperty("temperature").GetDouble(), Is.EqualTo(0.5));
            Assert.That(body.GetProperty("top_p").GetDouble(), Is.EqualTo(0.25));
            Assert.That(body.GetProperty("top_k").GetInt32(), Is.EqualTo(5));
            Assert.That(body.GetProperty("stop_sequences").GetRawText(), Is.EqualTo("""["END"]"""));
            Assert.That(response.AdditionalProperties!["ignored_options"], Is.EqualTo(new[] { "FrequencyPenalty", "Seed" }));
        });
    }

    [Test]
    public async Task Other_instructions_and_another_model_take_effect_in_a_conversation_that_goes_on()
    {
        await using var cli = await RealCli.StartAsync();
        await using var chat = Client(cli);
        var first = await chat.GetResponseAsync("one", new ChatOptions { Instructions = "Be brief." }, cli.Deadline);
        await chat.GetResponseAsync("two", new ChatOptions { ConversationId = first.ConversationId, Instructions = "Be brief.", ModelId = "claude-haiku-4-5" }, cli.Deadline);
        await chat.GetResponseAsync("three", new ChatOptions { ConversationId = first.ConversationId, Instructions = "Be wordy." }, cli.Deadline);

        var requests = cli.Api.ConversationRequests;
        Assert.That(requests.Select(request => request.SystemBlocks[^1]), Is.EqualTo(new[] { "Be brief.", "Be brief.", "Be wordy." }));
        Assert.That(requests[1].Model, Does.StartWith("claude-haiku-4-5"));
        Assert.That(requests[2].Model, Does.StartWith("claude-haiku-4-5"), "a conversation keeps its model until another is named");
        Assert.That(Turns(requests[2]), Is.EqualTo(5));
    }

    [Test]
    public async Task An_answer_ends_at_the_limit_on_its_length_and_the_conversation_goes_on()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Text("one two three").WithStopReason("max_tokens").WithUsage(new ScriptedUsage(10, 3)));
        await using var chat = Client(cli);

        var response = await chat.GetResponseAsync("Count", new ChatOptions { MaxOutputTokens = 3 }, cli.Deadline);

        Assert.That(response.Text, Is.EqualTo("one two three"));
        Assert.That(response.FinishReason, Is.EqualTo(ChatFinishReason.Length));
        Assert.That(response.Usage!.OutputTokenCount, Is.EqualTo(3));
        cli.Api.Default = _ => ScriptedReply.Text("four");
        var next = await chat.GetResponseAsync("Go on", new ChatOptions { MaxOutputTokens = 3, ConversationId = response.ConversationId }, cli.Deadline);
        Assert.That(next.Text, Is.EqualTo("four"));
    }

    [Test]
    public async Task Images_and_documents_are_content_blocks()
    {
        await using var cli = await RealCli.StartAsync();
        await using var chat = Client(cli);
        byte[] png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

        await chat.GetResponseAsync(
            [new ChatMessage(ChatRole.User, [new TextContent("What is this?"), new DataContent(png, "image/png"), new DataContent("%PDF-1.4"u8.ToArray(), "application/pdf"), new UriContent("https://example.com/a.png", "image/png")])],
            cancellationToken: cli.Deadline);

        var blocks = cli.Api.ConversationRequests.Single().Messages.Single(message => message.GetProperty("role").GetString() == "user").GetProperty("content").EnumerateArray().ToList();
        Assert.That(blocks.Where(block => block.GetProperty("type").GetString() != "text").Select(block => $"{block.GetProperty("type")} {block.GetProperty("source").GetProperty("type")}"),
            Is.EqualTo(new[] { "image base64", "document base64", "image url" }));
    }

    [Test]
    public async Task An_error_of_the_api_is_an_exception_and_the_conversation_stays_usable()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Text("fine"));
        cli.Api.When(request => request.LastUserText == "two", ScriptedReply.Error(400, "No."));
        await using var chat = Client(cli);
        var first = await chat.GetResponseAsync("one", cancellationToken: cli.Deadline);

        var failure = await Assert.ThrowsAsync<ClaudeApiException>(() => chat.GetResponseAsync("two", new ChatOptions { ConversationId = first.ConversationId }, cli.Deadline));
        Assert.That(failure!.Status, Is.EqualTo(400));
        Assert.That((await chat.GetResponseAsync("three", new ChatOptions { ConversationId = first.ConversationId }, cli.Deadline)).Text, Is.Not.Empty);
    }

    [Test]
    public async Task Cancelling_interrupts_the_turn_and_leaves_the_conversation_usable()
    {
        await using var cli = await RealCli.StartAsync();
        var gate = new ScriptedGate();
        cli.Api.Enqueue(ScriptedReply.Text("first"));
        cli.Api.Enqueue(ScriptedReply.Text("a b c d e f").WaitFor(gate, 4));
        await using var chat = Client(cli);
        var id = (await chat.GetResponseAsync("one", cancellationToken: cli.Deadline)).ConversationId;
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(cli.Deadline);

        Assert.That(
            async () =>
            {
                await foreach (var update in chat.GetStreamingResponseAsync("two", new ChatOptions { ConversationId = id }, cancel.Token))
                {
                    if (update.Text.Length > 0)
                        await cancel.CancelAsync();
                }
            },
            Throws.InstanceOf<OperationCanceledException>());
        gate.Open();

        cli.Api.Default = _ => ScriptedReply.Text("still here");
        Assert.That((await chat.GetResponseAsync("three", new ChatOptions { ConversationId = id }, cli.Deadline)).Text, Is.EqualTo("still here"));
    }

    [Test]
    public async Task Conversations_beyond_the_limit_are_closed_and_go_on_from_their_transcript()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = request => ScriptedReply.Text($"answer {Turns(request)}");
        await using var chat = Client(cli, new ClaudeChatOptions { MaxLiveConversations = 1 });
        var one = (await chat.GetResponseAsync("one", cancellationToken: cli.Deadline)).ConversationId!;
        var client = ServedBy(chat, one);
        await chat.GetResponseAsync("other", cancellationToken: cli.Deadline);

        await client.Completion.WaitAsync(cli.Deadline);
        Assert.That((await chat.GetResponseAsync("again", new ChatOptions { ConversationId = one }, cli.Deadline)).Text, Is.EqualTo("answer 3"));
    }

    [Test]
    public async Task A_conversation_that_does_not_exist_is_an_error_at_once()
    {
        await using var cli = await RealCli.StartAsync();
        await using var chat = Client(cli);
        var failure = await Assert.ThrowsAsync<CliExitedException>(
            () => chat.GetResponseAsync("hello", new ChatOptions { ConversationId = Guid.NewGuid().ToString() }, cli.Deadline));
        Assert.That(failure!.Message, Does.Contain("No conversation found"));
    }

    private static ClaudeChatClient Client(RealCli cli, ClaudeChatOptions? chat = null) => new(cli.NewOptions(options => options.Tools = ToolSet.None), chat);

    private static ClaudeClient ServedBy(ClaudeChatClient chat, string? conversationId) =>
        (ClaudeClient?)chat.GetService(typeof(ClaudeClient), conversationId) ?? throw new AssertionException("The conversation has no living CLI.");

    private static int ProcessOf(ClaudeChatClient chat, string? conversationId) => ServedBy(chat, conversationId).ProcessId;

    private static IEnumerable<string> SelfAndParents(Activity activity, SpanRecorder spans)
    {
        for (Activity? each = activity; each is not null; each = each.Parent ?? spans.All.FirstOrDefault(span => span.SpanId == each.ParentSpanId))
            yield return each.DisplayName;
    }

    private static int Turns(RecordedRequest request) => request.Messages.Count(IsSaid);

    /// <summary>The CLI puts messages of its own between those of the conversation, on the date and the folder.</summary>
    private static bool IsSaid(JsonElement message) => message.GetProperty("role").GetString() != "system";

    /// <summary>The messages as one reads them, without the CLI's reminders.</summary>
    private static List<string> Said(RecordedRequest request) => [.. request.Messages.Where(IsSaid).Select(message =>
    {
        var content = message.GetProperty("content");
        var parts = content.ValueKind == JsonValueKind.String
            ? [content.GetString()!]
            : content.EnumerateArray().Select(PartOf).Where(part => !part.StartsWith("<system-reminder>", StringComparison.Ordinal)).ToList();
        return $"{message.GetProperty("role")}: {string.Join(' ', parts)}";
    })];

    private static string PartOf(JsonElement block) => block.GetProperty("type").GetString() switch
    {
        "text" => block.GetProperty("text").GetString()!,
        "tool_use" => $"[tool_use {block.GetProperty("name")} {block.GetProperty("input").GetRawText()}]",
        "tool_result" => $"[tool_result {block.GetProperty("tool_use_id")} {ResultText(block.GetProperty("content"))}]",
        var other => $"[{other}]",
    };

    private static string ResultText(JsonElement content) =>
        content.ValueKind == JsonValueKind.String ? content.GetString()! : string.Concat(content.EnumerateArray().Select(part => part.GetProperty("text").GetString()));
}
