using Microsoft.Extensions.DependencyInjection;
using Nexus.Claude.Server.Sessions;

namespace Nexus.Claude.Server.Turns;

/// <summary>The steps of a turn in their order, and the sessions at the end.</summary>
internal sealed class TurnPipeline : ITurnRunner
{
    private readonly ITurnRunner _first;

    /// <summary>Lines the steps up.</summary>
    /// <param name="services">Has each step as a keyed <see cref="ITurnStep"/>; those that are not registered are left out.</param>
    /// <param name="sessions">The end of the line.</param>
    public TurnPipeline(IServiceProvider services, ISessionTurns sessions)
    {
        _first = sessions;
        foreach (var order in Enum.GetValues<TurnStepOrder>().Reverse())
        {
            if (services.GetKeyedService<ITurnStep>(order) is { } step)
                _first = new Step(step, _first);
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<TurnEvent> RunAsync(TurnRequest request, CancellationToken cancellationToken) =>
        _first.RunAsync(request, cancellationToken);

    private sealed class Step(ITurnStep step, ITurnRunner next) : ITurnRunner
    {
        public IAsyncEnumerable<TurnEvent> RunAsync(TurnRequest request, CancellationToken cancellationToken) =>
            step.RunAsync(request, next, cancellationToken);
    }
}
