using System.CommandLine;

namespace Nexus.Claude.Gateway;

/// <summary>The options of all verbs that read the settings.</summary>
internal sealed class SettingsOptions
{
    private readonly Option<string?> _config = new("--config") { Description = "A configuration file in JSON; docs/gateway.md lists the settings.", HelpName = "file" };
    private readonly Option<string?> _keysFile = new("--keys-file") { Description = "The file with the keys, instead of the user's own.", HelpName = "file" };

    /// <summary>Adds them to a verb.</summary>
    /// <param name="command">The verb.</param>
    public void AddTo(Command command)
    {
        command.Options.Add(_config);
        command.Options.Add(_keysFile);
    }

    /// <summary>Reads the settings.</summary>
    /// <param name="parsed">What the user wrote.</param>
    /// <param name="surroundings">Where the program runs.</param>
    /// <param name="configuration">Gets all sources; null for one that is thrown away.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="OptionsValidationException">They have mistakes.</exception>
    public GatewaySettings Read(ParseResult parsed, Surroundings surroundings, IConfigurationManager? configuration = null)
    {
        configuration ??= new ConfigurationManager();
        SettingsSource.Fill(configuration, parsed.GetValue(_config), surroundings.Folder, surroundings.Environment);
        var settings = GatewaySettings.Read(configuration, surroundings.Environment);
        if (parsed.GetValue(_keysFile) is { } keysFile)
            settings.KeysFile = Path.GetFullPath(keysFile, surroundings.Folder);
        return settings;
    }
}
