using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Nexus.Claude.Diagnostics;

namespace Nexus.Claude.Sessions;

/// <summary>
/// Copies what a CLI needs of its user's folder into a temporary one: settings, and credentials without what renews them. Were they renewed
/// there, the renewal would be lost with the folder and the user logged out.
/// </summary>
internal static class ConfigCopy
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Copies.</summary>
    /// <param name="options">The options that name the folder.</param>
    /// <param name="target">The temporary folder.</param>
    /// <param name="logger">The log.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A task that ends when everything is copied.</returns>
    public static async Task CopyAsync(ClaudeOptions options, string target, ILogger logger, CancellationToken cancellationToken)
    {
        var source = ConfigDirectory.Of(options);
        // Without a folder of its own name the CLI keeps this one file beside its folder, not in it.
        var isNamed = ConfigDirectory.Variable(options, ConfigDirectory.VariableName) is { Length: > 0 };
        var global = Path.Combine(isNamed ? source : Path.GetDirectoryName(source) ?? source, ".claude.json");
        await CopyAsync(global, target, null, logger, cancellationToken).ConfigureAwait(false);
        await CopyAsync(Path.Combine(source, ".config.json"), target, null, logger, cancellationToken).ConfigureAwait(false);
        await CopyAsync(Path.Combine(source, ".credentials.json"), target, WithoutRenewal, logger, cancellationToken).ConfigureAwait(false);
        await CopyAsync(Path.Combine(source, "settings.json"), target, WithoutPlaces, logger, cancellationToken).ConfigureAwait(false);
    }

    private static async Task CopyAsync(string file, string target, Action<JsonNode>? change, ILogger logger, CancellationToken cancellationToken)
    {
        byte[] bytes;
        try
        {
            bytes = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return;
        }

        if (change is not null)
        {
            try
            {
                if (JsonNode.Parse(bytes, documentOptions: Lenient) is not { } node)
                    return;
                change(node);
                bytes = System.Text.Encoding.UTF8.GetBytes(node.ToJsonString());
            }
            catch (JsonException damaged)
            {
                // What cannot be read cannot be cleaned either, and is of no use to the CLI.
                logger.ConfigNotCopied(file, damaged);
                return;
            }
        }

        await TranscriptFile.CreateAsync(Path.Combine(target, Path.GetFileName(file)), bytes, cancellationToken).ConfigureAwait(false);
    }

    private static void WithoutRenewal(JsonNode node)
    {
        if (node is not JsonObject members)
            return;
        members.Remove("refreshToken");
        foreach (var (_, value) in members)
        {
            if (value is not null)
                WithoutRenewal(value);
        }
    }

    private static void WithoutPlaces(JsonNode node)
    {
        if (node is not JsonObject settings)
            return;
        settings.Remove("enabledPlugins");
        settings.Remove("extraKnownMarketplaces");
        if (settings["env"] is JsonObject environment)
            environment.Remove(ConfigDirectory.VariableName);
    }
}
