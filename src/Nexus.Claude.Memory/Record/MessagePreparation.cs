using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Nexus.Claude.Memory.Privacy;
using Nexus.Claude.Memory.Store;
using Nexus.Claude.Memory.Text;

namespace Nexus.Claude.Memory.Record;

/// <summary>Makes a message fit to be kept: private parts and secrets out, then cut into tokens. Nothing is written that did not come through here.</summary>
internal sealed class MessagePreparation(SecretRedactor? redactor)
{
    private const int LongestContent = 256 * 1024;
    private const int LongestName = 1_024;
    private const int MostFiles = 200;

    // All that char.IsWhiteSpace knows.
    private static readonly SearchValues<char> WhiteSpace = SearchValues.Create(
        "\t\n\v\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000");

    // Where a project is does not change within a run, and asking the file system for each message would cost more than writing it.
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> _projects = new(StringComparer.Ordinal);

    /// <summary>The message as it is written; null when nothing of it is left.</summary>
    public PreparedMessage? Prepare(MemoryMessage message, MemoryScope scope, MessageFlags flags = MessageFlags.None)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(message.ConversationId);
        ArgumentException.ThrowIfNullOrWhiteSpace(message.Role.Value);
        string content = Clean(message.Content ?? "");
        if (string.IsNullOrWhiteSpace(content) && message.Files.Count == 0)
            return null;

        var kept = message with
        {
            Id = message.Id is { Length: > 0 } id ? TextFolding.Storable(id) : MadeId(message, content),
            ConversationId = TextFolding.Storable(message.ConversationId),
            Content = content,
            Speaker = Name(message.Speaker),
            ToolName = Name(message.ToolName),
            WorkingDirectory = Name(message.WorkingDirectory),
            Session = Name(message.Session),
            Files = message.Files.Count == 0 ? [] : [.. message.Files.Where(file => !string.IsNullOrWhiteSpace(file)).Take(MostFiles).Select(file => Name(file)!).Distinct(StringComparer.Ordinal)],
        };
        if (message.IsError)
            flags |= MessageFlags.Error;
        if (Suspicion.IsRaisedBy(content))
            flags |= MessageFlags.Suspicious;
        var (text, tokens) = IndexTokens.Join(kept);
        return new PreparedMessage(scope, ProjectOf(message), kept, text, tokens, HashOf(content), flags);
    }

    /// <summary>The text without private spans and secrets, not longer than is kept.</summary>
    public string Clean(string text)
    {
        // Cut last: half a secret is not known for one.
        text = TextFolding.Storable(PrivateSpans.Remove(text));
        if (redactor is not null)
            text = redactor.Redact(text);
        return text.Length <= LongestContent ? text
            : string.Concat(Head(text, LongestContent / 2), "\n…\n", Tail(text, LongestContent / 2));
    }

    private string ProjectOf(MemoryMessage message)
    {
        string directory = message.Project ?? message.WorkingDirectory ?? "";
        return _projects.GetOrAdd(directory, Project.Of);
    }

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    private string? Name(string? text)
    {
        if (text is null)
            return null;
        text = TextFolding.Storable(text);
        if (text.Length > LongestName)
            text = Head(text, LongestName).ToString();
        return redactor is null ? text : redactor.Redact(text);
    }

    private static string MadeId(MemoryMessage message, string content)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{message.Role.Value}\n{message.CreatedAt.ToUnixTimeMilliseconds()}\n{message.Turn}\n{content}")));
        return new Guid(hash.AsSpan(0, 16)).ToString("D", CultureInfo.InvariantCulture);
    }

    // Equal texts are equal whatever white space a terminal put into them.
    private static long HashOf(string content)
    {
        byte[] compact = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(content.Length));
        int length = 0;
        foreach (var range in content.AsSpan().SplitAny(WhiteSpace))
        {
            var word = content.AsSpan(range);
            if (word.IsEmpty)
                continue;
            if (length > 0)
                compact[length++] = (byte)' ';
            length += Encoding.UTF8.GetBytes(word, compact.AsSpan(length));
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(compact.AsSpan(0, length), hash);
        ArrayPool<byte>.Shared.Return(compact);
        return BinaryPrimitives.ReadInt64LittleEndian(hash);
    }

    private static ReadOnlySpan<char> Head(string text, int length) =>
        text.AsSpan(0, char.IsHighSurrogate(text[length - 1]) ? length - 1 : length);

    private static ReadOnlySpan<char> Tail(string text, int length) =>
        text.AsSpan(char.IsLowSurrogate(text[^length]) ? text.Length - length + 1 : text.Length - length);
}
