using System.CommandLine;

namespace Nexus.Claude.Gateway;

/// <summary>The program's verbs.</summary>
internal static class GatewayCommands
{
    /// <summary>Runs the program.</summary>
    /// <param name="args">What the user wrote.</param>
    /// <param name="surroundings">Where it runs; null for the process's own.</param>
    /// <param name="cancellationToken">Ends it as a signal would.</param>
    /// <returns>The exit code: 0 for success.</returns>
    public static async Task<int> RunAsync(string[] args, Surroundings? surroundings = null, CancellationToken cancellationToken = default)
    {
        surroundings ??= Surroundings.OfProcess();
        var root = new RootCommand("Serves Claude Code on OpenAI's and Anthropic's routes: any OpenAI client talks to it.")
        {
            ServeCommand.Create(surroundings),
            DoctorCommand.Create(surroundings),
            KeysCommand.Create(surroundings),
        };

        // The server ends by itself when it is told to, in its own time.
        var invocation = new InvocationConfiguration { ProcessTerminationTimeout = null, Output = surroundings.Out, Error = surroundings.Error, EnableDefaultExceptionHandler = false };
        try
        {
            return await root.Parse(args).InvokeAsync(invocation, cancellationToken).ConfigureAwait(false);
        }
        catch (ClaudeException failure)
        {
            await surroundings.Error.WriteLineAsync(failure.Message).ConfigureAwait(false);
            return 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 130;
        }
    }
}
