using System.Buffers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Nexus.Claude.Server.Errors;

/// <summary>The id of a request: the client's own, or one that is made here. Responses, errors and the log carry it.</summary>
internal static class RequestIds
{
    /// <summary>The header that carries it.</summary>
    public const string Header = "x-request-id";

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/=+");

    /// <summary>The id of a request.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The id.</returns>
    public static string RequestId(this HttpContext context) => context.TraceIdentifier;

    /// <summary>Gives a request its id.</summary>
    /// <param name="context">The request.</param>
    /// <returns>The id.</returns>
    internal static string Assign(HttpContext context)
    {
        var sent = context.Request.Headers[Header].ToString();

        // It goes into headers and logs of others: nothing that could pretend to be more than an id.
        return context.TraceIdentifier = sent.Length is > 0 and <= 128 && !sent.AsSpan().ContainsAnyExcept(Allowed) ? sent : New("req_");
    }

    /// <summary>A new id that nobody can guess.</summary>
    /// <param name="prefix">What it begins with.</param>
    /// <returns>The id.</returns>
    public static string New(string prefix) => string.Concat(prefix, RandomNumberGenerator.GetHexString(32, lowercase: true));
}
