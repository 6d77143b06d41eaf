using System.Buffers.Text;
using System.Text;

namespace Nexus.Claude.Server.Turns;

/// <summary>A <c>data:</c> URL, taken apart.</summary>
/// <param name="MediaType">What it says its media type is, in lower case, without parameters; empty when it says none.</param>
/// <param name="Bytes">The bytes.</param>
internal sealed record DataUrl(string MediaType, byte[] Bytes)
{
    private const string Scheme = "data:";

    /// <summary>Whether a text is a <c>data:</c> URL.</summary>
    /// <param name="text">The text.</param>
    /// <returns>True when it begins as one.</returns>
    public static bool Is(string text) => text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes a URL apart.</summary>
    /// <param name="url">The URL.</param>
    /// <param name="maxBytes">The most bytes it may have.</param>
    /// <param name="dataUrl">The parts.</param>
    /// <returns>What is wrong with it, as the end of a sentence that begins with its name; null for nothing.</returns>
    public static string? TryParse(string url, int maxBytes, out DataUrl? dataUrl)
    {
        dataUrl = null;
        var comma = url.IndexOf(',', StringComparison.Ordinal);
        if (!Is(url) || comma < 0)
            return "is not a data URL of the form data:MEDIA/TYPE;base64,DATA.";
        var header = url.AsSpan(Scheme.Length, comma - Scheme.Length);
        var data = url.AsSpan(comma + 1);
        var isBase64 = header.EndsWith(";base64", StringComparison.OrdinalIgnoreCase);
        var semicolon = header.IndexOf(';');
        var mediaType = (semicolon < 0 ? header : header[..semicolon]).Trim().ToString().ToLowerInvariant();
        if (isBase64)
            return TryDecode(data, mediaType, maxBytes, out dataUrl);

        var bytes = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(data));
        if (bytes.Length > maxBytes)
            return TooLarge(bytes.Length, maxBytes);
        dataUrl = new DataUrl(mediaType, bytes);
        return null;
    }

    /// <summary>Decodes Base64.</summary>
    /// <param name="data">The text; white space in it is skipped.</param>
    /// <param name="mediaType">The media type, if it is known; otherwise empty.</param>
    /// <param name="maxBytes">The most bytes it may have.</param>
    /// <param name="dataUrl">The bytes.</param>
    /// <returns>What is wrong with it, as the end of a sentence that begins with its name; null for nothing.</returns>
    public static string? TryDecode(ReadOnlySpan<char> data, string mediaType, int maxBytes, out DataUrl? dataUrl)
    {
        dataUrl = null;
        if (!Base64.IsValid(data, out var length))
            return "is not valid Base64.";
        if (length == 0)
            return "is empty.";
        if (length > maxBytes)
            return TooLarge(length, maxBytes);
        var bytes = new byte[length];
        if (!Convert.TryFromBase64Chars(data, bytes, out var written) || written != length)
            return "is not valid Base64.";
        dataUrl = new DataUrl(mediaType, bytes);
        return null;
    }

    private static string TooLarge(int length, int maxBytes) => $"has {length} bytes; the most is {maxBytes}.";
}
