using System.Security.Cryptography;
using System.Text;

namespace Nexus.Claude.Memory.Store.Meilisearch;

/// <summary>
/// Names as the server takes them for ids and compares them in filters: hexadecimal digits of a hash. A name itself would not do. Ids may hold
/// few characters, values over 468 bytes are not indexed, and filters do not tell upper case from lower, so that one user would see another's.
/// </summary>
internal static class DocumentKeys
{
    private const int Bytes = 20;

    /// <summary>The key of a name that has parts: different for different parts, whatever they hold.</summary>
    public static string Of(params ReadOnlySpan<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string part in parts)
        {
            byte[] text = Encoding.UTF8.GetBytes(part);
            hash.AppendData(BitConverter.IsLittleEndian ? BitConverter.GetBytes(text.Length) : [.. BitConverter.GetBytes(text.Length).Reverse()]);
            hash.AppendData(text);
        }

        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        return Convert.ToHexStringLower(digest[..Bytes]);
    }

    public static string Scope(MemoryScope scope) => Of("scope", scope.Tenant, scope.User);

    public static string Conversation(MemoryScope scope, string conversation) => Of("conversation", scope.Tenant, scope.User, conversation);

    /// <summary>A message id, in whichever conversation.</summary>
    public static string MessageId(MemoryScope scope, string id) => Of("id", scope.Tenant, scope.User, id);

    public static string Message(MemoryScope scope, string conversation, string id) => Of("message", scope.Tenant, scope.User, conversation, id);

    /// <summary>A directory; Windows does not tell the cases of its paths apart.</summary>
    public static string Directory(string path) => Of("directory", MemoryPath.IgnoresCase(path) ? path.ToUpperInvariant() : path);
}
