using System.Collections;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Nexus.Claude.Gateway;

/// <summary>All settings of the program: those of the host here, those of the server as changes to its options.</summary>
internal sealed class GatewaySettings
{
    private readonly List<Action<NexusClaudeServerOptions>> _changes = [];

    /// <summary>The address to listen on: <c>localhost</c> or an IP address.</summary>
    public string Host { get; set; } = "localhost";

    /// <summary>The port; 0 for any that is free.</summary>
    public int Port { get; set; } = 8080;

    /// <summary>Whether conversations are remembered and recalled.</summary>
    public bool UsesMemory { get; set; }

    /// <summary>The file of the memory; null for its default.</summary>
    public string? MemoryPath { get; set; }

    /// <summary>The Meilisearch server of the memory; null for none.</summary>
    public Uri? MeilisearchUrl { get; set; }

    /// <summary>The key for <see cref="MeilisearchUrl"/>.</summary>
    public string? MeilisearchKey { get; set; }

    /// <summary>Where traces and metrics are sent by OTLP; null for nowhere, or where OpenTelemetry's own variables say.</summary>
    public Uri? OtlpEndpoint { get; set; }

    /// <summary>Whether agents get the operator's MCP servers; null for nothing said, which is yes.</summary>
    public bool? UsesMcp { get; set; }

    /// <summary>What <c>auth.enabled</c> says; null for nothing.</summary>
    public bool? AuthEnabled { get; set; }

    /// <summary>The one key of <c>auth.secret_key</c>; null for none.</summary>
    public string? SecretKey { get; set; }

    /// <summary>How long keys made by <c>keys add</c> are valid that say nothing else; null for ever.</summary>
    public TimeSpan? KeyLifetime { get; set; }

    /// <summary>The file with the keys that were made by command.</summary>
    public string KeysFile { get; set; } = "";

    /// <summary>The address as a URL.</summary>
    public string Url => $"http://{(Host.Contains(':') && !Host.StartsWith('[') ? $"[{Host}]" : Host == "localhost" && Port == 0 ? "127.0.0.1" : Host)}:{Port}";

    /// <summary>Reads the settings.</summary>
    /// <param name="configuration">All sources (<see cref="SettingsSource.Fill"/>).</param>
    /// <param name="environment">The environment, for the variables that belong to no section.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="OptionsValidationException">A name is not known or a value cannot be read; all are named.</exception>
    public static GatewaySettings Read(IConfiguration configuration, IDictionary environment)
    {
        var folders = new UserFolders(environment);
        var settings = new GatewaySettings { KeysFile = folders.KeysFile };
        settings.Server(options => options.Security.SpendFile = folders.SpendFile);
        List<string> mistakes = [];
        SettingsReader.Read(SettingsSource.Normalize(configuration), settings, mistakes);
        settings.ReadVariables(environment, mistakes);
        settings.Check(mistakes);
        return mistakes.Count == 0 ? settings : throw new OptionsValidationException(mistakes);
    }

    /// <summary>Notes a change to the server's options.</summary>
    /// <param name="change">The change.</param>
    public void Server(Action<NexusClaudeServerOptions> change) => _changes.Add(change);

    /// <summary>Makes all changes.</summary>
    /// <param name="options">The options.</param>
    public void ApplyTo(NexusClaudeServerOptions options)
    {
        options.Security.KeysFile = KeysFile;
        foreach (var change in _changes)
            change(options);
        if (UsesMcp == false)
            (options.Agent.McpConfigFile, options.Agent.McpConfigJson) = (null, null);
        if (AuthEnabled == false)
        {
            options.Security.Keys.Clear();
            options.Security.KeysFile = null;
        }
        else if (SecretKey is { Length: > 0 } secret)
        {
            options.Security.Keys.Add(new GatewayKeyOptions { Id = "secret_key", Key = secret });
        }
    }

    /// <summary>Looks at the address again, after the command line has had its say.</summary>
    /// <param name="mistakes">Gets a sentence for each mistake.</param>
    public void Check(List<string> mistakes)
    {
        // Kestrel takes any other name for all addresses of the machine.
        if (Host != "localhost" && !IPAddress.TryParse(Host, out _))
            mistakes.Add($"server.host is '{Host}'; it must be localhost, an IP address of this machine, 0.0.0.0 or ::.");
        if (Port is < 0 or > 65535)
            mistakes.Add($"server.port is {Port}; it must be between 0 and 65535.");
        if (SecretKey == "change-me-in-production" && AuthEnabled != false)
            mistakes.Add("auth.secret_key is still the example's; set one of your own, or make keys with: nexus-claude keys add");
    }

    private void ReadVariables(IDictionary environment, List<string> mistakes)
    {
        if (environment["NEXUS_API_KEYS"] is string { Length: > 0 } keys)
        {
            foreach (var key in keys.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal))
            {
                // The id stays the same when keys are added before it, for conversations belong to it.
                var id = "env_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..12];
                Server(options => options.Security.Keys.Add(new GatewayKeyOptions { Id = id, Key = key }));
            }
        }

        if (MeilisearchUrl is null && environment["MEILISEARCH_URL"] is string { Length: > 0 } url)
        {
            if (Uri.TryCreate(url, UriKind.Absolute, out var address))
                MeilisearchUrl = address;
            else
                mistakes.Add("MEILISEARCH_URL is no URL.");
        }

        MeilisearchKey ??= environment["MEILISEARCH_KEY"] as string;
    }
}
