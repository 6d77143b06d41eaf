using Microsoft.Extensions.Options;

namespace Nexus.Claude.Hosting;

/// <summary>The factory of a container.</summary>
/// <param name="options">The registered options.</param>
/// <param name="registrations">The registered names.</param>
internal sealed class ClaudeClientFactory(IOptionsMonitor<ClaudeOptions> options, IEnumerable<ClientRegistration> registrations) : IClaudeClientFactory
{
    private readonly HashSet<string> _names = [.. registrations.Select(static registration => registration.Name)];

    /// <inheritdoc/>
    public async Task<ClaudeClient> CreateAsync(string? name, Action<ClaudeOptions>? configure, CancellationToken cancellationToken)
    {
        name ??= Options.DefaultName;
        if (!_names.Contains(name))
        {
            var known = string.Join(", ", _names.Select(static each => each.Length == 0 ? "the one without a name" : $"'{each}'"));
            throw new ArgumentException(
                $"No client is registered {(name.Length == 0 ? "without a name" : $"as '{name}'")}; registered: {known}. Register it with AddNexusClaude.", nameof(name));
        }

        var copy = ContainerServices.Read(options, name);
        configure?.Invoke(copy);
        return await ClaudeClient.ConnectAsync(copy, cancellationToken).ConfigureAwait(false);
    }
}
