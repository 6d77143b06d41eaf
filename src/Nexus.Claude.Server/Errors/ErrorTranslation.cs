using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nexus.Claude.Server.Sessions;
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
        ClaudeApiException error => UpstreamErrors.Of(error.Result, error.Error, error.RetryAfter),
        ClaudeResultException error => UpstreamErrors.Of(error.Result, null, null),
        TimeoutException => new(504, ServerError, "timeout", "The server did not answer in time. Send the request again.", innerException: exception),
        _ when UpstreamErrors.Of(exception) is { } error => error,
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
}
