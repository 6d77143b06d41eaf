using System.Net;
using System.Text;
using System.Text.Json;

namespace Nexus.Claude.Memory;

/// <summary>Meilisearch did not do what it was asked to. What the memory throws has it as its inner exception.</summary>
public sealed class MeilisearchException : ClaudeException
{
    private const int LongestBody = 200;

    private static readonly string[] PassingCodes =
        ["too_many_search_requests", "no_space_left_on_device", "database_size_limit_reached", "too_many_open_files", "io_error", "index_not_accessible"];

    private MeilisearchException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The server's name for what is wrong, such as <c>invalid_api_key</c>; null when it gave none.</summary>
    public string? Code { get; private init; }

    /// <summary>The server's kind of error: <c>invalid_request</c>, <c>internal</c>, <c>auth</c> or <c>system</c>; null when it gave none.</summary>
    public string? Type { get; private init; }

    /// <summary>The status of the answer; null when there was no answer, or when a task failed that had been taken.</summary>
    public HttpStatusCode? StatusCode { get; private init; }

    /// <summary>How long the server wants to be left alone; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>True when the same request may work later.</summary>
    public override bool IsTransient => !IsUnauthorized && !IsTooLarge && (Code is null
        || PassingCodes.Contains(Code, StringComparer.Ordinal) || Type is "internal" or "system"
        || StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError);

    /// <summary>True when the key is missing, wrong, or not allowed to do this.</summary>
    public bool IsUnauthorized => Type == "auth" || StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    internal bool IsTooLarge => StatusCode is HttpStatusCode.RequestEntityTooLarge || Code == "payload_too_large";

    // The server took it and broke on it: perhaps a bug that this document meets each time.
    internal bool IsInternal => Type == "internal" && !PassingCodes.Contains(Code, StringComparer.Ordinal);

    internal static MeilisearchException Unreachable(Uri address, Exception cause) =>
        new($"Meilisearch at {address} cannot be reached: {cause.Message}", cause);

    internal static MeilisearchException TooSlow(Uri address, TimeSpan limit, string what) =>
        new($"Meilisearch at {address} took longer than {limit} for {what}.");

    internal static MeilisearchException Unsupported(Uri address, string version) =>
        new($"Meilisearch at {address} has version {version}; at least {Store.Meilisearch.MeilisearchVersion.Oldest.Major}.{Store.Meilisearch.MeilisearchVersion.Oldest.Minor} is needed.")
        {
            Code = "unsupported_version", Type = "invalid_request",
        };

    internal static MeilisearchException NotUnderstood(Uri address, string what, Exception cause) =>
        new($"What answers at {address} is no Meilisearch: {what} gave something else than its JSON. Check the address, and what stands between.", cause);

    /// <summary>An answer that says no. Its body may be anybody's: a proxy's page as well as the server's JSON.</summary>
    internal static MeilisearchException Refused(Uri address, string what, HttpStatusCode status, byte[] body, TimeSpan? retryAfter)
    {
        var (message, code, type) = Read(body);
        return new MeilisearchException($"Meilisearch at {address} answered {what} with {(int)status}{(code is null ? "" : $" ({code})")}: {message}")
        {
            Code = code, Type = type, StatusCode = status, RetryAfter = retryAfter,
        };
    }

    /// <summary>A task that was taken and failed.</summary>
    internal static MeilisearchException Failed(Uri address, string what, string? code, string? type, string? message) =>
        new($"Meilisearch at {address} took {what} and failed ({code ?? "no reason given"}): {message}") { Code = code ?? "task_failed", Type = type };

    /// <summary>A task that somebody took back: nothing is wrong with it.</summary>
    internal static MeilisearchException Canceled(Uri address, string what) => new($"Somebody cancelled {what} on Meilisearch at {address}.");

    /// <summary>Somebody deleted an index or changed its settings: they are made anew before the next try.</summary>
    internal static MeilisearchException NotSetUp(Uri address, MeilisearchException cause) =>
        new($"The indexes of Meilisearch at {address} are not as they were made, and are made again: {cause.Message}", cause);

    private static (string? Message, string? Code, string? Type) Read(byte[] body)
    {
        try
        {
            var json = JsonElement.Parse(body);
            if (json.ValueKind == JsonValueKind.Object)
                return (Text(json, "message"), Text(json, "code"), Text(json, "type"));
        }
        catch (JsonException)
        {
            // Somebody else's words, repeated below.
        }

        string text = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, LongestBody)));
        return (string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c)), null, null);
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
