using System.Runtime.CompilerServices;
using Nexus.Claude.AheadOfTime;
using Nexus.Claude.Cli;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Protocol;

/// <summary>
/// One CLI for one run: prompts go in as they come, every message comes out in the order of the wire, and the CLI is closed when all
/// prompts have their results and it has nothing to do any more.
/// </summary>
internal sealed class QueryRun
{
    /// <summary>How long background work is waited for after the last result; the CLI's own default for the same thing.</summary>
    private static readonly TimeSpan BackgroundCeiling = TimeSpan.FromMinutes(10);

    private Turn? _firstTurn;

    /// <summary>The first prompt's turn; null before it has been sent.</summary>
    public Turn? FirstTurn => Volatile.Read(ref _firstTurn);

    /// <summary>Runs.</summary>
    /// <param name="prompts">The prompts.</param>
    /// <param name="options">The options.</param>
    /// <param name="cancellationToken">Interrupts the run and stops the CLI.</param>
    /// <returns>Every message.</returns>
    public async IAsyncEnumerable<ClaudeMessage> RunAsync(
        IAsyncEnumerable<UserPrompt> prompts,
        ClaudeOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        StartWarmUp.Begin();
        options = options.Clone();
        // What would be refused when it is sent need not start a process.
        options.Budget?.ThrowIfExhausted();
        var start = await SessionStart.StartAsync(options, SessionFeatures.For(options), singleStream: true, cancellationToken).ConfigureAwait(false);
        var session = start.Session;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var driving = DriveAsync(start, prompts, stop.Token);
        try
        {
            var queue = session.Unprompted;
            var registration = cancellationToken.UnsafeRegister(
                static (state, token) => ((MessageQueue)state!).Abandon(new OperationCanceledException("The query was cancelled.", token)), queue);
            await using (registration.ConfigureAwait(false))
            {
                var messages = new MessageEnumerator(queue, static () => ValueTask.CompletedTask, default);
                await using (messages.ConfigureAwait(false))
                {
                    while (await messages.MoveNextAsync().ConfigureAwait(false))
                        yield return messages.Current;
                }
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await session.DisposeAsync().ConfigureAwait(false);
            await driving.ConfigureAwait(false);
        }
    }

    /// <summary>Sends the prompts and closes the CLI after them. Its failures reach the reader through the session's queue.</summary>
    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder))]
    private async Task DriveAsync(SessionStart start, IAsyncEnumerable<UserPrompt> prompts, CancellationToken cancellationToken)
    {
        var session = start.Session;
        var turns = new List<Turn>();
        try
        {
            var initializing = start.InitializeAsync(cancellationToken);
            // Not awaited when the CLI ends or the reader leaves before all prompts are out.
            initializing.Observe();
            if (start.MustWait)
                await initializing.ConfigureAwait(false);
            await SendAllAsync(session, prompts, turns, cancellationToken).ConfigureAwait(false);
            if (!session.Completion.IsCompleted)
                await initializing.ConfigureAwait(false);
            foreach (var turn in turns)
                await turn.ResultAsync(cancellationToken).ConfigureAwait(false);
            await session.WaitForIdleAsync(BackgroundCeiling).WaitAsync(cancellationToken).ConfigureAwait(false);
            session.Unprompted.Flush();
            await session.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // The reader has left, and closes the session; what the prompts say to their cancellation concerns nobody.
        }
        catch (CliExitedException) when (session.Completion.IsCompleted || session.Connection.Exited.IsCompleted)
        {
            // The session ends the stream with this very exception.
        }
        catch (Exception failure)
        {
            session.Fail(failure);
        }
    }

    /// <summary>Sends the prompts as they come. Prompts that do not heed the token are left behind when the run ends.</summary>
    [AsyncMethodBuilder(typeof(AheadTaskMethodBuilder))]
    private async Task SendAllAsync(Session session, IAsyncEnumerable<UserPrompt> prompts, List<Turn> turns, CancellationToken cancellationToken)
    {
        var enumerator = prompts.GetAsyncEnumerator(cancellationToken);
        var next = Task.FromResult(false);
        try
        {
            while (true)
            {
                next = enumerator.MoveNextAsync().AsTask();
                await Task.WhenAny(next, session.Completion).WaitAsync(cancellationToken).ConfigureAwait(false);
                if (session.Completion.IsCompleted || !await next.ConfigureAwait(false))
                    break;
                turns.Add(session.Send(enumerator.Current, CancellationToken.None));
                Volatile.Write(ref _firstTurn, turns[0]);
            }
        }
        finally
        {
            if (next.IsCompleted)
                await enumerator.DisposeAsync().ConfigureAwait(false);
            else
                DisposeAfterAsync(next, enumerator).Observe();
        }

        session.EndPrompts();
    }

    private static async Task DisposeAfterAsync(Task next, IAsyncEnumerator<UserPrompt> enumerator)
    {
        await next.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await enumerator.DisposeAsync().ConfigureAwait(false);
    }
}
