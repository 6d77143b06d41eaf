using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Sessions;

/// <summary>What goes wrong at the CLI or behind it, in the terms that a client knows (gateway.md 3.3).</summary>
internal static class UpstreamErrors
{
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(1);

    /// <summary>The error for a turn that ended as failed.</summary>
    /// <param name="result">The turn's result.</param>
    /// <param name="error">What the CLI calls it; null for nothing.</param>
    /// <param name="retryDelay">How long the CLI waited before its last try; null when it did not try again.</param>
    /// <returns>The error.</returns>
    public static GatewayException Of(ResultMessage result, AssistantError? error, TimeSpan? retryDelay)
    {
        var text = Redaction.Of(TextOf(result));
        if (IsTooLong(result, text))
            return new GatewayException(400, "invalid_request_error", "context_length_exceeded", text, "messages");
        return (result.ApiErrorStatus ?? StatusOf(error)) switch
        {
            400 or 422 => new GatewayException(400, "invalid_request_error", "upstream_invalid_request", text),
            413 => new GatewayException(413, "invalid_request_error", "request_too_large", text),
            401 or 402 or 403 => new GatewayException(
                502, "server_error", "upstream_auth", "The server's own credential was refused by the model's API; the operator has to renew it."),
            404 => new GatewayException(404, "invalid_request_error", "model_not_found", text, "model"),
            429 => new GatewayException(429, "rate_limit_error", "rate_limit_exceeded", text) { RetryAfter = retryDelay ?? ShortWait },
            503 or 529 => new GatewayException(503, "server_error", "upstream_overloaded", text) { RetryAfter = retryDelay ?? ShortWait },
            408 or 504 => new GatewayException(504, "server_error", "upstream_timeout", text),
            { } => new GatewayException(502, "server_error", "upstream_error", text),
            null when result.TerminalReason == TerminalReason.ApiError => new GatewayException(502, "server_error", "upstream_unreachable", text),
            null => new GatewayException(502, "server_error", "upstream_error", text),
        };
    }

    /// <summary>The error for something that was thrown.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <returns>The error; null when it is none of the CLI's, and is to go on as it is.</returns>
    public static GatewayException? Of(Exception failure) => failure switch
    {
        GatewayException known => known,
        CliExitedException => new GatewayException(
            502, "server_error", "cli_exited", "The process that ran the model ended before its reply did. Send the request again.", null, failure),
        ClaudeTimeoutException late => new GatewayException(
            504, "server_error", "upstream_timeout", $"The model was silent for {late.Timeout.TotalSeconds:0.#} s, so the turn was given up.", null, failure),
        CliNotFoundException or CliDownloadException or CliStartException => new GatewayException(
            503, "server_error", "cli_unavailable", "The Claude Code CLI cannot be started on the server; the operator can see why in its log.", null, failure),
        OptionsValidationException => new GatewayException(
            500, "server_error", "configuration", "The server's configuration does not let it run this request; the operator can see why in its log.", null, failure),
        ObjectDisposedException => ShuttingDown(failure),
        ClaudeException => new GatewayException(502, "server_error", "upstream_error", Redaction.Of(failure.Message), null, failure),
        _ => null,
    };

    /// <summary>The error for a request that comes while the server ends.</summary>
    /// <param name="cause">The cause; null for none.</param>
    /// <returns>The error.</returns>
    public static GatewayException ShuttingDown(Exception? cause = null) =>
        new(503, "server_error", "server_shutting_down", "The server is shutting down. Send the request again.", null, cause) { RetryAfter = ShortWait };

    private static string TextOf(ResultMessage result)
    {
        // Diagnostics are for the CLI's authors.
        var errors = result.Errors.Where(static error => !error.StartsWith("[ede_diagnostic]", StringComparison.Ordinal)).ToList();
        if (errors.Count > 0)
            return string.Join("; ", errors);
        return result.Text is { Length: > 0 } text ? text : $"The turn ended as '{result.Subtype}'.";
    }

    private static bool IsTooLong(ResultMessage result, string text) =>
        result.TerminalReason == TerminalReason.PromptTooLong
        || result.TerminalReason == TerminalReason.BlockingLimit
        || result.ApiErrorStatus is 400 or 413 or null && text.Contains("prompt is too long", StringComparison.OrdinalIgnoreCase);

    private static int? StatusOf(AssistantError? error) => error?.Value switch
    {
        "authentication_failed" or "oauth_org_not_allowed" or "billing_error" => 401,
        "rate_limit" => 429,
        "invalid_request" => 400,
        "model_not_found" => 404,
        "overloaded" => 529,
        "server_error" => 500,
        _ => null,
    };
}
