using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Nexus.Claude.Hosting;

namespace Nexus.Claude;

/// <summary>Registers Nexus.Claude with a container.</summary>
public static class NexusClaudeServiceCollectionExtensions
{
    /// <summary>
    /// Registers the client without a name: <see cref="IClaudeClientFactory"/>, its options, and an <see cref="IChatClient"/> unless there is one.
    /// The container's <c>ILoggerFactory</c> and <see cref="TimeProvider"/> are used where the options name none.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">The options; null for the defaults.</param>
    /// <returns>What is registered, to be added to.</returns>
    public static NexusClaudeBuilder AddNexusClaude(this IServiceCollection services, Action<ClaudeOptions>? configure = null) =>
        AddNexusClaude(services, Options.DefaultName, configure);

    /// <summary>
    /// Registers a client by name: its options, and an <see cref="IChatClient"/> whose service key is the name. The factory makes it by
    /// <see cref="IClaudeClientFactory.CreateAsync"/> with the name.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name.</param>
    /// <param name="configure">The options; null for the defaults.</param>
    /// <returns>What is registered, to be added to.</returns>
    public static NexusClaudeBuilder AddNexusClaude(this IServiceCollection services, string name, Action<ClaudeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<ClaudeOptions>, ContainerServices>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ClaudeOptions>, OptionsCheck>());
        services.TryAddSingleton<IClaudeClientFactory, ClaudeClientFactory>();
        services.AddSingleton(new ClientRegistration(name));
        if (name.Length == 0)
            services.TryAddSingleton<IChatClient>(static provider => NewChatClient(provider, Options.DefaultName));
        else
            services.TryAddKeyedSingleton<IChatClient>(name, static (provider, key) => NewChatClient(provider, (string)key!));
        var builder = new NexusClaudeBuilder(services, name);
        return configure is null ? builder : builder.Configure(configure);
    }

    /// <summary>Registers the client without a name, with options from configuration; see <see cref="NexusClaudeBuilder.Bind"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The section.</param>
    /// <returns>What is registered, to be added to.</returns>
    public static NexusClaudeBuilder AddNexusClaude(this IServiceCollection services, IConfiguration configuration) =>
        AddNexusClaude(services, Options.DefaultName).Bind(configuration);

    /// <summary>Registers a client by name, with options from configuration; see <see cref="NexusClaudeBuilder.Bind"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="name">The name.</param>
    /// <param name="configuration">The section.</param>
    /// <returns>What is registered, to be added to.</returns>
    public static NexusClaudeBuilder AddNexusClaude(this IServiceCollection services, string name, IConfiguration configuration) =>
        AddNexusClaude(services, name).Bind(configuration);

    private static ClaudeChatClient NewChatClient(IServiceProvider provider, string name)
    {
        var options = provider.GetRequiredService<IOptionsMonitor<ClaudeOptions>>();
        return new ClaudeChatClient(
            () => ContainerServices.Read(options, name),
            provider.GetService<IOptionsMonitor<ClaudeChatOptions>>()?.Get(name) ?? new ClaudeChatOptions(),
            provider);
    }
}
