using System.Collections;

namespace Nexus.Claude.Server.Sessions;

/// <summary>The environment of the CLI's processes: an allow list, so that no other secret of the server's gets into them.</summary>
internal static class ChildEnvironment
{
    /// <summary>Sets the environment.</summary>
    /// <param name="options">The options of the processes. What they name themselves is kept and wins.</param>
    /// <param name="allowed">Further names that may pass; one that ends with <c>*</c> stands for all that begin so.</param>
    public static void Apply(ClaudeOptions options, IEnumerable<string> allowed)
    {
        var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        string[] names = [.. GatewaySessionOptions.StandardEnvironment, .. allowed];
        if (options.InheritEnvironment)
        {
            foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            {
                var name = (string)variable.Key;
                if (!options.Environment.ContainsKey(name) && Array.Exists(names, each => Fits(name, each, comparison)))
                    options.Environment[name] = (string?)variable.Value;
            }
        }

        options.InheritEnvironment = false;
        Default("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1");
        Default("DISABLE_AUTOUPDATER", "1");
        Default("DISABLE_TELEMETRY", "1");
        Default("DISABLE_ERROR_REPORTING", "1");
        Default("CLAUDE_CODE_MAX_RETRIES", "1");

        void Default(string name, string value)
        {
            if (!options.Environment.ContainsKey(name))
                options.Environment[name] = value;
        }
    }

    private static bool Fits(string name, string pattern, StringComparison comparison) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], comparison) : name.Equals(pattern, comparison);
}
