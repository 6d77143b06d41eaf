using System.Collections;

namespace Nexus.Claude.Gateway;

/// <summary>What the program finds where it runs, and writes to.</summary>
/// <param name="Out">For what was asked for.</param>
/// <param name="Error">For what went wrong.</param>
/// <param name="Folder">The current folder.</param>
/// <param name="Environment">The environment.</param>
internal sealed record Surroundings(TextWriter Out, TextWriter Error, string Folder, IDictionary Environment)
{
    /// <summary>Those of this process.</summary>
    /// <returns>The surroundings.</returns>
    public static Surroundings OfProcess() =>
        new(Console.Out, Console.Error, Directory.GetCurrentDirectory(), System.Environment.GetEnvironmentVariables());
}
