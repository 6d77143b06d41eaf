using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Nexus.Claude.Server.Errors;

/// <summary>Writes errors: OpenAI's object, and Anthropic's on its routes.</summary>
internal static class ErrorBody
{
    /// <summary>Writes an error as a response.</summary>
    /// <param name="context">The request; its response has not begun.</param>
    /// <param name="error">The error.</param>
    /// <returns>Completes when it is written.</returns>
    public static async Task WriteAsync(HttpContext context, GatewayException error)
    {
        var response = context.Response;
        response.StatusCode = error.Status;
        response.ContentType = "application/json";
        if (error.RetryAfter is { } wait)
        {
            var milliseconds = Math.Max(1, Math.Ceiling(wait.TotalMilliseconds));
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            response.Headers["retry-after-ms"] = milliseconds.ToString(CultureInfo.InvariantCulture);
        }

        var body = new ArrayBufferWriter<byte>(256);
        if (IsAnthropic(context.Request.Path))
            WriteAnthropic(body, error, context.RequestId());
        else
            WriteOpenAi(body, error);
        response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Writes <c>{"error":{...}}</c>.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="error">The error.</param>
    public static void WriteOpenAi(IBufferWriter<byte> output, GatewayException error)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("message"u8, error.Message);
        json.WriteString("type"u8, error.Type);
        json.WriteString("param"u8, error.Param);
        json.WriteString("code"u8, error.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes <c>{"type":"error","error":{...},"request_id":"..."}</c>.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="error">The error.</param>
    /// <param name="requestId">The request's id.</param>
    public static void WriteAnthropic(IBufferWriter<byte> output, GatewayException error, string requestId)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("type"u8, "error"u8);
        json.WriteStartObject("error"u8);
        json.WriteString("type"u8, AnthropicType(error.Status));
        json.WriteString("message"u8, error.Message);
        json.WriteEndObject();
        json.WriteString("request_id"u8, requestId);
        json.WriteEndObject();
    }

    private static bool IsAnthropic(PathString path) => path.StartsWithSegments("/v1/messages", StringComparison.OrdinalIgnoreCase);

    private static string AnthropicType(int status) => status switch
    {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 or 529 => "overloaded_error",
        504 => "timeout_error",
        >= 500 => "api_error",
        _ => "invalid_request_error",
    };
}
