using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Nexus.Claude.Diagnostics;
using Nexus.Claude.Protocol;
using Nexus.Claude.Usage;

namespace Nexus.Claude;

/// <content>Typed answers, and answers in general.</content>
public static partial class ClaudeCode
{
    /// <summary>
    /// Sends a prompt and waits for the answer as a value: the model is given the JSON schema of the type (<see cref="OutputSchema.For{T}()"/>),
    /// and its answer is validated against it and read.
    /// </summary>
    /// <typeparam name="T">The type of the answer: a record or class, a list, a dictionary, an enum, a number, a string.</typeparam>
    /// <param name="prompt">The prompt; a string will do.</param>
    /// <param name="options">
    /// The options; null for the defaults. Their <see cref="ClaudeOptions.OutputSchema"/> is null or an <see cref="OutputSchema{T}"/> of the same type.
    /// </param>
    /// <param name="cancellationToken">Interrupts the run and stops the CLI.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="StructuredOutputException">The model gave no answer that fits; it says why, what is wrong, and has the raw JSON.</exception>
    /// <exception cref="ClaudeResultException">The turn ended with another error.</exception>
    /// <exception cref="CliExitedException">The CLI ended before the prompt had its result.</exception>
    /// <exception cref="PlatformNotSupportedException">The program is compiled native; use the overload with a <c>JsonTypeInfo</c>.</exception>
    [RequiresUnreferencedCode("Reflects on the members of T. Use the overload that takes a JsonTypeInfo<T>.")]
    [RequiresDynamicCode("Reflects on the members of T. Use the overload that takes a JsonTypeInfo<T>.")]
    public static Task<T> AskAsync<T>(UserPrompt prompt, ClaudeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return AskAsync(prompt, SchemaIn<T>(options) ?? OutputSchema.For<T>(), options, cancellationToken);
    }

    /// <summary>As <see cref="AskAsync{T}(UserPrompt, ClaudeOptions?, CancellationToken)"/>, without reflection: for programs that are trimmed or compiled native.</summary>
    /// <typeparam name="T">The type of the answer.</typeparam>
    /// <param name="prompt">The prompt; a string will do.</param>
    /// <param name="typeInfo">The serialisation contract of the type, of a <c>JsonSerializerContext</c>; see <see cref="OutputSchema.For{T}(JsonTypeInfo{T})"/>.</param>
    /// <param name="options">
    /// The options; null for the defaults. Their <see cref="ClaudeOptions.OutputSchema"/> is null or an <see cref="OutputSchema{T}"/> of the same type.
    /// </param>
    /// <param name="cancellationToken">Interrupts the run and stops the CLI.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="StructuredOutputException">The model gave no answer that fits; it says why, and has the raw JSON.</exception>
    /// <exception cref="ClaudeResultException">The turn ended with another error.</exception>
    /// <exception cref="CliExitedException">The CLI ended before the prompt had its result.</exception>
    public static Task<T> AskAsync<T>(
        UserPrompt prompt, JsonTypeInfo<T> typeInfo, ClaudeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(typeInfo);
        return AskAsync(prompt, SchemaIn<T>(options) ?? OutputSchema.For(typeInfo), options, cancellationToken);
    }

    private static Task<T> AskAsync<T>(UserPrompt prompt, OutputSchema<T> schema, ClaudeOptions? options, CancellationToken cancellationToken)
    {
        options = options?.Clone() ?? new ClaudeOptions();
        options.OutputSchema = schema;
        return AnswerAsync(prompt, options, schema.Read, cancellationToken);
    }

    private static OutputSchema<T>? SchemaIn<T>(ClaudeOptions? options) => options?.OutputSchema switch
    {
        null => null,
        OutputSchema<T> schema => schema,
        var other => throw new ArgumentException(
            $"OutputSchema is {other.Name}, but an answer of type {typeof(T).Name} is asked for. Leave it null, or use OutputSchema.For<{typeof(T).Name}>().",
            nameof(options)),
    };

    /// <summary>Asks, as often as the options allow, and reads the answer.</summary>
    private static Task<T> AnswerAsync<T>(
        UserPrompt prompt, ClaudeOptions options, Func<ResultMessage, TurnOutcome, T> read, CancellationToken cancellationToken)
    {
        if (options.Retry is not { } policy)
            return AttemptAsync(prompt, options, new TurnOutcome(), read, cancellationToken);
        var logger = SilentLogger.Or(options.LoggerFactory);
        return new RetryLoop(policy, options.TimeProvider, logger).RunAsync(
            RetryLoop.IsRepeatable(prompt, options.VerbatimPrompts),
            (number, outcome) => AttemptAsync(prompt, number == 1 ? options : Again(options), outcome, read, cancellationToken),
            cancellationToken);
    }

    private static async Task<T> AttemptAsync<T>(
        UserPrompt prompt, ClaudeOptions options, TurnOutcome outcome, Func<ResultMessage, TurnOutcome, T> read, CancellationToken cancellationToken)
    {
        var run = new QueryRun();
        await foreach (var message in run.RunAsync(new OnePrompt(prompt), options, cancellationToken).ConfigureAwait(false))
        {
            outcome.Observe(message);
            // The turn ends before its messages are read, so only the result itself says that all of them have been seen.
            if (message is ResultMessage && run.FirstTurn is { State: TurnState.Ended } ended
                && ReferenceEquals(message, await ended.ResultAsync(CancellationToken.None).ConfigureAwait(false)))
            {
                break;
            }
        }

        if (run.FirstTurn is { State: TurnState.Ended } turn)
            return read(await turn.ResultAsync(CancellationToken.None).ConfigureAwait(false), outcome);
        throw new ProtocolException("The Claude Code CLI ended without a result for the prompt.");
    }

    /// <summary>The failed attempt has made the session already where the caller chose its id.</summary>
    private static ClaudeOptions Again(ClaudeOptions options)
    {
        if (options.SessionId is not { } id || options.ForkSession || !options.PersistSession)
            return options;
        var again = options.Clone();
        again.SessionId = null;
        again.Resume = id.ToString();
        return again;
    }
}
