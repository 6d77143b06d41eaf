using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;
using Nexus.Claude.Testing;
using static Nexus.Claude.Server.Tests.Sessions.Engine;

namespace Nexus.Claude.Server.Tests.Sessions;

/// <summary>What goes wrong at the CLI or behind it: told in the client's terms, before the first event, and never in silence.</summary>
internal sealed class TurnErrorTests
{
    [TestCase(400, 400, "upstream_invalid_request")]
    [TestCase(401, 502, "upstream_auth")]
    [TestCase(403, 502, "upstream_auth")]
    [TestCase(404, 404, "model_not_found")]
    [TestCase(429, 429, "rate_limit_exceeded")]
    [TestCase(500, 502, "upstream_error")]
    [TestCase(529, 503, "upstream_overloaded")]
    public async Task An_error_of_the_api_has_its_status_here(int upstream, int status, string code)
    {
        await using var engine = await Engine.StartAsync(options => options.Claude.Environment["CLAUDE_CODE_MAX_RETRIES"] = "0");
        engine.Api.Default = _ => ScriptedReply.Error(upstream, $"See http://127.0.0.1:4711/x and /home/secret/.config, says {upstream}.");

        var error = await FailAsync(engine, engine.Request(User("Hello")));

        Assert.That((error.Status, error.Code), Is.EqualTo((status, code)));
        Assert.That(error.Message, Does.Not.Contain("4711").And.Not.Contain("/home"));
        if (upstream is 429 or 529)
            Assert.That(error.RetryAfter, Is.GreaterThan(TimeSpan.Zero));
    }

    [Test]
    public async Task A_prompt_that_is_too_long_says_so()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Default = _ => ScriptedReply.Error(400, "prompt is too long: 250000 tokens > 200000 maximum");

        var error = await FailAsync(engine, engine.Request(User("Hello")));

        Assert.That((error.Status, error.Code, error.Param), Is.EqualTo((400, "context_length_exceeded", "messages")));
    }

    [Test]
    public async Task A_process_that_is_killed_before_the_model_begins_is_replaced()
    {
        await using var engine = await Engine.StartAsync();
        var gate = new ScriptedGate();
        engine.Api.Enqueue(ScriptedReply.Text("never").WaitFor(gate));
        engine.Api.Enqueue(ScriptedReply.Text("Hello."));

        var running = engine.RunAsync(User("Hello"));
        await gate.Reached.WaitAsync(engine.Deadline);
        await engine.KillAsync(engine.Statistics.Sessions.Single().ProcessId);
        var reply = await running;

        Assert.That(reply.Text, Is.EqualTo("Hello."));
        Assert.That(engine.Statistics.Retries, Is.EqualTo(1));
    }

    [Test]
    public async Task A_process_that_is_killed_in_mid_stream_is_an_error_and_the_next_request_is_fine()
    {
        await using var engine = await Engine.StartAsync();
        var gate = new ScriptedGate();
        engine.Api.Enqueue(ScriptedReply.TextChunks("Hel", "lo").WaitFor(gate, afterEvents: 3));
        engine.Api.Enqueue(ScriptedReply.Text("Fine."));

        await using var events = engine.Turns.RunAsync(engine.Request(User("Hello")), engine.Deadline).GetAsyncEnumerator();
        Assert.That(await events.MoveNextAsync(), Is.True);
        Assert.That(await events.MoveNextAsync(), Is.True);
        Assert.That(events.Current, Is.EqualTo(new TurnEvent.TextDelta("Hel")));
        await engine.KillAsync(engine.Statistics.Sessions.Single().ProcessId);
        var error = (await Assert.ThrowsAsync<GatewayException>(async () => await events.MoveNextAsync()))!;

        Assert.That((error.Status, error.Code), Is.EqualTo((502, "cli_exited")));
        Assert.That((await engine.RunAsync(User("Again"))).Text, Is.EqualTo("Fine."));
        Assert.That(engine.Statistics.Sessions, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_model_that_falls_silent_is_a_504()
    {
        await using var engine = await Engine.StartAsync(options => options.Sessions.ModelIdleTimeout = TimeSpan.FromSeconds(2));
        engine.Api.Enqueue(ScriptedReply.Text("never").WaitFor(new ScriptedGate()));

        var error = await FailAsync(engine, engine.Request(User("Hello")));

        Assert.That((error.Status, error.Code), Is.EqualTo((504, "upstream_timeout")));
    }

    [Test]
    public async Task A_cli_that_is_not_there_is_a_503()
    {
        await using var engine = await Engine.StartAsync(options =>
        {
            options.Claude.CliPath = Path.Combine(Path.GetTempPath(), "no-such-cli-4711");
            options.Claude.AutoDownload = false;
        });

        var error = await FailAsync(engine, engine.Request(User("Hello")));

        Assert.That((error.Status, error.Code), Is.EqualTo((503, "cli_unavailable")));
        Assert.That(error.Message, Does.Not.Contain("no-such-cli"));
    }

    [Test]
    public async Task A_stream_that_breaks_off_is_taken_up_without_saying_anything_twice()
    {
        await using var engine = await Engine.StartAsync();
        engine.Api.Enqueue(ScriptedReply.TextChunks("Hel", "lo ", "wor", "ld").CutOff(afterEvents: 4));
        engine.Api.Default = _ => ScriptedReply.TextChunks("Hello", " world");

        Reply? reply = null;
        GatewayException? error = null;
        try
        {
            reply = await engine.RunAsync(User("Hello"));
        }
        catch (GatewayException failure)
        {
            error = failure;
        }

        // Either is honest: the whole reply once, or an error; what must not be is a reply with holes or repetitions.
        if (reply is not null)
            Assert.That(reply.Text, Is.EqualTo("Hello world"));
        else
            Assert.That(error!.Status, Is.GreaterThanOrEqualTo(500));
    }

    [Test]
    public async Task A_draining_server_takes_no_turn_and_lets_those_end_that_run()
    {
        await using var engine = await Engine.StartAsync();
        var gate = new ScriptedGate();
        engine.Api.Enqueue(ScriptedReply.Text("Last words.").WaitFor(gate));

        var running = engine.RunAsync(User("Hello"));
        await gate.Reached.WaitAsync(engine.Deadline);
        var draining = engine.Status.DrainAsync(engine.Deadline);
        var error = await FailAsync(engine, engine.Request(User("Too late")));
        gate.Open();

        Assert.That((error.Status, error.Code), Is.EqualTo((503, "server_shutting_down")));
        Assert.That((await running).Text, Is.EqualTo("Last words."));
        await draining;
        Assert.That(engine.Statistics.Processes.Processes, Is.Zero);
    }

    private static async Task<GatewayException> FailAsync(Engine engine, TurnRequest request) =>
        (await Assert.ThrowsAsync<GatewayException>(async () => await engine.RunAsync(request)))!;
}
