using Microsoft.Extensions.Logging;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Usage;

/// <summary>Runs attempts at one prompt until one succeeds or may not be repeated.</summary>
/// <param name="policy">How often and how fast.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">The log.</param>
/// <param name="random">A number from 0 to 1, drawn for each delay.</param>
internal sealed class RetryLoop(RetryPolicy policy, TimeProvider timeProvider, ILogger logger, Func<double> random)
{
    public RetryLoop(RetryPolicy policy, TimeProvider timeProvider, ILogger logger)
        : this(policy, timeProvider, logger, Random.Shared.NextDouble)
    {
    }

    /// <summary>Runs.</summary>
    /// <param name="isRepeatable">False for a prompt that may act before the model says anything.</param>
    /// <param name="attempt">One attempt, by its number from 1. It notes in the outcome what the turn says.</param>
    /// <param name="cancellationToken">Ends the wait for the next attempt.</param>
    /// <returns>What the successful attempt returned.</returns>
    public async Task<T> RunAsync<T>(bool isRepeatable, Func<int, TurnOutcome, Task<T>> attempt, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        for (var number = 1; ; number++)
        {
            var outcome = new TurnOutcome();
            TimeSpan delay;
            try
            {
                return await attempt(number, outcome).ConfigureAwait(false);
            }
            catch (ClaudeException failure) when (
                isRepeatable && failure.IsTransient && !outcome.MayHaveActed && number < policy.MaxAttempts
                && IsInTime(start, delay = DelayAfter(number, failure)))
            {
                logger.AttemptFailed(number, policy.MaxAttempts, delay, failure);
            }

            await Task.Delay(delay, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Whether a prompt does nothing before the model answers: a slash command may run programs while it is expanded.</summary>
    public static bool IsRepeatable(UserPrompt prompt, bool verbatimByDefault) =>
        (prompt.Verbatim ?? verbatimByDefault)
        || !prompt.Content.OfType<TextBlock>().Any(static text => text.Text.AsSpan().TrimStart().StartsWith("/", StringComparison.Ordinal));

    private bool IsInTime(long start, TimeSpan delay) =>
        policy.MaxElapsed is not { } limit || timeProvider.GetElapsedTime(start) + delay <= limit;

    private TimeSpan DelayAfter(int number, ClaudeException failure)
    {
        var ceiling = Math.Min(policy.MaxDelay.TotalSeconds, policy.BaseDelay.TotalSeconds * Math.Pow(2, number - 1));
        var delay = TimeSpan.FromSeconds(ceiling * random());
        return failure is ClaudeApiException { RetryAfter: { } asked } && asked > delay ? asked : delay;
    }
}
