using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Nexus.Claude.Tests.Cli;

/// <summary>An npm registry with one package, below <c>/npm/</c>.</summary>
internal sealed class NpmRegistryBehaviour
{
    public const string Package = "/npm/@anthropic-ai%2fclaude-code-linux-x64";
    public const string ArchivePath = "/npm/@anthropic-ai/claude-code-linux-x64/-/claude-code-linux-x64-9.9.9.tgz";

    public NpmRegistryBehaviour(byte[] binary, string entryName = "package/claude")
    {
        using var archive = new MemoryStream();
        using (var zipped = new GZipStream(archive, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(zipped, TarEntryFormat.Ustar))
        {
            tar.WriteEntry(Entry("package/package.json", "{}"u8.ToArray()));
            tar.WriteEntry(Entry(entryName, binary));
            tar.WriteEntry(Entry("package/README.md", new byte[5000]));
        }

        Archive = new FileBehaviour(archive.ToArray());
        Integrity = "sha512-" + Convert.ToBase64String(SHA512.HashData(archive.ToArray()));

        static UstarTarEntry Entry(string name, byte[] content) =>
            new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) };
    }

    public FileBehaviour Archive { get; }

    public string? Integrity { get; set; }

    /// <summary>The address of the archive as the registry gives it; null for its own.</summary>
    public string? ArchiveAddress { get; set; }

    public bool KnowsSingleVersions { get; init; } = true;

    public string Version { get; init; } = "9.9.9";

    /// <summary>The Authorization header to insist on.</summary>
    public string? Demands { get; init; }

    public async Task ServeAsync(HttpContext context)
    {
        var path = LoopbackOrigin.RawPath(context);
        if (!path.StartsWith("/npm/", StringComparison.Ordinal))
        {
            context.Response.StatusCode = 404;
            return;
        }

        if (Demands is not null && context.Request.Headers.Authorization != Demands)
        {
            context.Response.StatusCode = 401;
            return;
        }

        var entry = new JsonObject
        {
            ["name"] = "@anthropic-ai/claude-code-linux-x64",
            ["dist"] = new JsonObject
            {
                ["tarball"] = ArchiveAddress ?? $"http://{context.Request.Host}{ArchivePath}",
                ["integrity"] = Integrity,
            },
        };
        switch (path)
        {
            case ArchivePath:
                await Archive.ServeAsync(context);
                break;
            case Package:
                await context.Response.WriteAsJsonAsync(new JsonObject { ["versions"] = new JsonObject { [Version] = entry } });
                break;
            case Package + "/9.9.9" when KnowsSingleVersions:
                await context.Response.WriteAsJsonAsync(entry);
                break;
            default:
                context.Response.StatusCode = 404;
                break;
        }
    }
}
