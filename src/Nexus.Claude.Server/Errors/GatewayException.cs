namespace Nexus.Claude.Server.Errors;

/// <summary>An error that a client is told: an HTTP status and the members of OpenAI's error object (gateway.md 3.3).</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="type">The kind, for example <c>invalid_request_error</c>.</param>
/// <param name="code">The exact reason, for example <c>model_not_found</c>; null for none.</param>
/// <param name="message">What happened, on what, and what to do. Without paths, addresses and keys of this machine.</param>
/// <param name="param">The request's member that is wrong; null for none.</param>
/// <param name="innerException">The cause, for the log.</param>
internal sealed class GatewayException(
    int status, string type, string? code, string message, string? param = null, Exception? innerException = null)
    : ClaudeException(message, innerException)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;

    /// <summary>The kind of error.</summary>
    public string Type => type;

    /// <summary>The exact reason; null for none.</summary>
    public string? Code => code;

    /// <summary>The request's member that is wrong; null for none.</summary>
    public string? Param => param;

    /// <summary>When the same request may be tried again; null when nothing is known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <inheritdoc/>
    public override bool IsTransient => status is 408 or 409 or 429 or >= 500;

    /// <summary>A member of the request is wrong.</summary>
    /// <param name="param">The member.</param>
    /// <param name="message">What is wrong with it.</param>
    /// <param name="code">The exact reason; null for none.</param>
    /// <returns>The error, a 400.</returns>
    public static GatewayException Invalid(string? param, string message, string? code = null) =>
        new(400, "invalid_request_error", code, message, param);

    /// <summary>There is no such thing.</summary>
    /// <param name="message">What there is not.</param>
    /// <param name="code">The exact reason; null for none.</param>
    /// <param name="param">The member that named it; null for the path.</param>
    /// <returns>The error, a 404.</returns>
    public static GatewayException NotFound(string message, string? code = null, string? param = null) =>
        new(404, "invalid_request_error", code, message, param);
}
