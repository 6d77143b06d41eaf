using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Nexus.Claude.Server.Security;

/// <summary>A key that clients may use. Only its hash is known.</summary>
/// <param name="Hash">The SHA-256 of the key's UTF-8 bytes.</param>
/// <param name="Caller">Who uses it.</param>
/// <param name="ExpiresAt">When it stops being valid; null for never.</param>
internal sealed record ApiKey(byte[] Hash, Caller Caller, DateTimeOffset? ExpiresAt)
{
    private const string Prefix = "sha256:";

    /// <summary>The hash of a key as it is kept. Keys are long and random, so a plain hash cannot be searched backwards.</summary>
    /// <param name="key">The key.</param>
    /// <returns>32 bytes.</returns>
    public static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>The hash as text.</summary>
    /// <param name="hash">The hash.</param>
    /// <returns>For example <c>sha256:9f86d081...</c>.</returns>
    public static string Format(byte[] hash) => Prefix + Convert.ToHexStringLower(hash);

    /// <summary>Reads a hash from text.</summary>
    /// <param name="text">The text, with or without <c>sha256:</c>.</param>
    /// <param name="hash">The hash.</param>
    /// <returns>False when it is none.</returns>
    public static bool TryParseHash(string text, [NotNullWhen(true)] out byte[]? hash)
    {
        hash = null;
        var digits = text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? text[Prefix.Length..] : text;
        if (digits.Length != 2 * SHA256.HashSizeInBytes || !digits.All(char.IsAsciiHexDigit))
            return false;
        hash = Convert.FromHexString(digits);
        return true;
    }

    /// <summary>Makes a key from what an operator wrote.</summary>
    /// <param name="options">The operator's words.</param>
    /// <param name="security">Has the folders of keys that name none.</param>
    /// <param name="mistakes">Gets a sentence for each mistake.</param>
    /// <returns>The key; null when it has mistakes.</returns>
    public static ApiKey? From(GatewayKeyOptions options, GatewaySecurityOptions security, ICollection<string> mistakes)
    {
        if (string.IsNullOrWhiteSpace(options.Id))
        {
            mistakes.Add("A key has no Id. Give each key one; it stands in logs and statistics.");
            return null;
        }

        byte[]? hash = null;
        if (string.IsNullOrEmpty(options.Key) == string.IsNullOrEmpty(options.Hash))
            mistakes.Add($"The key '{options.Id}' must have either Key or Hash.");
        else if (!string.IsNullOrEmpty(options.Key))
            hash = HashOf(options.Key);
        else if (!TryParseHash(options.Hash!, out hash))
            mistakes.Add($"The Hash of the key '{options.Id}' is no SHA-256: it has 64 hexadecimal digits, perhaps with 'sha256:' before them.");

        var policy = PolicyReader.Read(options, security, $"The key '{options.Id}'", mistakes);
        return hash is null ? null : new ApiKey(hash, new Caller(options.Id, policy), options.ExpiresAt);
    }
}
