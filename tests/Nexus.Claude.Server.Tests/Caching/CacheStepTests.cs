using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Caching;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Security;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Tests.Caching;

[Property("gateway-row", 29)]
[Property("seed-row", 110)]
internal sealed class CacheStepTests
{
    private readonly NexusClaudeServerOptions _options = new();
    private readonly List<IAsyncDisposable> _open = [];

    [TearDown]
    public async Task CleanUp()
    {
        foreach (var one in _open)
            await one.DisposeAsync();
    }

    [Test]
    public async Task An_equal_request_gets_the_same_pieces_without_the_model()
    {
        var turns = new ScriptedTurns(ScriptedTurn.Says("Grüezi ", "東京 \U0001F680"));
        var step = Open();
        var first = await PlayAsync(step, turns, Ask());
        var second = await PlayAsync(step, turns, Ask());

        Assert.That(turns.Requests, Has.Count.EqualTo(1));
        Assert.That((first.Outcome, second.Outcome), Is.EqualTo((CacheOutcome.Miss, CacheOutcome.Hit)));
        Assert.That(second.Events.OfType<TurnEvent.TextDelta>(), Is.EqualTo(first.Events.OfType<TurnEvent.TextDelta>()));
        var (old, kept) = ((TurnEvent.Ended)first.Events[^1], (TurnEvent.Ended)second.Events[^1]);
        Assert.That((kept.Usage, kept.Origin, kept.CostUsd), Is.EqualTo((old.Usage, ProcessOrigin.Cache, 0m)));
    }

    [Test]
    public async Task Nothing_is_kept_unless_the_request_asks_for_it()
    {
        var turns = new ScriptedTurns();
        var step = Open();
        Assert.That((await PlayAsync(step, turns, Ask() with { Cache = new CacheUse() })).Outcome, Is.EqualTo(CacheOutcome.Bypass));
        await PlayAsync(step, turns, Ask() with { Cache = new CacheUse(), Sampling = new Sampling { Temperature = 0 } });
        await PlayAsync(step, turns, Ask() with { Cache = null });
        Assert.That(turns.Requests, Has.Count.EqualTo(3));
        Assert.That((await PlayAsync(step, turns, Ask())).Outcome, Is.EqualTo(CacheOutcome.Miss));
    }

    [Test]
    [Property("seed-row", 111)]
    public async Task An_option_keeps_what_is_deterministic_and_another_turns_all_off()
    {
        var turns = new ScriptedTurns();
        _options.Cache.IncludeDeterministic = true;
        var step = Open();
        var cold = Ask() with { Sampling = new Sampling { Temperature = 0 } };
        await PlayAsync(step, turns, cold with { Cache = new CacheUse() });
        Assert.That((await PlayAsync(step, turns, cold with { Cache = new CacheUse() })).Outcome, Is.EqualTo(CacheOutcome.Hit));
        Assert.That((await PlayAsync(step, turns, cold with { Cache = new CacheUse { IsWanted = false } })).Outcome, Is.EqualTo(CacheOutcome.Bypass));
        Assert.That((await PlayAsync(step, turns, Ask() with { Cache = new CacheUse(), Sampling = new Sampling { Temperature = 0.1 } })).Outcome, Is.EqualTo(CacheOutcome.Bypass));
        Assert.That((await PlayAsync(step, turns, cold with { Cache = new CacheUse(), IsAgent = true })).Outcome, Is.EqualTo(CacheOutcome.Bypass));

        _options.Cache.Enabled = false;
        Assert.That((await PlayAsync(Open(), turns, Ask())).Outcome, Is.EqualTo(CacheOutcome.Bypass));
    }

    [Test]
    public async Task Whatever_a_reply_depends_on_makes_another_request()
    {
        var schema = JsonSerializer.Deserialize<JsonElement>("""{"type":"object"}""");
        TurnRequest[] different =
        [
            Ask(),
            Ask() with { Caller = new Caller("other", KeyPolicy.Open) },
            Ask() with { Model = "opus" },
            Ask() with { System = "Be brief." },
            Ask() with { WorkingDirectory = "/work" },
            Ask("hi "),
            Ask() with { Messages = [new TurnMessage(TurnRole.User, ["h", "i"])] },
            Ask() with { Messages = [new TurnMessage(TurnRole.User, ["hi"]), new TurnMessage(TurnRole.Assistant, ["x"]), new TurnMessage(TurnRole.User, ["hi"])] },
            Ask() with { Messages = [new TurnMessage(TurnRole.User, ["hi", ImageBlock.FromBytes(new byte[] { 1 }, "image/png")])] },
            Ask() with { Tools = [new ClientTool("f", "", schema)] },
            Ask() with { Tools = [new ClientTool("f", "does", schema)] },
            Ask() with { ToolChoice = new ToolChoice(ToolChoiceMode.None) },
            Ask() with { ParallelToolCalls = false },
            Ask() with { OutputSchema = schema },
            Ask() with { Sampling = new Sampling { MaxTokens = 5 } },
            Ask() with { Sampling = new Sampling { Temperature = 0 } },
            Ask() with { Sampling = new Sampling { TopP = 0 } },
            Ask() with { Sampling = new Sampling { TopK = 5 } },
            Ask() with { Sampling = new Sampling { StopSequences = ["a", "b"] } },
            Ask() with { Sampling = new Sampling { StopSequences = ["b", "a"] } },
            Ask() with { Sampling = new Sampling { Reasoning = new Reasoning(EffortLevel.High) } },
            Ask() with { Sampling = new Sampling { Reasoning = new Reasoning(null, 2048) } },
        ];
        Assert.That(different.Select(CacheKey.Of), Is.Unique);
        Assert.That(CacheKey.Of(Ask() with { RequestId = "other", ConversationId = "conv_1" }), Is.EqualTo(CacheKey.Of(Ask())));

        var turns = new ScriptedTurns();
        var step = Open();
        foreach (var request in different.Take(2))
            Assert.That((await PlayAsync(step, turns, request)).Outcome, Is.EqualTo(CacheOutcome.Miss));
    }

    [Test]
    public async Task Many_equal_requests_at_once_are_one_turn_and_the_first_streams()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var turns = new ScriptedTurns(new ScriptedTurn().Text("early").Wait(gate).Text("late").End());
        var step = Open();
        var leader = step.RunAsync(Ask(), turns, default).GetAsyncEnumerator();
        await leader.MoveNextAsync();
        await leader.MoveNextAsync();
        Assert.That(leader.Current, Is.EqualTo(new TurnEvent.TextDelta("early")), "the first one does not wait for the end");

        var others = Enumerable.Range(0, 20).Select(_ => PlayAsync(step, turns, Ask())).ToArray();
        gate.SetResult();
        var played = await Task.WhenAll(others);
        while (await leader.MoveNextAsync())
        {
        }

        await leader.DisposeAsync();
        Assert.That(turns.Requests, Has.Count.EqualTo(1));
        Assert.That(played.Select(one => one.Text), Is.All.EqualTo("earlylate"));
        Assert.That(played.Select(one => one.Outcome), Is.All.EqualTo(CacheOutcome.Hit));
    }

    [Test]
    public async Task When_the_first_one_goes_the_others_still_get_the_reply()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var turns = new ScriptedTurns(new ScriptedTurn().Text("early").Wait(gate).End());
        var step = Open();
        using var gone = new CancellationTokenSource();
        var leader = step.RunAsync(Ask(), turns, gone.Token).GetAsyncEnumerator();
        await leader.MoveNextAsync();
        var other = PlayAsync(step, turns, Ask());
        var leaving = leader.MoveNextAsync().AsTask();
        await leaving;
        await gone.CancelAsync();
        var dispose = leader.DisposeAsync().AsTask();
        gate.SetResult();
        await dispose;
        Assert.That((await other).Text, Is.EqualTo("early"));
    }

    [Test]
    public async Task A_client_alone_that_goes_interrupts_the_turn()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var turns = new ScriptedTurns(new ScriptedTurn().Text("early").Wait(gate).End());
        var leader = Open().RunAsync(Ask(), turns, default).GetAsyncEnumerator();
        await leader.MoveNextAsync();
        await leader.DisposeAsync();
        await turns.FirstEnded;
        Assert.That(turns.Running, Is.Zero);
    }

    [Test]
    public async Task A_failure_is_told_and_not_kept([Values] bool inTheMiddle)
    {
        var failure = new GatewayException(502, "server_error", "cli_exited", "Gone.");
        var turns = new ScriptedTurns(inTheMiddle ? new ScriptedTurn().Text("half").Throw(failure) : ScriptedTurn.Fails(failure), ScriptedTurn.Says("well"));
        var step = Open();
        Assert.That(async () => await PlayAsync(step, turns, Ask()), Throws.Exception.SameAs(failure));
        var second = await PlayAsync(step, turns, Ask());
        Assert.That((second.Text, second.Outcome), Is.EqualTo(("well", CacheOutcome.Miss)));
    }

    [Test]
    public async Task Replies_that_are_no_answer_are_not_kept()
    {
        ScriptedTurn[] turns =
        [
            new ScriptedTurn().Text("cut").End(EndReason.MaxTokens),
            new ScriptedTurn().Text("cut").End(EndReason.ContextWindow),
            new ScriptedTurn().Text("no").End(EndReason.Refusal),
            new ScriptedTurn().Text("stopped").End(EndReason.Interrupted),
            new ScriptedTurn().End(),
            new ScriptedTurn().Tool("toolu_1", "f", "{}").End(),
            ScriptedTurn.Says("answer"),
        ];
        var scripted = new ScriptedTurns(turns);
        var step = Open();
        foreach (var _ in turns)
            Assert.That((await PlayAsync(step, scripted, Ask())).Outcome, Is.EqualTo(CacheOutcome.Miss));
        Assert.That((await PlayAsync(step, scripted, Ask())).Outcome, Is.EqualTo(CacheOutcome.Hit));
    }

    [Test]
    public async Task Calls_of_tools_are_kept_by_option_and_get_ids_of_their_own()
    {
        _options.Cache.IncludeToolCalls = true;
        var turns = new ScriptedTurns(new ScriptedTurn().Tool("toolu_1", "f", "{\"a\"", ":1}").End());
        var step = Open();
        await PlayAsync(step, turns, Ask());
        var second = await PlayAsync(step, turns, Ask());
        var third = await PlayAsync(step, turns, Ask());
        string[] ids = ["toolu_1", .. second.Events.Concat(third.Events).OfType<TurnEvent.ToolCall>().Select(call => call.Id)];
        Assert.That(ids, Is.Unique.And.Length.EqualTo(3));
        Assert.That(string.Concat(second.Events.OfType<TurnEvent.ToolArguments>().Select(piece => piece.Json)), Is.EqualTo("{\"a\":1}"));
    }

    [Test]
    public async Task No_cache_asks_anew_and_no_store_keeps_nothing()
    {
        var turns = new ScriptedTurns(ScriptedTurn.Says("1"), ScriptedTurn.Says("2"), ScriptedTurn.Says("3"));
        var step = Open();
        await PlayAsync(step, turns, Ask());
        var fresh = await PlayAsync(step, turns, Ask() with { Cache = new CacheUse { IsWanted = true, MayRead = false } });
        Assert.That((fresh.Text, fresh.Outcome), Is.EqualTo(("2", CacheOutcome.Miss)));
        Assert.That((await PlayAsync(step, turns, Ask())).Text, Is.EqualTo("2"));
        var unkept = await PlayAsync(step, turns, Ask() with { Cache = new CacheUse { IsWanted = true, MayRead = false, MayWrite = false } });
        Assert.That((unkept.Text, unkept.Outcome), Is.EqualTo(("3", CacheOutcome.Bypass)));
        Assert.That((await PlayAsync(step, turns, Ask())).Text, Is.EqualTo("2"));
    }

    [Test]
    public async Task A_reply_beyond_the_limit_is_not_kept_and_not_lost()
    {
        _options.Cache.MaxReplyBytes = 1000;
        var turns = new ScriptedTurns(ScriptedTurn.Says(new string('x', 5000)));
        var step = Open();
        Assert.That((await PlayAsync(step, turns, Ask())).Text, Has.Length.EqualTo(5000));
        Assert.That((await PlayAsync(step, turns, Ask())).Text, Has.Length.EqualTo(5000));
    }

    [Test]
    public async Task Redis_that_is_down_is_no_reason_to_fail()
    {
        _options.Redis.ConnectionString = "127.0.0.1:1,connectRetry=0";
        _options.Redis.Timeout = TimeSpan.FromMilliseconds(200);
        var turns = new ScriptedTurns();
        var step = Open();
        Assert.That((await PlayAsync(step, turns, Ask())).Text, Is.EqualTo("Hello."));
    }

    [Test]
    public void Any_text_in_any_pieces_is_kept_as_a_whole() => Gen.String.Sample(text =>
    {
        var whole = text.ReplaceLineEndings("\n");
        var pieces = whole.Select(letter => (TurnEvent)new TurnEvent.TextDelta(letter.ToString())).ToList();
        var read = TurnEventJson.Read(TurnEventJson.Write(pieces));
        var kept = string.Concat(read.OfType<TurnEvent.TextDelta>().Select(delta => delta.Text));
        return kept == System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(whole)) || whole.Any(char.IsSurrogate);
    });

    [Test]
    public void A_character_that_the_pieces_split_is_whole_again()
    {
        TurnEvent[] events = [new TurnEvent.TextDelta("a\uD83D"), new TurnEvent.TextDelta("\uDE80b")];
        var read = TurnEventJson.Read(TurnEventJson.Write(events)).OfType<TurnEvent.TextDelta>();
        Assert.That(string.Concat(read.Select(delta => delta.Text)), Is.EqualTo("a\U0001F680b"));
    }

    private static TurnRequest Ask(string question = "hi") => new()
    {
        RequestId = Guid.NewGuid().ToString(),
        Caller = Caller.Anonymous,
        Model = "sonnet",
        Messages = [new TurnMessage(TurnRole.User, [question])],
        Cache = new CacheUse { IsWanted = true },
    };

    private static async Task<Played> PlayAsync(CacheStep step, ScriptedTurns turns, TurnRequest request)
    {
        var own = request.Cache is { } use ? new CacheUse { IsWanted = use.IsWanted, MayRead = use.MayRead, MayWrite = use.MayWrite } : null;
        var events = new List<TurnEvent>();
        await foreach (var turnEvent in step.RunAsync(request with { Cache = own }, turns, default))
            events.Add(turnEvent);
        return new Played(events, own?.Outcome ?? CacheOutcome.Bypass);
    }

    private CacheStep Open()
    {
        var options = Options.Create(_options);
        var services = new ServiceCollection().AddSingleton(options).AddSingleton(TimeProvider.System).AddLogging().AddSingleton<Server.Redis.RedisConnection>().BuildServiceProvider();
        var step = new CacheStep(options, services, NullLoggerFactory.Instance);
        _open.AddRange([step, services]);
        return step;
    }

    private sealed record Played(IReadOnlyList<TurnEvent> Events, CacheOutcome Outcome)
    {
        public string Text => string.Concat(Events.OfType<TurnEvent.TextDelta>().Select(delta => delta.Text));
    }
}
