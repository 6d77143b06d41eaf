using CliWrap;
using CliWrap.Buffered;
using Nexus.Claude.Cli;

namespace Nexus.Claude.Hosting;

/// <summary>Asks an executable for its version.</summary>
internal static class CliVersion
{
    /// <summary>Asks.</summary>
    /// <param name="path">The executable.</param>
    /// <param name="options">The options, for the environment it runs in.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The version, for example <c>2.1.330</c>.</returns>
    /// <exception cref="CliStartException">It does not start or does not answer as the CLI does.</exception>
    /// <exception cref="ClaudeTimeoutException">It does not answer in time.</exception>
    public static async Task<string> AskAsync(string path, ClaudeOptions options, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var start = CliStart.For(path, ["--version"], CliEnvironment.Build(options));
        using var limit = new CancellationTokenSource(timeout, options.TimeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var answer = await CliWrap.Cli.Wrap(start.FileName)
                .WithArguments(start.Arguments)
                .WithEnvironmentVariables(start.Environment)
                .WithValidation(CommandResultValidation.None)
                .ExecuteBufferedAsync(both.Token).ConfigureAwait(false);
            var version = answer.StandardOutput.Split(' ', '\n')[0].Trim();
            return answer.ExitCode == 0 && Version.TryParse(version, out _)
                ? version
                : throw new CliStartException(CliStartFailure.Other, path, $"'{path}' did not tell its version as the Claude Code CLI does (exit code {answer.ExitCode}). {answer.StandardError.Trim()}".TrimEnd());
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ClaudeTimeoutException($"'{path}' did not tell its version within {timeout.TotalSeconds:0.###} s.", timeout);
        }
        catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw CliStartFailures.Explain(start, failure);
        }
    }
}
