using System.Text.Json;

namespace Nexus.Claude.Protocol;

/// <summary>Our answer to a control request of the CLI.</summary>
internal sealed class InboundReply
{
    /// <summary>The code of a request that nobody here understands.</summary>
    public const string Unsupported = "unsupported_request";

    private readonly Action<Utf8JsonWriter>? _writePayload;
    private readonly string? _error;
    private readonly string? _errorCode;

    private InboundReply(Action<Utf8JsonWriter>? writePayload, string? error, string? errorCode)
    {
        _writePayload = writePayload;
        _error = error;
        _errorCode = errorCode;
    }

    /// <summary>No answer at all: the protocol wants some requests left alone.</summary>
    public static InboundReply Silence { get; } = new(null, null, null);

    /// <summary>True when nothing is sent.</summary>
    public bool IsSilence => ReferenceEquals(this, Silence);

    /// <summary>An answer.</summary>
    /// <param name="writePayload">Writes one whole JSON value.</param>
    /// <returns>The reply.</returns>
    public static InboundReply Success(Action<Utf8JsonWriter> writePayload) => new(writePayload, null, null);

    /// <summary>A refusal in the protocol's own form.</summary>
    /// <param name="error">Why; the CLI shows it.</param>
    /// <param name="errorCode">A code of lower-case letters, digits and underscores; null for none.</param>
    /// <returns>The reply.</returns>
    public static InboundReply Refused(string error, string? errorCode = null) => new(null, error, errorCode);

    /// <summary>Writes the member <c>response</c> of a <c>control_response</c>.</summary>
    /// <param name="json">The writer, inside of the frame.</param>
    /// <param name="id">The id of the request.</param>
    public void Write(Utf8JsonWriter json, string? id)
    {
        json.WriteString("type"u8, "control_response"u8);
        json.WriteStartObject("response"u8);
        json.WriteString("subtype"u8, _writePayload is null ? "error"u8 : "success"u8);
        if (id is not null)
            json.WriteString("request_id"u8, id);
        if (_writePayload is not null)
        {
            json.WritePropertyName("response"u8);
            _writePayload(json);
        }
        else
        {
            json.WriteString("error"u8, _error);
            if (_errorCode is not null)
                json.WriteString("error_code"u8, _errorCode);
        }

        json.WriteEndObject();
    }
}
