using System.Collections;
using Microsoft.Extensions.Configuration.Memory;

namespace Nexus.Claude.Gateway;

/// <summary>
/// Where settings come from, the later the stronger: the file beside the program, <c>appsettings.json</c> of the current folder, the file given
/// by <c>--config</c>, and the environment (<c>CLAUDE_CODE__SECTION__KEY</c>).
/// </summary>
internal static class SettingsSource
{
    /// <summary>The section of the files that is the gateway's.</summary>
    public const string Section = "ClaudeCode";

    private const string EnvironmentPrefix = "CLAUDE_CODE__";

    /// <summary>Puts the sources together.</summary>
    /// <param name="configuration">Gets them; what it has is dropped.</param>
    /// <param name="configFile">The file given by the user; null for none.</param>
    /// <param name="folder">The current folder.</param>
    /// <param name="environment">The environment.</param>
    /// <exception cref="ClaudeException">A file is not there or cannot be read.</exception>
    public static void Fill(IConfigurationManager configuration, string? configFile, string folder, IDictionary environment)
    {
        configuration.Sources.Clear();
        configuration.AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true, reloadOnChange: false);
        try
        {
            var local = Path.Combine(folder, "appsettings.json");

            // In the folder of another program lies that program's file.
            if (File.Exists(local) && new ConfigurationBuilder().AddJsonFile(local).Build().GetSection(Section).Exists())
                configuration.AddJsonFile(local, optional: false, reloadOnChange: false);
            if (configFile is not null)
            {
                var path = Path.GetFullPath(configFile, folder);
                if (!File.Exists(path))
                    throw new OptionsValidationException([$"The configuration file '{path}' does not exist."]);
                configuration.AddJsonFile(path, optional: false, reloadOnChange: false);
            }
        }
        catch (InvalidDataException wrong)
        {
            throw new OptionsValidationException([$"{wrong.Message} {wrong.InnerException?.Message}".TrimEnd()]);
        }

        configuration.Sources.Add(new MemoryConfigurationSource { InitialData = FromEnvironment(environment) });
    }

    /// <summary>
    /// The gateway's settings, with names in one spelling: <c>max_concurrent_sessions</c>, <c>MaxConcurrentSessions</c> and
    /// <c>MAX_CONCURRENT_SESSIONS</c> are the same, in whichever source.
    /// </summary>
    /// <param name="configuration">All sources.</param>
    /// <returns>The section.</returns>
    public static IConfiguration Normalize(IConfiguration configuration)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var provider in ((IConfigurationRoot)configuration).Providers)
            Collect(provider, Section, values);
        return new ConfigurationBuilder().AddInMemoryCollection(values).Build();
    }

    private static void Collect(IConfigurationProvider provider, string path, Dictionary<string, string?> values)
    {
        foreach (var name in provider.GetChildKeys([], path).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var full = ConfigurationPath.Combine(path, name);
            if (provider.TryGet(full, out var value) && value is not null)
                values[full[(Section.Length + 1)..].Replace("_", "", StringComparison.Ordinal)] = value;
            Collect(provider, full, values);
        }
    }

    private static IEnumerable<KeyValuePair<string, string?>> FromEnvironment(IDictionary environment)
    {
        foreach (DictionaryEntry variable in environment)
        {
            var name = (string)variable.Key;
            if (name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
                yield return new(ConfigurationPath.Combine(Section, name[EnvironmentPrefix.Length..].Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)), (string?)variable.Value);
            else if (name.StartsWith("Logging__", StringComparison.OrdinalIgnoreCase))
                yield return new(name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal), (string?)variable.Value);
        }
    }
}
