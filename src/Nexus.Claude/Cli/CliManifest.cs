namespace Nexus.Claude.Cli;

/// <summary>One platform's binary in a release of the CLI.</summary>
/// <param name="FileName">The file's name, in the release and in the cache.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hexadecimal digits.</param>
internal sealed record CliBinary(string FileName, long Size, string Sha256);

/// <summary>A release of the CLI: what every platform's binary must be, bit for bit.</summary>
/// <param name="Version">The version.</param>
/// <param name="Platforms">The binaries by the vendor's platform name.</param>
internal sealed record CliManifest(string Version, IReadOnlyDictionary<string, CliBinary> Platforms)
{
    /// <summary>The release this package is made for, as the vendor's manifest of commit 8c664bec5001 describes it.</summary>
    public static readonly CliManifest Pinned = new(
        ClaudeCli.PinnedVersion,
        new Dictionary<string, CliBinary>(StringComparer.Ordinal)
        {
            ["darwin-arm64"] = new("claude", 363_855_808, "f7c5093b9dd6560d08af28bc27b123fb55091deae3180ac39df199522da86815"),
            ["darwin-x64"] = new("claude", 378_707_584, "bbed99bb8a39bb3f94389c5c99d3d02cb75f3f983b5d1bc40b1b0d1efca84713"),
            ["linux-arm64"] = new("claude", 379_971_000, "6016f90cac783e367fb1aa97c768a2efb94a0128a5b46b70fb3d8fcbbd9dd444"),
            ["linux-x64"] = new("claude", 381_121_040, "f390eaa0814e6a1bff74cbb47acb74cb9c89d30ced809fe0af5af00c7bfe8ebb"),
            ["linux-arm64-musl"] = new("claude", 365_065_160, "986b83557cbd428273c37f35fc08a44fc786077deeb391660884833bc581348a"),
            ["linux-x64-musl"] = new("claude", 367_484_168, "510d57bbf077b49288b9f3b53b11324048f4c2da5dcb980563be82534980d621"),
            ["win32-x64"] = new("claude.exe", 387_754_656, "fa797c1bc7d4a3511da42622bae53a2b7f1276ae328c668f2bfef44635301caa"),
            ["win32-arm64"] = new("claude.exe", 369_760_416, "782519c6241a2bedfd4c0d225d59d5095b895037ae7cd2a14a12f5bc5dcba1c3"),
        });
}
