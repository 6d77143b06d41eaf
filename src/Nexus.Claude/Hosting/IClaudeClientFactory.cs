namespace Nexus.Claude;

/// <summary>Connects clients with the options that were registered by <see cref="NexusClaudeServiceCollectionExtensions"/>. Thread-safe.</summary>
public interface IClaudeClientFactory
{
    /// <summary>Starts a CLI and waits until it is ready for prompts. The caller disposes the client; the container does not.</summary>
    /// <param name="name">The name it was registered by; null or empty for the client without one.</param>
    /// <param name="configure">Changes to a copy of the registered options, for this client only; null for none.</param>
    /// <param name="cancellationToken">Gives up; the CLI is stopped.</param>
    /// <returns>The connected client.</returns>
    /// <exception cref="ArgumentException">No client of this name is registered.</exception>
    /// <exception cref="OptionsValidationException">The options have mistakes.</exception>
    /// <exception cref="CliNotFoundException">There is no CLI and <see cref="ClaudeOptions.AutoDownload"/> is off.</exception>
    /// <exception cref="CliStartException">The CLI could not be started.</exception>
    Task<ClaudeClient> CreateAsync(string? name = null, Action<ClaudeOptions>? configure = null, CancellationToken cancellationToken = default);
}
