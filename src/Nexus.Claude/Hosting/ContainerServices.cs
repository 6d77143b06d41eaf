using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Nexus.Claude.Hosting;

/// <summary>Gives options what the container has and they do not name themselves: the log and the clock.</summary>
/// <param name="services">The container.</param>
internal sealed class ContainerServices(IServiceProvider services) : IPostConfigureOptions<ClaudeOptions>
{
    /// <inheritdoc/>
    public void PostConfigure(string? name, ClaudeOptions options)
    {
        options.LoggerFactory ??= services.GetService<ILoggerFactory>();
        if (ReferenceEquals(options.TimeProvider, TimeProvider.System) && services.GetService<TimeProvider>() is { } time)
            options.TimeProvider = time;
    }

    /// <summary>Reads options; their mistakes come as the SDK's own exception, as they do everywhere else.</summary>
    /// <param name="options">The options.</param>
    /// <param name="name">The client's name.</param>
    /// <returns>A copy.</returns>
    /// <exception cref="Nexus.Claude.OptionsValidationException">The options have mistakes.</exception>
    public static ClaudeOptions Read(IOptionsMonitor<ClaudeOptions> options, string name)
    {
        try
        {
            return options.Get(name).Clone();
        }
        catch (Microsoft.Extensions.Options.OptionsValidationException refused)
        {
            throw new OptionsValidationException([.. refused.Failures]);
        }
    }
}

/// <summary>Checks registered options as a session would, before there is one.</summary>
internal sealed class OptionsCheck : IValidateOptions<ClaudeOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ClaudeOptions options)
    {
        var mistakes = ClaudeOptionsValidator.Collect(options, OperatingSystem.IsWindows());
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }
}
