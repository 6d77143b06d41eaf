using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>An image.</summary>
public sealed record ImageBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "image";

    /// <summary>Where the image is.</summary>
    [JsonPropertyName("source")]
    public MediaSource Source { get; init => field = value ?? new(); } = new();

    /// <summary>An image inside the message.</summary>
    /// <param name="bytes">The file's bytes.</param>
    /// <param name="mediaType"><c>image/png</c>, <c>image/jpeg</c>, <c>image/gif</c> or <c>image/webp</c>.</param>
    /// <returns>The block.</returns>
    public static ImageBlock FromBytes(ReadOnlyMemory<byte> bytes, string mediaType) =>
        new() { Source = MediaSource.FromBytes(bytes, mediaType) };

    /// <summary>An image that the API fetches.</summary>
    /// <param name="url">Its address.</param>
    /// <returns>The block.</returns>
    public static ImageBlock FromUrl(Uri url) => new() { Source = MediaSource.FromUrl(url) };
}

/// <summary>A document, for example a PDF.</summary>
public sealed record DocumentBlock : ContentBlock
{
    /// <inheritdoc/>
    [JsonPropertyName("type")]
    [JsonPropertyOrder(-2)]
    public override string Type => "document";

    /// <summary>Where the document is.</summary>
    [JsonPropertyName("source")]
    public MediaSource Source { get; init => field = value ?? new(); } = new();

    /// <summary>Its title; null for none.</summary>
    [JsonPropertyName("title")]
    public string? Title { get; init; }

    /// <summary>What the model should know about it without quoting it; null for nothing.</summary>
    [JsonPropertyName("context")]
    public string? Context { get; init; }

    /// <summary>Whether the model may cite it, as raw JSON; null for the API's default.</summary>
    [JsonPropertyName("citations")]
    public JsonElement? Citations { get; init; }

    /// <summary>A document inside the message.</summary>
    /// <param name="bytes">The file's bytes.</param>
    /// <param name="mediaType">For example <c>application/pdf</c>.</param>
    /// <param name="title">Its title; null for none.</param>
    /// <returns>The block.</returns>
    public static DocumentBlock FromBytes(ReadOnlyMemory<byte> bytes, string mediaType, string? title = null) =>
        new() { Source = MediaSource.FromBytes(bytes, mediaType), Title = title };

    /// <summary>A plain text document inside the message.</summary>
    /// <param name="text">The text.</param>
    /// <param name="title">Its title; null for none.</param>
    /// <returns>The block.</returns>
    public static DocumentBlock FromText(string text, string? title = null) =>
        new() { Source = new MediaSource { Type = "text", MediaType = "text/plain", Data = text }, Title = title };

    /// <summary>A document that the API fetches.</summary>
    /// <param name="url">Its address.</param>
    /// <param name="title">Its title; null for none.</param>
    /// <returns>The block.</returns>
    public static DocumentBlock FromUrl(Uri url, string? title = null) => new() { Source = MediaSource.FromUrl(url), Title = title };
}

/// <summary>Where an image or a document is.</summary>
public sealed record MediaSource : OpenRecord
{
    /// <summary><c>base64</c>, <c>text</c>, <c>url</c> or <c>file</c>; others may come.</summary>
    [JsonPropertyName("type")]
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>The media type, for example <c>image/png</c> (<c>base64</c>, <c>text</c>).</summary>
    [JsonPropertyName("media_type")]
    public string? MediaType { get; init; }

    /// <summary>The bytes in Base64, or the text itself when the type is <c>text</c>.</summary>
    [JsonPropertyName("data")]
    public string? Data { get; init; }

    /// <summary>The address (<c>url</c>).</summary>
    [JsonPropertyName("url")]
    public string? Url { get; init; }

    /// <summary>The file's id at the API (<c>file</c>).</summary>
    [JsonPropertyName("file_id")]
    public string? FileId { get; init; }

    /// <summary>The bytes of a <c>base64</c> source.</summary>
    /// <returns>The bytes; null when the source is of another type or is not Base64.</returns>
    public byte[]? GetBytes()
    {
        if (Type != "base64" || Data is null)
            return null;
        var bytes = new byte[(Data.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(Data, bytes, out var length) ? bytes[..length] : null;
    }

    internal static MediaSource FromBytes(ReadOnlyMemory<byte> bytes, string mediaType)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(mediaType);
        return new() { Type = "base64", MediaType = mediaType, Data = Convert.ToBase64String(bytes.Span) };
    }

    internal static MediaSource FromUrl(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return new() { Type = "url", Url = url.OriginalString };
    }
}
