using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Errors;

/// <summary>Says any failure in terms that a client may see.</summary>
internal static class ErrorTranslation
{
    private const string Invalid = "invalid_request_error";
    private const string ServerError = "server_error";

    /// <summary>Translates a failure.</summary>
    /// <param name="exception">The failure.</param>
    /// <returns>The error; the failure itself when it is one already.</returns>
    public static GatewayException Of(Exception exception) => exception switch
    {
        GatewayException error => error,
        BadHttpRequestException error => OfRequest(error),
        JsonException error => RequestBody.BadJson(error),
        ClaudeApiException error => OfApi(error),
        BudgetExceededException error => new(429, "insufficient_quota", "insufficient_quota", Redaction.Redact(error.Message), innerException: error),
        CliExitedException error => new(502, ServerError, "cli_exited", "The Claude Code process ended before the reply was complete. Send the request again.", innerException: error),
        CliNotFoundException or CliStartException or CliDownloadException => new(
            503, ServerError, "cli_unavailable", "Claude Code could not be started on this server. Its operator finds the reason with: nexus-claude doctor",
            innerException: exception),
        ClaudeTimeoutException or TimeoutException => new(
            504, ServerError, "timeout", "Claude Code did not answer in time. Send the request again, or ask for less.", innerException: exception),
        ClaudeResultException error => new(502, ServerError, "upstream_error", Redaction.Redact(error.Message), innerException: error),
        ClaudeException => new(502, ServerError, "cli_error", "Claude Code failed while it worked on the request. Send the request again.", innerException: exception),
        _ => new(
            500, ServerError, "internal_error", "The server had an error while processing your request. The request's id, which its log has too, is in the header x-request-id.",
            innerException: exception),
    };

    private static GatewayException OfRequest(BadHttpRequestException error) => error.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => new(
            413, Invalid, "request_too_large", "The request body is larger than this server takes. Send fewer or smaller images and files, or less history.", innerException: error),
        StatusCodes.Status408RequestTimeout => new(
            408, Invalid, "request_timeout", "The request body arrived too slowly. Send the request again.", innerException: error),
        var status => new(status, Invalid, "bad_request", "The request could not be read: it is no valid HTTP request.", innerException: error),
    };

    private static GatewayException OfApi(ClaudeApiException error)
    {
        var message = Redaction.Redact(error.Message);
        return error.Status switch
        {
            400 when IsTooLong(error.Message) => new(400, Invalid, "context_length_exceeded", message, "messages", error),
            400 or 404 or 413 or 422 => new(400, Invalid, "upstream_rejected", message, innerException: error),

            // The caller's key was fine; it is the server's own that was not.
            401 or 403 => new(
                502, ServerError, "upstream_auth", "The model's API refused this server's own login. Its operator finds the reason with: nexus-claude doctor", innerException: error),
            429 => new(429, "rate_limit_error", "rate_limit_exceeded", message, innerException: error) { RetryAfter = error.RetryAfter },
            503 or 529 => new(503, ServerError, "upstream_overloaded", message, innerException: error) { RetryAfter = error.RetryAfter },
            408 or 504 => new(504, ServerError, "timeout", message, innerException: error),
            null when IsTooLong(error.Message) => new(400, Invalid, "context_length_exceeded", message, "messages", error),
            null => new(502, ServerError, "upstream_unreachable", "The model's API could not be reached from this server.", innerException: error),
            _ => new(502, ServerError, "upstream_error", message, innerException: error),
        };
    }

    private static bool IsTooLong(string message) => message.Contains("prompt is too long", StringComparison.OrdinalIgnoreCase);
}
