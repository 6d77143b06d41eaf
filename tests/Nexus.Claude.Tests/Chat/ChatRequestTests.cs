using Microsoft.Extensions.AI;
using Nexus.Claude.Chat;

namespace Nexus.Claude.Tests.Chat;

/// <summary>How a call is put into the terms of the CLI, and what it refuses.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class ChatRequestTests
{
    [Test]
    public void Messages_become_turns_that_alternate_and_end_with_the_user()
    {
        var request = Request([
            new(ChatRole.System, "S1"), new(ChatRole.System, "S2"), new(ChatRole.Assistant, "Hi"), new(ChatRole.User, "A"), new(ChatRole.User, "B"),
            new(ChatRole.System, "note"), new(ChatRole.Assistant, "C"),
        ], new ChatOptions { Instructions = "I" });

        Assert.That(request.SystemText, Is.EqualTo("S1\n\nS2\n\nI"));
        Assert.That(request.History.Select(turn => (turn.IsAssistant, Text(turn.Content))), Is.EqualTo(new[]
        {
            (false, "(The conversation begins.)"), (true, "Hi"), (false, "A|B|<system-reminder>\nnote\n</system-reminder>"), (true, "C"),
        }));
        Assert.That(Text(request.Prompt), Is.EqualTo("Continue."));
    }

    [Test]
    public void In_a_conversation_that_goes_on_nothing_is_put_before_what_is_new()
    {
        var request = Request([new(ChatRole.Assistant, "said elsewhere"), new(ChatRole.User, "A")], new ChatOptions { ConversationId = Guid.NewGuid().ToString() });
        Assert.That(request.History.Select(turn => Text(turn.Content)), Is.EqualTo(new[] { "said elsewhere" }));
        Assert.That(request.SystemText, Is.Null);
    }

    [Test]
    public void Thinking_goes_back_with_its_signature_and_not_without()
    {
        var request = Request([
            new(ChatRole.User, "A"),
            new(ChatRole.Assistant, [new TextReasoningContent("signed") { ProtectedData = "sig" }, new TextReasoningContent("unsigned"), new TextContent("B")]),
            new(ChatRole.User, "C"),
        ]);
        Assert.That(request.History[1].Content.OfType<ThinkingBlock>().Single(), Is.EqualTo(new ThinkingBlock { Thinking = "signed", Signature = "sig" }));
        Assert.That(request.History[1].Content, Has.Count.EqualTo(2));
    }

    [Test]
    public void Results_of_functions_of_any_form_become_tool_results()
    {
        var request = Request([
            new(ChatRole.User, "A"),
            new(ChatRole.Assistant, [new FunctionCallContent("1", "f"), new FunctionCallContent("2", "f"), new FunctionCallContent("3", "f")]),
            new(ChatRole.Tool, [
                new FunctionResultContent("1", "text"), new FunctionResultContent("2", new Dictionary<string, object?> { ["n"] = 1 }),
                new FunctionResultContent("3", null) { Exception = new InvalidOperationException("broke") },
            ]),
        ]);
        Assert.That(
            request.Prompt.OfType<ToolResultBlock>().Select(result => (result.ToolUseId, result.Text, result.IsError)),
            Is.EqualTo(new[] { ("1", "text", false), ("2", """{"n":1}""", false), ("3", "broke", true) }));
    }

    [Test]
    public void What_cannot_be_done_is_refused_before_anything_starts()
    {
        var plain = AIFunctionFactory.Create(() => 1, "f");
        Assert.Multiple(() =>
        {
            Refuses<NotSupportedException>("cannot be run by this program", new ChatOptions { Tools = [plain.AsDeclarationOnly()] });
            Refuses<NotSupportedException>("approval", new ChatOptions { Tools = [new ApprovalRequiredAIFunction(plain)] });
            Refuses<NotSupportedException>("HostedWebSearchTool", new ChatOptions { Tools = [new HostedWebSearchTool()] });
            Refuses<ArgumentException>("is not the id of a conversation", new ChatOptions { ConversationId = "my last session" });
            Assert.That(() => Request([new(ChatRole.User, [new DataContent(new byte[] { 1 }, "audio/wav")])]), Throws.InstanceOf<NotSupportedException>().With.Message.Contains("audio/wav"));
            Assert.That(() => Request([new(ChatRole.User, [new UriContent("file:///etc/passwd", "image/png")])]), Throws.InstanceOf<NotSupportedException>().With.Message.Contains("file"));
            Assert.That(() => Request([new(ChatRole.System, "only this")]), Throws.ArgumentException);
        });
    }

    [Test]
    public void The_system_text_takes_the_place_of_claude_codes_prompt_or_joins_ones_own()
    {
        Assert.That(Launch(null).SystemPrompt, Is.InstanceOf<SystemPrompt.CustomPrompt>().With.Property("Blocks").EqualTo(new[] { "Be brief." }));
        Assert.That(Launch("Own.").SystemPrompt, Is.InstanceOf<SystemPrompt.CustomPrompt>().With.Property("Blocks").EqualTo(new[] { "Own.", "Be brief." }));
        Assert.That(Launch(SystemPrompt.Empty).SystemPrompt, Is.InstanceOf<SystemPrompt.CustomPrompt>().With.Property("Blocks").EqualTo(new[] { "Be brief." }));
        Assert.That(Launch(SystemPrompt.ClaudeCodeWith("Own.")).SystemPrompt, Is.InstanceOf<SystemPrompt.ClaudeCodePrompt>().With.Property("Append").EqualTo("Own.\n\nBe brief."));

        static ClaudeOptions Launch(SystemPrompt? own) =>
            Request([new(ChatRole.User, "A")], new ChatOptions { Instructions = "Be brief." }, new ClaudeOptions { SystemPrompt = own })
                .ToLaunch(null, Guid.NewGuid(), resume: false).Options;
    }

    [Test]
    public void Options_of_the_call_go_into_those_of_the_session_and_keep_what_was_there()
    {
        var own = new ClaudeOptions { Model = "opus", Resume = "other", Environment = { ["CLAUDE_CODE_EXTRA_BODY"] = """{"metadata":{"user_id":"u"}}""" } };
        var id = Guid.NewGuid();
        var (options, _) = Request(
            [new(ChatRole.User, "A")],
            new ChatOptions
            {
                Temperature = 0.5f, AllowMultipleToolCalls = false, Tools = [AIFunctionFactory.Create(() => 1, "f")],
                Reasoning = new ReasoningOptions { Effort = ReasoningEffort.ExtraHigh, Output = ReasoningOutput.None },
            },
            own).ToLaunch(null, id, resume: false);

        Assert.Multiple(() =>
        {
            Assert.That(options.Environment["CLAUDE_CODE_EXTRA_BODY"], Is.EqualTo("""{"metadata":{"user_id":"u"},"temperature":0.5,"tool_choice":{"type":"auto","disable_parallel_tool_use":true}}"""));
            Assert.That(options.Effort, Is.EqualTo(EffortLevel.XHigh));
            Assert.That(options.Thinking!.Display, Is.EqualTo(ThinkingDisplay.Omitted));
            Assert.That(options.SessionId, Is.EqualTo(id));
            Assert.That(options.Resume, Is.Null);
            Assert.That(options.AllowedTools, Does.Contain("mcp__functions__f"));
            Assert.That(own.AllowedTools, Is.Empty);
            Assert.That(own.Resume, Is.EqualTo("other"));
        });
    }

    [Test]
    public void Two_calls_share_a_cli_unless_they_differ_in_what_it_is_told_at_its_start()
    {
        var function = AIFunctionFactory.Create((int a) => a, "f", "does f");
        var key = Key(new ChatOptions { Tools = [function] });
        Assert.That(Key(new ChatOptions { Tools = [AIFunctionFactory.Create((int a) => a + 1, "f", "does f")] }), Is.EqualTo(key), "another object of the same shape");
        ChatOptions[] others =
        [
            new(), new() { Tools = [AIFunctionFactory.Create((int b) => b, "f", "does f")] }, new() { Tools = [function], Instructions = "I" },
            new() { Tools = [function], Temperature = 1 }, new() { Tools = [function], MaxOutputTokens = 9 }, new() { Tools = [function], ResponseFormat = ChatResponseFormat.Json },
            new() { Tools = [function], ToolMode = ChatToolMode.None },
        ];
        Assert.That(others.Select(Key).Append(key), Is.Unique);

        static string Key(ChatOptions options)
        {
            var request = Request([new(ChatRole.User, "A")], options);
            return request.LaunchKey(request.SystemText);
        }
    }

    [Test]
    public void Options_made_for_this_client_take_the_place_of_its_own()
    {
        var request = Request(
            [new(ChatRole.User, "A")], new ChatOptions { RawRepresentationFactory = _ => new ClaudeOptions { MaxTurns = 5 } }, new ClaudeOptions { MaxTurns = 1 });
        Assert.That(request.ToLaunch(null, Guid.NewGuid(), resume: false).Options.MaxTurns, Is.EqualTo(5));
    }

    private static void Refuses<TException>(string words, ChatOptions options)
        where TException : Exception =>
        Assert.That(() => Request([new(ChatRole.User, "A")], options), Throws.InstanceOf<TException>().With.Message.Contains(words));

    private static ChatRequest Request(IEnumerable<ChatMessage> messages, ChatOptions? options = null, ClaudeOptions? own = null)
    {
        using var client = new ClaudeChatClient();
        return ChatRequest.Create(messages, options, own ?? new ClaudeOptions(), client, verbatim: true);
    }

    private static string Text(IReadOnlyList<ContentBlock> content) => string.Join('|', content.OfType<TextBlock>().Select(block => block.Text));
}
