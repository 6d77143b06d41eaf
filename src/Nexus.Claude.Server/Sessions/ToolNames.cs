using System.Security.Cryptography;
using System.Text;

namespace Nexus.Claude.Server.Sessions;

/// <summary>
/// What the model calls a client's tool. The CLI turns characters other than ASCII letters, digits, <c>_</c> and <c>-</c> into <c>_</c>, and the
/// API takes names of 64 characters; a name that would not survive both gets one of its own, always the same, so that calls in a history
/// that this server has never seen are named alike.
/// </summary>
internal static class ToolNames
{
    /// <summary>The name of the MCP server that declares the tools.</summary>
    public const string Server = "c";

    private const string Prefix = $"mcp__{Server}__";
    private const int Longest = 64;
    private const int HashLength = 8;

    /// <summary>The name on the MCP server.</summary>
    /// <param name="name">The client's name.</param>
    /// <returns>The name.</returns>
    public static string OnServer(string name)
    {
        var most = Longest - Prefix.Length;
        if (name.Length <= most && name.Length > 0 && name.All(IsKept))
            return name;
        var kept = string.Concat(name.Select(static character => IsKept(character) ? character : '_'));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..HashLength];
        return $"{(kept.Length > most - HashLength - 1 ? kept[..(most - HashLength - 1)] : kept)}_{hash}";
    }

    /// <summary>The name that the model uses.</summary>
    /// <param name="name">The client's name.</param>
    /// <returns>The name.</returns>
    public static string Full(string name) => Prefix + OnServer(name);

    private static bool IsKept(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '-';
}
