using Nexus.Claude.Usage;

namespace Nexus.Claude;

/// <content>Typed answers, and answers in general.</content>
public sealed partial class ClaudeClient
{
    /// <summary>
    /// Sends a prompt and waits for the answer as a value. The CLI takes a schema only when it starts, so the client must have been connected
    /// with it: <c>new ClaudeOptions { OutputSchema = OutputSchema.For&lt;T&gt;() }</c>. Every turn of such a client ends with a value of the type.
    /// </summary>
    /// <typeparam name="T">The type of the answer.</typeparam>
    /// <param name="prompt">The prompt; a string will do.</param>
    /// <param name="cancellationToken">Interrupts this turn; the client stays usable.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="InvalidOperationException">The client was connected without a schema, or with that of another type. Nothing was sent.</exception>
    /// <exception cref="StructuredOutputException">The model gave no answer that fits; it says why, what is wrong, and has the raw JSON.</exception>
    /// <exception cref="ClaudeResultException">The turn ended with another error.</exception>
    /// <exception cref="BudgetExceededException">The budget of <see cref="ClaudeOptions.MaxBudgetUsd"/> or <see cref="ClaudeOptions.Budget"/> is used up.</exception>
    public Task<T> AskAsync<T>(UserPrompt prompt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var type = typeof(T).Name;
        return _features.Output switch
        {
            OutputSchema<T> schema => AnswerAsync(prompt, schema.Read, cancellationToken),
            null => throw new InvalidOperationException(
                $"This client was connected without a schema, and the CLI takes one only when it starts. Connect with OutputSchema = OutputSchema.For<{type}>(), "
                + $"or ask once by ClaudeCode.AskAsync<{type}>."),
            var other => throw new InvalidOperationException(
                $"This client was connected with {other.Name}, so it cannot answer with a {type}: the CLI takes a schema only when it starts. "
                + $"Connect another client with OutputSchema = OutputSchema.For<{type}>()."),
        };
    }

    private Task<T> AnswerAsync<T>(UserPrompt prompt, Func<ResultMessage, TurnOutcome, T> read, CancellationToken cancellationToken)
    {
        if (_features.Retry is not { } policy)
            return AttemptAsync(prompt, new TurnOutcome(), read, cancellationToken);
        var settings = _session.Settings;
        return new RetryLoop(policy, settings.TimeProvider, settings.Logger).RunAsync(
            RetryLoop.IsRepeatable(prompt, settings.VerbatimPrompts),
            // An id belongs to one prompt: the CLI passes over a second one.
            (number, outcome) => AttemptAsync(number == 1 ? prompt : prompt with { Id = null }, outcome, read, cancellationToken),
            cancellationToken);
    }

    private async Task<T> AttemptAsync<T>(UserPrompt prompt, TurnOutcome outcome, Func<ResultMessage, TurnOutcome, T> read, CancellationToken cancellationToken)
    {
        var turn = SendAsync(prompt, cancellationToken);
        await foreach (var message in turn.ConfigureAwait(false))
            outcome.Observe(message);
        return read(await turn.ResultAsync(CancellationToken.None).ConfigureAwait(false), outcome);
    }
}
