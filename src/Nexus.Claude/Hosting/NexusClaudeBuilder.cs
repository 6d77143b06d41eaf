using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Nexus.Claude.Hosting;

namespace Nexus.Claude;

/// <summary>One registered client, for what is to be added to it. Made by <see cref="NexusClaudeServiceCollectionExtensions"/>.</summary>
public sealed class NexusClaudeBuilder
{
    internal NexusClaudeBuilder(IServiceCollection services, string name)
    {
        Services = services;
        Name = name;
        Options = services.AddOptions<ClaudeOptions>(name);
    }

    /// <summary>The services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The client's name; empty for the one without.</summary>
    public string Name { get; }

    /// <summary>The client's options, for <c>Configure</c> with services and the like.</summary>
    public OptionsBuilder<ClaudeOptions> Options { get; }

    /// <summary>Changes the options.</summary>
    /// <param name="configure">The change; several apply in the order of their calls.</param>
    /// <returns>This object.</returns>
    public NexusClaudeBuilder Configure(Action<ClaudeOptions> configure)
    {
        Options.Configure(configure);
        return this;
    }

    /// <summary>
    /// Takes options from configuration, without reflection: the names are those of <see cref="ClaudeOptions"/>, in any case. What cannot be
    /// written as text (callbacks, tools, agents, servers) is set in code. Sessions that begin after a reload have the new values.
    /// </summary>
    /// <param name="configuration">The section.</param>
    /// <returns>This object.</returns>
    /// <remarks>A key that is not known, and a value that cannot be read, is an <see cref="Nexus.Claude.OptionsValidationException"/>.</remarks>
    public NexusClaudeBuilder Bind(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Services.AddSingleton<IOptionsChangeTokenSource<ClaudeOptions>>(new ConfigurationChanges(Name, configuration));
        Options.Configure(options => new ConfigurationOptions(configuration).ApplyTo(options));
        return this;
    }

    /// <summary>Checks the options when the host starts, and not only when the first client is asked for.</summary>
    /// <returns>This object.</returns>
    public NexusClaudeBuilder ValidateOnStart()
    {
        Options.ValidateOnStart();
        return this;
    }
}
