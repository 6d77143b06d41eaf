using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Nexus.Claude.Hosting;

/// <summary>Lets options be read again when their configuration has been.</summary>
/// <param name="name">The client's name.</param>
/// <param name="configuration">The section.</param>
internal sealed class ConfigurationChanges(string name, IConfiguration configuration) : IOptionsChangeTokenSource<ClaudeOptions>
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IChangeToken GetChangeToken() => configuration.GetReloadToken();
}
