using System.Net;
using System.Net.Sockets;
using Nexus.Claude.Testing;

namespace Nexus.Claude.Tests.EndToEnd;

/// <summary>The Messages API refuses, fails or breaks off; the caller learns which and whether to try again.</summary>
internal sealed class ApiErrorTests
{
    private static readonly TestCaseData[] Errors =
    [
        new(400, "unknown", false),
        new(401, "authentication_failed", false),
        new(403, "authentication_failed", false),
        new(404, "model_not_found", false),
        new(429, "rate_limit", true),
        new(500, "server_error", true),
        new(529, "server_error", true),
    ];

    [TestCaseSource(nameof(Errors))]
    public async Task An_error_of_the_api_arrives_as_a_result_and_asking_throws_it_with_its_data(int status, string error, bool isTransient)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = _ => ScriptedReply.Error(status);
        await using var client = await cli.ConnectAsync(OneRetry);

        var messages = await RealCli.ReadAsync(client.SendAsync("Hello", cli.Deadline));
        var failure = await FailureOfAsync(client.AskAsync("Hello again", cli.Deadline));

        Assert.Multiple(() =>
        {
            Assert.That(messages.Result().IsSuccess, Is.False);
            Assert.That(messages.Result().ApiErrorStatus, Is.EqualTo(status));
            Assert.That(messages.Result().TerminalReason, Is.EqualTo(TerminalReason.ApiError));
            Assert.That(messages.Result().Text, Is.Not.Empty);
            Assert.That(messages.OfType<AssistantMessage>().Last().Error?.Value, Is.EqualTo(error));
            Assert.That(messages.OfType<ApiRetryMessage>().Any(), isTransient ? Is.True : Is.EqualTo(status == 401));
            Assert.That(failure.Status, Is.EqualTo(status));
            Assert.That(failure.Error?.Value, Is.EqualTo(error));
            Assert.That(failure.IsTransient, Is.EqualTo(isTransient));
            Assert.That(failure.Message, Is.EqualTo(failure.Result.Text));
        });
    }

    [Test]
    public async Task A_query_hands_out_an_error_of_the_api_as_its_result_and_asking_throws_it()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = _ => ScriptedReply.Error(403);

        var result = (await cli.QueryAsync("Hello", OneRetry)).Result();
        var failure = await FailureOfAsync(cli.AskAsync("Hello", OneRetry));

        Assert.That(result.ApiErrorStatus, Is.EqualTo(403));
        Assert.That(failure.Status, Is.EqualTo(403));
        Assert.That(failure.Message, Is.EqualTo(result.Text));
    }

    [Test]
    public async Task A_client_goes_on_after_an_error_of_the_api()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.When(request => request.LastUserText == "fail", ScriptedReply.Error(529));
        await using var client = await cli.ConnectAsync(OneRetry);

        var failure = await FailureOfAsync(client.AskAsync("fail", cli.Deadline));

        Assert.That(failure.Status, Is.EqualTo(529));
        Assert.That(await client.AskAsync("and now?", cli.Deadline), Does.Contain("and now?"));
    }

    [Test]
    public async Task A_retry_that_helps_is_announced_and_ends_well()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.Error(529));
        cli.Api.Enqueue(ScriptedReply.Text("Second try."));

        var messages = await cli.QueryAsync("Hello", OneRetry);

        var retry = messages.OfType<ApiRetryMessage>().Single();
        Assert.Multiple(() =>
        {
            Assert.That(retry.ErrorStatus, Is.EqualTo(529));
            Assert.That(retry.Error, Is.EqualTo(AssistantError.Overloaded));
            Assert.That(retry.Attempt, Is.EqualTo(1));
            Assert.That(retry.MaxRetries, Is.EqualTo(1));
            Assert.That(retry.RetryDelay, Is.GreaterThan(TimeSpan.Zero));
            Assert.That(messages.Result().Text, Is.EqualTo("Second try."));
        });
    }

    [Test]
    public async Task The_wait_that_the_api_asks_for_is_in_the_exception()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = _ => ScriptedReply.Error(429, retryAfter: TimeSpan.FromSeconds(1));

        var failure = await FailureOfAsync(cli.AskAsync("Hello", OneRetry));

        // The CLI tells only its own wait, which is the API's and a little at random on top.
        Assert.That(failure.RetryAfter, Is.InRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.5)));
    }

    [Test]
    public async Task A_lack_of_credit_is_a_billing_error()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = _ => ScriptedReply.Error(400, "Your credit balance is too low to access the Anthropic API.");

        var failure = await FailureOfAsync(cli.AskAsync("Hello", OneRetry));

        Assert.That(failure.Error, Is.EqualTo(AssistantError.BillingError));
        Assert.That(failure.IsTransient, Is.False);
    }

    [Test]
    public async Task An_error_in_mid_stream_is_made_good_by_the_cli_and_the_text_is_whole()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.TextChunks("one ", "two ", "three").ErrorMidStream(afterEvents: 4));
        cli.Api.Enqueue(ScriptedReply.Text("one two three"));

        var messages = await cli.QueryAsync("Count.", OneRetry);

        Assert.That(messages.Result().IsSuccess);
        Assert.That(messages.Result().Text, Is.EqualTo("one two three"));
        Assert.That(messages.AssistantText(), Is.EqualTo("one two three"));
    }

    [Test]
    public async Task A_connection_that_breaks_in_mid_stream_does_not_hang_the_turn()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Enqueue(ScriptedReply.TextChunks("one ", "two ", "three").CutOff(afterEvents: 4));
        cli.Api.Default = _ => ScriptedReply.Text("one two three");

        var messages = await cli.QueryAsync("Count.", OneRetry);

        Assert.That(messages.Result().IsSuccess, messages.Result().Text);
        Assert.That(messages.Result().Text, Is.EqualTo("one two three"));
    }

    [Test]
    public async Task An_api_that_is_not_there_is_a_transient_error_without_a_status()
    {
        await using var cli = await RealCli.StartAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        var failure = await FailureOfAsync(cli.AskAsync("Hello", options =>
        {
            OneRetry(options);
            options.Environment["ANTHROPIC_BASE_URL"] = $"http://127.0.0.1:{port}";
        }));

        Assert.That(failure.Status, Is.Null);
        Assert.That(failure.IsTransient);
        Assert.That(failure.Message, Does.Contain("onnect"));
    }

    [Test]
    public async Task The_turn_limit_is_a_result_and_an_exception_of_its_own([Values] Entry entry)
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = _ => ScriptedReply.ToolUse("Read", ToolTests.Json(("file_path", cli.PathOf("x"))));

        var messages = await cli.RunAsync(entry, "Hello", options => options.MaxTurns = 1);
        var failure = await Assert.ThrowsAsync<MaxTurnsExceededException>(async () => await cli.AskAsync("Hello", options => options.MaxTurns = 1));

        Assert.Multiple(() =>
        {
            Assert.That(messages.Result().Subtype, Is.EqualTo(ResultSubtype.ErrorMaxTurns));
            Assert.That(messages.Result().TerminalReason, Is.EqualTo(TerminalReason.MaxTurns));
            Assert.That(failure!.Message, Does.Contain("maximum number of turns (1)"));
            Assert.That(failure.Result.NumTurns, Is.EqualTo(2));
            Assert.That(failure.IsTransient, Is.False);
        });
    }

    [Test]
    public async Task The_budget_is_a_result_and_an_exception_of_its_own_and_holds_for_later_turns()
    {
        await using var cli = await RealCli.StartAsync();
        cli.Api.Default = _ => ScriptedReply.Text("expensive").WithUsage(new ScriptedUsage(100_000, 20_000));
        await using var client = await cli.ConnectAsync(options => options.MaxBudgetUsd = 0.01m);

        var messages = await RealCli.ReadAsync(client.SendAsync("one", cli.Deadline));
        var later = await Assert.ThrowsAsync<BudgetExceededException>(async () => await client.AskAsync("two", cli.Deadline));
        var asked = await Assert.ThrowsAsync<BudgetExceededException>(async () => await cli.AskAsync("Hello", options => options.MaxBudgetUsd = 0.01m));

        Assert.Multiple(() =>
        {
            Assert.That(messages.Result().Subtype, Is.EqualTo(ResultSubtype.ErrorMaxBudgetUsd));
            Assert.That(later!.Message, Does.Contain("maximum budget"));
            Assert.That(asked!.Result!.SessionCostUsd, Is.GreaterThan(0.01m));
        });
    }

    private static void OneRetry(ClaudeOptions options) => options.Environment["CLAUDE_CODE_MAX_RETRIES"] = "1";

    private static async Task<ClaudeApiException> FailureOfAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (ClaudeApiException failure)
        {
            return failure;
        }

        throw new AssertionException("The API's error was not thrown.");
    }
}
