using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>One call, one CLI: prompts of every kind in, messages of every kind out.</summary>
internal sealed class QueryTests
{
    [Test]
    public async Task A_prompt_goes_in_and_typed_messages_come_out_with_the_result_last()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Text("Four.").WithUsage(new ScriptedUsage(100, 20, 5, 6)));

        var messages = await cli.QueryAsync("What is 2 + 2?");

        var result = messages.Result();
        Assert.Multiple(() =>
        {
            Assert.That(messages.Init().CliVersion, Is.EqualTo(ClaudeCli.PinnedVersion));
            Assert.That(messages.Init().ApiKeySource, Is.EqualTo(ApiKeySource.Environment));
            Assert.That(messages.AssistantText(), Is.EqualTo("Four."));
            Assert.That(result.IsSuccess);
            Assert.That(result.Text, Is.EqualTo("Four."));
            Assert.That(result.NumTurns, Is.EqualTo(1));
            Assert.That(result.TurnUsage.InputTokens, Is.EqualTo(100));
            Assert.That(result.TurnUsage.OutputTokens, Is.EqualTo(20));
            Assert.That(result.SessionCostUsd, Is.GreaterThan(0));
            Assert.That(result.Duration, Is.GreaterThan(TimeSpan.Zero));
            Assert.That(messages.OfType<UnknownMessage>(), Is.Empty);
            Assert.That(messages.OfType<StreamWarningMessage>(), Is.Empty);
            Assert.That(messages.Select(message => message.SessionId).OfType<string>().Distinct(), Has.Exactly(1).Items);
        });
        Assert.That(cli.Api.ConversationRequests.Single().LastUserText, Is.EqualTo("What is 2 + 2?"));
    }

    [Test]
    public async Task Asking_gives_the_text_of_the_answer()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Text("Häagen-Dazs, 北京 and 🦀."));

        Assert.That(await cli.AskAsync("Say something."), Is.EqualTo("Häagen-Dazs, 北京 and 🦀."));
    }

    [Test]
    public async Task A_stream_of_prompts_is_one_conversation_with_a_result_for_each()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = request => ScriptedReply.Text("Answer to " + request.LastUserText);
        var answered = new SemaphoreSlim(0);
        var messages = new List<ClaudeMessage>();

        await foreach (var message in ClaudeCode.QueryAsync(OneAfterTheOther(), cli.NewOptions(), cli.Deadline))
        {
            messages.Add(message);
            if (message is ResultMessage)
                answered.Release();
        }

        Assert.That(messages.OfType<ResultMessage>().Select(result => result.Text), Is.EqualTo(["Answer to one", "Answer to two", "Answer to three"]));
        Assert.That(messages.OfType<InitMessage>().Select(init => init.SessionId).Distinct().Count(), Is.EqualTo(1));
        Assert.That(
            cli.Api.ConversationRequests[^1].Messages.Select(each => each.GetProperty("role").GetString()).Where(role => role != "system"),
            Is.EqualTo(["user", "assistant", "user", "assistant", "user"]));

        async IAsyncEnumerable<UserPrompt> OneAfterTheOther()
        {
            yield return "one";
            await answered.WaitAsync(cli.Deadline);
            yield return "two";
            await answered.WaitAsync(cli.Deadline);
            yield return "three";
        }
    }

    [Test]
    public async Task Prompts_sent_without_waiting_all_reach_the_model_and_the_stream_ends_when_all_have_results()
    {
        await using var cli = await RealCli.StartAsync();

        var messages = await RealCli.ReadAsync(ClaudeCode.QueryAsync(Reading.Prompts("alpha", "beta", "gamma"), cli.NewOptions(), cli.Deadline));

        var last = cli.Api.ConversationRequests[^1];
        string sent = string.Join(' ', last.Messages.Select(message => message.GetRawText()));
        Assert.That(sent, Does.Contain("alpha").And.Contain("beta").And.Contain("gamma"));
        Assert.That(messages.OfType<ResultMessage>().All(result => result.IsSuccess));
        Assert.That(messages[^1], Is.InstanceOf<ResultMessage>().Or.InstanceOf<CommandLifecycleMessage>());
    }

    [Test]
    public async Task No_prompt_at_all_ends_the_stream_at_once()
    {
        await using var cli = await RealCli.StartAsync();

        var messages = await RealCli.ReadAsync(ClaudeCode.QueryAsync(Reading.Prompts(), cli.NewOptions(), cli.Deadline));

        Assert.That(messages.OfType<ResultMessage>(), Is.Empty);
        Assert.That(cli.Api.Requests, Is.Empty);
    }

    [Test]
    public async Task An_exception_of_the_prompts_ends_the_stream_with_it()
    {
        await using var cli = await RealCli.StartAsync();

        await Assert.ThatAsync(
            async () => await RealCli.ReadAsync(ClaudeCode.QueryAsync(Failing(), cli.NewOptions(), cli.Deadline)),
            Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo("no more prompts"));

        static async IAsyncEnumerable<UserPrompt> Failing()
        {
            yield return "one";
            await Task.Yield();
            throw new InvalidDataException("no more prompts");
        }
    }

    [Test]
    public async Task Text_image_and_document_reach_the_model_as_they_were_sent()
    {
        await using var cli = await RealCli.StartAsync();
        byte[] image = Convert.FromBase64String(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
        byte[] document = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"u8.ToArray();

        var messages = await cli.QueryAsync(new UserPrompt(
            new TextBlock("What do you see?"),
            ImageBlock.FromBytes(image, "image/png"),
            DocumentBlock.FromBytes(document, "application/pdf", "An empty document")));

        Assert.That(messages.Result().IsSuccess);
        var blocks = cli.Api.ConversationRequests[0].Messages[0].GetProperty("content").EnumerateArray().ToList();
        var picture = blocks.Single(block => block.GetProperty("type").GetString() == "image").GetProperty("source");
        var paper = blocks.Single(block => block.GetProperty("type").GetString() == "document");
        Assert.Multiple(() =>
        {
            Assert.That(blocks.Any(block => block.TryGetProperty("text", out var text) && text.GetString() == "What do you see?"));
            Assert.That(picture.GetProperty("media_type").GetString(), Is.EqualTo("image/png"));
            Assert.That(picture.GetProperty("data").GetBytesFromBase64(), Is.EqualTo(image));
            Assert.That(paper.GetProperty("source").GetProperty("media_type").GetString(), Is.EqualTo("application/pdf"));
            Assert.That(paper.GetProperty("source").GetProperty("data").GetBytesFromBase64(), Is.EqualTo(document));
            Assert.That(paper.GetProperty("title").GetString(), Is.EqualTo("An empty document"));
        });
    }

    [Test]
    public async Task Partial_text_adds_up_to_the_whole_text([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.TextChunks("Once ", "upon ", "a time", ", 起", "."));

        var messages = await cli.RunAsync(entry, "Tell me a story.", options => options.IncludePartialMessages = true);

        var deltas = messages.OfType<StreamEventMessage>().Select(message => message.TextDelta).OfType<string>().ToList();
        Assert.That(deltas, Has.Count.GreaterThan(1));
        Assert.That(string.Concat(deltas), Is.EqualTo("Once upon a time, 起."));
        Assert.That(messages.AssistantText(), Is.EqualTo("Once upon a time, 起."));
        Assert.That(messages.Result().Text, Is.EqualTo("Once upon a time, 起."));
    }

    [Test]
    public async Task Reading_a_turn_as_text_gives_its_pieces_as_they_are_written([Values] bool partial)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.TextChunks("one ", "two ", "three"));
        await using var client = await cli.ConnectAsync(options => options.IncludePartialMessages = partial);

        var pieces = new List<string>();
        await foreach (string piece in client.SendAsync("Count.").TextAsync(cli.Deadline))
            pieces.Add(piece);

        Assert.That(string.Concat(pieces), Is.EqualTo("one two three"));
        Assert.That(pieces, partial ? Has.Count.GreaterThan(1) : Has.Count.EqualTo(1));
    }

    [Test]
    public async Task The_first_piece_of_text_arrives_while_the_model_is_still_writing()
    {
        await using var cli = await RealCli.StartAsync();
        var gate = new ScriptedGate();
        cli.Api.Enqueue(ScriptedReply.TextChunks("early ", "late").WaitFor(gate, afterEvents: 3));

        var pieces = new List<string>();
        await foreach (string piece in ClaudeCode.QueryAsync("Go.", cli.NewOptions(o => o.IncludePartialMessages = true), cli.Deadline).TextAsync())
        {
            pieces.Add(piece);
            // The rest of the answer is only sent because its beginning was read.
            gate.Open();
        }

        Assert.That(pieces, Is.EqualTo(["early ", "late"]));
    }

    [Test]
    public async Task Thinking_arrives_as_a_block_of_its_own_and_in_pieces()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Thinking("Two and two make four.", "c2lnbmVk").ThenText("Four."));

        var messages = await cli.QueryAsync("What is 2 + 2?", options =>
        {
            options.Thinking = Thinking.Adaptive with { Display = ThinkingDisplay.Summarized };
            options.IncludePartialMessages = true;
        });

        var thinking = messages.Blocks<ThinkingBlock>().Single();
        var pieces = messages.OfType<StreamEventMessage>().Select(message => message.Event).OfType<ContentBlockDeltaEvent>()
            .Select(delta => delta.Delta).OfType<ThinkingDelta>().Select(delta => delta.Thinking);
        Assert.Multiple(() =>
        {
            Assert.That(thinking.Thinking, Is.EqualTo("Two and two make four."));
            Assert.That(thinking.Signature, Is.EqualTo("c2lnbmVk"));
            Assert.That(string.Concat(pieces), Is.EqualTo("Two and two make four."));
            Assert.That(messages.AssistantText(), Is.EqualTo("Four."));
            Assert.That(messages.Result().Text, Is.EqualTo("Four."));
        });
    }

    [Test]
    public async Task An_at_sign_and_a_slash_stay_text_when_prompts_are_verbatim()
    {
        await using var cli = await RealCli.StartAsync();
        await File.WriteAllTextAsync(cli.PathOf("secret.txt"), "the secret of the file", cli.Deadline);

        await cli.QueryAsync("/help @secret.txt", options => options.VerbatimPrompts = true);
        await cli.QueryAsync("Look at @secret.txt");

        string Sent(int index) => cli.Api.ConversationRequests[index].Body.GetRawText();
        Assert.That(cli.Api.ConversationRequests[0].LastUserText, Is.EqualTo("/help @secret.txt"));
        Assert.That(Sent(0), Does.Not.Contain("the secret of the file"));
        Assert.That(Sent(1), Does.Contain("the secret of the file"));
    }

    [Test]
    public async Task A_prompt_longer_than_a_command_line_allows_reaches_the_model_whole()
    {
        await using var cli = await RealCli.StartAsync();
        string text = string.Concat(Enumerable.Range(0, 7_000).Select(number => $"line {number:D6} äöü 北京 abcdefghijklmnopq\n")).TrimEnd();
        Assert.That(text, Has.Length.GreaterThan(250_000));

        var messages = await cli.QueryAsync(text, options =>
        {
            options.VerbatimPrompts = true;
            options.Tools = ToolSet.None;
        });

        Assert.That(messages.Result().IsSuccess, messages.Result().Text);
        Assert.That(cli.Api.ConversationRequests[0].LastUserText, Is.EqualTo(text));
    }
}
