using System.Text.Json;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Sessions;

namespace Nexus.Claude.Server.Tests.Errors;

[Property("gateway-row", 26)]
[Property("seed-row", 91)]
internal sealed class ErrorTranslationTests
{
    [TestCase(400, "bad", 400, "upstream_invalid_request")]
    [TestCase(400, "Prompt is too long", 400, "context_length_exceeded")]
    [TestCase(401, "Invalid API key", 502, "upstream_auth")]
    [TestCase(403, "no", 502, "upstream_auth")]
    [TestCase(429, "slow down", 429, "rate_limit_exceeded")]
    [TestCase(500, "oops", 502, "upstream_error")]
    [TestCase(503, "busy", 503, "upstream_overloaded")]
    [TestCase(529, "Overloaded", 503, "upstream_overloaded")]
    [TestCase(null, "ECONNREFUSED", 502, "upstream_error")]
    public void A_failure_of_the_api_becomes_a_status(int? upstream, string message, int status, string code)
    {
        var error = ErrorTranslation.Of(new ClaudeApiException(message, new ResultMessage { ApiErrorStatus = upstream, Text = message }, null, TimeSpan.FromSeconds(3)));
        Assert.That((error.Status, error.Code), Is.EqualTo((status, code)));
        Assert.That(error.RetryAfter, Is.EqualTo(status is 429 or 503 ? TimeSpan.FromSeconds(3) : null));
    }

    [Test]
    public void Failures_of_the_process_become_statuses_that_clients_try_again()
    {
        Assert.That(ErrorTranslation.Of(new ClaudeTimeoutException("late", TimeSpan.FromSeconds(1))).Status, Is.EqualTo(504));
        Assert.That(ErrorTranslation.Of(new CliNotFoundException("none", [])).Status, Is.EqualTo(503));
        Assert.That(ErrorTranslation.Of(new JsonException("x", null, 3, 7)).Message, Does.Contain("line 4, byte 8"));
    }

    [TestCase("check your inference gateway (127.0.0.1:8080/v1)", "127.0.0.1")]
    [TestCase("cannot open /home/user/.claude/settings.json", "/home/user")]
    [TestCase("cannot open 'C:\\Users\\me\\x'", "Users")]
    [TestCase("fetch http://internal.example:9000/v1/messages failed", "internal.example")]
    [TestCase("key sk-ant-api03-abcdefghijk refused", "abcdefghijk")]
    [TestCase("connect to localhost:1234", "1234")]
    public void Texts_of_the_cli_lose_addresses_paths_and_keys(string text, string secret) =>
        Assert.That(Redaction.Of(text), Does.Not.Contain(secret));

    [TestCase("max_tokens: 5 > 4, the maximum allowed")]
    [TestCase("messages.1: tool_use ids must be unique and/or known")]
    public void Other_texts_stay(string text) => Assert.That(Redaction.Of(text), Is.EqualTo(text));
}
