using Nexus.Claude.Memory.Record;

namespace Nexus.Claude.Memory;

/// <summary>Gives clients a memory.</summary>
public static class ClaudeMemoryExtensions
{
    /// <summary>
    /// Records what happens in the sessions of these options, and puts what matters of earlier ones beside each new prompt, in its frame.
    /// The memory is opened with the first prompt, shared by all options of this process that name the same file, and written at the end of
    /// each turn. A memory that fails or is slow never keeps a prompt back.
    /// </summary>
    /// <param name="options">The options of the client.</param>
    /// <returns>The options.</returns>
    public static ClaudeOptions UseMemory(this ClaudeOptions options) => options.UseMemory(static (MemoryOptions _) => { });

    /// <summary>The same with options of the memory's own.</summary>
    /// <param name="options">The options of the client.</param>
    /// <param name="configure">Sets the options of the memory.</param>
    /// <returns>The options.</returns>
    /// <exception cref="OptionsValidationException">They contradict themselves.</exception>
    public static ClaudeOptions UseMemory(this ClaudeOptions options, Action<MemoryOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configure);
        var memory = new MemoryOptions { LoggerFactory = options.LoggerFactory, TimeProvider = options.TimeProvider };
        configure(memory);
        memory.Validate();
        new SessionRecorder(cancellationToken => OpenMemories.GetAsync(memory, cancellationToken), memory).AttachTo(options);
        return options;
    }

    /// <summary>The same with a memory that is open, and stays yours to dispose of after the clients.</summary>
    /// <param name="options">The options of the client.</param>
    /// <param name="memory">The memory.</param>
    /// <returns>The options.</returns>
    public static ClaudeOptions UseMemory(this ClaudeOptions options, ClaudeMemory memory)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(memory);
        new SessionRecorder(_ => Task.FromResult(memory), memory.Options).AttachTo(options);
        return options;
    }

    /// <summary>Gives the clients of a container a memory, as <see cref="UseMemory(ClaudeOptions, Action{MemoryOptions})"/> does.</summary>
    /// <param name="builder">What is registered.</param>
    /// <returns>The builder.</returns>
    public static NexusClaudeBuilder AddMemory(this NexusClaudeBuilder builder) => builder.AddMemory(static (MemoryOptions _) => { });

    /// <summary>The same with options of the memory's own.</summary>
    /// <param name="builder">What is registered.</param>
    /// <param name="configure">Sets the options of the memory.</param>
    /// <returns>The builder.</returns>
    public static NexusClaudeBuilder AddMemory(this NexusClaudeBuilder builder, Action<MemoryOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Configure(options => options.UseMemory(configure));
    }

    /// <summary>The same with services of the container, for example a registered embedding generator.</summary>
    /// <param name="builder">What is registered.</param>
    /// <param name="configure">Sets the options of the memory; it gets the container as well.</param>
    /// <returns>The builder.</returns>
    public static NexusClaudeBuilder AddMemory(this NexusClaudeBuilder builder, Action<MemoryOptions, IServiceProvider> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Options.Configure<IServiceProvider>((options, services) => options.UseMemory(memory => configure(memory, services)));
        return builder;
    }
}
