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

    /// <summary>Cuts a message into tokens.</summary>
    /// <param name="message">The message as it is kept.</param>
    /// <param name="content">Takes the tokens of its text.</param>
    /// <param name="about">Takes the tokens of what is known about it.</param>
    public static void Tokenize<TContent, TAbout>(MemoryMessage message, ref TContent content, ref TAbout about)
        where TContent : struct, ITokenSink
        where TAbout : struct, ITokenSink
    {
        string text = message.Content;
        if (text.Length > LongestContent)
            text = string.Concat(text.AsSpan(0, LongestContent / 2), " ", text.AsSpan(text.Length - LongestContent / 2));
        MemoryTokenizer.Tokenize(text, ref content);

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

    /// <summary>The text for the index, in UTF-8, and the number of tokens of the content.</summary>
    public static (byte[] Text, int ContentTokens) Join(MemoryMessage message)
    {
        var buffer = new ArrayBufferWriter<byte>(message.Content.Length * 2 + 64);
        var content = new Joiner(buffer, new Counter());
        var about = new Joiner(buffer, new Counter());
        Tokenize(message, ref content, ref about);
        return (buffer.WrittenSpan.ToArray(), content.Counter.Count);
    }

    private sealed class Counter
    {
        public int Count { get; set; }
    }

    private readonly record struct Joiner(ArrayBufferWriter<byte> Buffer, Counter Counter) : ITokenSink
    {
        public void Add(ReadOnlySpan<char> token, ReadOnlySpan<char> surface, TokenKind kind)
        {
            var span = Buffer.GetSpan(token.Length * 3 + 1);
            int length = Encoding.UTF8.GetBytes(token, span);
            span[length] = (byte)' ';
            Buffer.Advance(length + 1);
            Counter.Count++;
        }
    }
}
