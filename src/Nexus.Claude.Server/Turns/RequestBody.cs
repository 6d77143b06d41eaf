using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Turns;

/// <summary>Reads the JSON body of a request.</summary>
internal static class RequestBody
{
    /// <summary>How deep the JSON of a request may be nested.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>Reads a body that has to be a JSON object.</summary>
    /// <param name="context">The request.</param>
    /// <param name="mayBeEmpty">True takes no body at all for an empty object.</param>
    /// <returns>The body; it does not depend on any buffer.</returns>
    /// <exception cref="GatewayException">It is no JSON (400, 415), no object (400), or nested too deep (400).</exception>
    /// <exception cref="BadHttpRequestException">It is too large (413), or did not arrive.</exception>
    public static async ValueTask<RequestValue> ReadAsync(HttpContext context, bool mayBeEmpty = false)
    {
        var request = context.Request;
        if (mayBeEmpty && request.ContentLength == 0)
            return new RequestValue(Parse("{}"u8.ToArray()), "");

        // Browsers send everything else across origins without asking first.
        if (!request.HasJsonContentType())
        {
            if (mayBeEmpty && request.ContentType is null && await IsEmptyAsync(request.BodyReader, context.RequestAborted).ConfigureAwait(false))
                return new RequestValue(Parse("{}"u8.ToArray()), "");
            throw new GatewayException(
                415, "invalid_request_error", "unsupported_media_type",
                $"The request's Content-Type is {(request.ContentType is null ? "missing" : $"'{request.ContentType}'")}. Send JSON with 'Content-Type: application/json'.");
        }

        var bytes = await ReadAllAsync(request.BodyReader, context.RequestAborted).ConfigureAwait(false);
        if (mayBeEmpty && bytes.Length == 0)
            bytes = "{}"u8.ToArray();
        return new RequestValue(Parse(bytes), "").AsObject();
    }

    /// <summary>Parses JSON that a client sent, and keeps the bytes.</summary>
    /// <param name="bytes">The JSON in UTF-8. Escapes of half a surrogate pair, which no API takes, are changed to that of U+FFFD.</param>
    /// <returns>The value.</returns>
    /// <exception cref="JsonException">It is no JSON, or nested too deep.</exception>
    public static JsonElement ParseJson(byte[] bytes)
    {
        ReplaceHalfPairs(bytes);

        // The document owns no rented memory: it parses an array of its own.
        return JsonDocument.Parse(bytes.AsMemory(), Options).RootElement;
    }

    private static async ValueTask<bool> IsEmptyAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var isEmpty = read.IsCompleted && read.Buffer.IsEmpty;
        reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        return isEmpty;
    }

    private static async ValueTask<byte[]> ReadAllAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static JsonElement Parse(byte[] bytes)
    {
        if (bytes.AsSpan().StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        if (!Utf8.IsValid(bytes))
            throw GatewayException.Invalid(null, "The request body is not valid UTF-8.", "invalid_json");
        try
        {
            return ParseJson(bytes);
        }
        catch (JsonException exception)
        {
            throw BadJson(exception);
        }
    }

    /// <summary>The error about a body that is no JSON.</summary>
    /// <param name="exception">What the parser said.</param>
    /// <returns>The error, a 400.</returns>
    public static GatewayException BadJson(JsonException exception)
    {
        var place = exception is { LineNumber: { } line, BytePositionInLine: { } position } ? $" (line {line + 1}, byte {position + 1})" : "";
        return new(
            400, "invalid_request_error", "invalid_json",
            $"We could not parse the JSON body of your request{place}: {Reason(exception.Message)} "
            + $"The API expects a JSON object, nested at most {MaxDepth} deep. Watch for trailing commas and for unescaped quotes and line ends in strings.",
            innerException: exception);
    }

    // The parser's sentence ends with the position once more.
    private static string Reason(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end > 0 ? message[..end] : message;
    }

    private static void ReplaceHalfPairs(Span<byte> json)
    {
        while (true)
        {
            var escape = json.IndexOf((byte)'\\');
            if (escape < 0 || escape + 2 > json.Length)
                return;
            json = json[escape..];
            if (Surrogate(json) is not { } first)
            {
                json = json[2..];
                continue;
            }

            if (char.IsHighSurrogate(first) && Surrogate(json[6..]) is { } second && char.IsLowSurrogate(second))
            {
                json = json[12..];
                continue;
            }

            "\\uFFFD"u8.CopyTo(json);
            json = json[6..];
        }
    }

    private static char? Surrogate(ReadOnlySpan<byte> escape) =>
        escape.Length >= 6 && escape[0] == '\\' && escape[1] == 'u'
            && ushort.TryParse(escape[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && char.IsSurrogate((char)code)
                ? (char)code
                : null;
}
