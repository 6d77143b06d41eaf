using Microsoft.AspNetCore.Http;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Turns;

/// <summary>The members of a request that have no effect here. The response says so, or in strict mode the request is refused.</summary>
/// <param name="strict">Refuses the request.</param>
internal sealed class IgnoredParams(bool strict)
{
    /// <summary>The response header that names them.</summary>
    public const string Header = "X-Nexus-Ignored-Params";

    private readonly List<string> _names = [];

    /// <summary>Their names, in the order they were found.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Adds one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="reason">Why it has no effect, as the end of a sentence that begins with its name.</param>
    /// <exception cref="GatewayException">In strict mode.</exception>
    public void Add(string name, string reason)
    {
        if (strict)
            throw GatewayException.Invalid(name, $"Unsupported parameter: '{name}' {reason}", "unsupported_parameter");
        if (!_names.Contains(name))
            _names.Add(name);
    }

    /// <summary>Refuses a member that is not known here at all, in strict mode; otherwise lets it be.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="GatewayException">In strict mode.</exception>
    public void Unknown(string name)
    {
        if (strict)
            throw GatewayException.Invalid(name, $"Unknown parameter: '{name}'.", "unknown_parameter");
    }

    /// <summary>Names them in the response's headers.</summary>
    /// <param name="response">The response.</param>
    public void WriteTo(HttpResponse response)
    {
        if (_names.Count > 0)
            response.Headers[Header] = string.Join(',', _names);
    }
}
