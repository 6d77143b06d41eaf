namespace Nexus.Claude.Hosting;

/// <summary>That a client of this name is registered; without it a misspelled name would silently mean default options.</summary>
/// <param name="Name">The name.</param>
internal sealed record ClientRegistration(string Name);
