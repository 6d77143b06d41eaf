using Microsoft.Extensions.Logging;

namespace Nexus.Claude.Diagnostics;

/// <summary>
/// The logger of a program that wants none. The one of the abstractions does the same, but their package comes uncompiled, and this one is
/// on the way to the first process.
/// </summary>
internal sealed class SilentLogger : ILogger
{
    /// <summary>The one.</summary>
    public static readonly SilentLogger Instance = new();

    private SilentLogger()
    {
    }

    /// <summary>The library's logger.</summary>
    /// <param name="factory">The program's; null when it wants none.</param>
    /// <returns>A logger of the category <c>Nexus.Claude</c>, or the silent one.</returns>
    public static ILogger Or(ILoggerFactory? factory) => factory?.CreateLogger("Nexus.Claude") ?? (ILogger)Instance;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => false;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        // Nobody listens.
    }
}
