using System.Buffers;
using System.Globalization;
using System.Text;
using Nexus.Claude.Memory.Text;

namespace Nexus.Claude.Memory.Record;

/// <summary>The tokens that a message is found by: its text, who said it and when, its files and its tool.</summary>
internal static class IndexTokens
{
    // A message that long is a pasted log: its beginning and end say what it was.
    private const int LongestContent = 64 * 1024;
    private const int LargestKept = 1024 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    /// <summary>Cuts a message into tokens.</summary>
    /// <param name="message">The message as it is kept.</param>
    /// <param name="content">Takes the tokens of its text.</param>
    /// <param name="about">Takes the tokens of what is known about it.</param>
    public static void Tokenize<TContent, TAbout>(MemoryMessage message, ref TContent content, ref TAbout about)
        where TContent : struct, ITokenSink
        where TAbout : struct, ITokenSink
    {
        MemoryTokenizer.Tokenize(Indexed(message.Content), ref content);
        TokenizeAbout(message, ref about);
    }

    /// <summary>Finds certain tokens of a message, and others with them.</summary>
    /// <param name="message">The message as it is kept.</param>
    /// <param name="wanted">How they begin.</param>
    /// <param name="sink">Takes them.</param>
    public static void Find<TSink>(MemoryMessage message, WantedBeginnings wanted, ref TSink sink)
        where TSink : struct, ITokenSink
    {
        MemoryTokenizer.Find(Indexed(message.Content), wanted, ref sink);
        TokenizeAbout(message, ref sink);
    }

    /// <summary>The text for the index, in UTF-8, and the number of tokens of the content.</summary>
    public static (byte[] Text, int ContentTokens) Join(MemoryMessage message)
    {
        var buffer = t_buffer ??= new ArrayBufferWriter<byte>(4_096);
        buffer.ResetWrittenCount();
        var content = new Joiner(buffer);
        var about = new Joiner(buffer);
        Tokenize(message, ref content, ref about);
        byte[] text = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity > LargestKept)
            t_buffer = null;
        return (text, content.Count);
    }

    /// <summary>The tokens of the content as numbers of this process, in order.</summary>
    /// <param name="message">The message.</param>
    /// <param name="words">The words of the messages before.</param>
    public static List<int> Numbers(MemoryMessage message, KnownWords words) => words.NumbersOf(TextFolding.Fold(Indexed(message.Content)));

    private static void TokenizeAbout<TSink>(MemoryMessage message, ref TSink about)
        where TSink : struct, ITokenSink
    {
        if (message.Speaker is { Length: > 0 } speaker)
            MemoryTokenizer.Tokenize(speaker, ref about);
        if (message.ToolName is { Length: > 0 } tool)
            MemoryTokenizer.Tokenize(tool, ref about);
        foreach (string file in message.Files)
            MemoryTokenizer.Tokenize(file, ref about);

        var day = message.CreatedAt.ToUniversalTime();
        Identifier.Add(CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(day.Month), ref about);
        about.Add(day.Year.ToString(CultureInfo.InvariantCulture), "", TokenKind.Number);
        about.Add(day.Day.ToString(CultureInfo.InvariantCulture), "", TokenKind.Number);
    }

    private static string Indexed(string content) => content.Length <= LongestContent ? content
        : string.Concat(content.AsSpan(0, LongestContent / 2), " ", content.AsSpan(content.Length - LongestContent / 2));

    private struct Joiner(ArrayBufferWriter<byte> buffer) : ITokenSink
    {
        public int Count { get; private set; }

        public readonly bool Takes(ReadOnlySpan<char> word) => true;

        public void Add(ReadOnlySpan<char> token, ReadOnlySpan<char> surface, TokenKind kind)
        {
            var span = buffer.GetSpan(token.Length * 3 + 1);
            int length = Encoding.UTF8.GetBytes(token, span);
            span[length] = (byte)' ';
            buffer.Advance(length + 1);
            Count++;
        }
    }
}
