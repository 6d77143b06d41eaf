using System.Text;
using System.Text.Unicode;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Turns;

/// <summary>
/// Images and documents of one request as Claude's blocks. What is inside the request is looked at (its real kind, its size); what has an https
/// address is passed on for the API to fetch. This server opens no address and no path that a client names.
/// </summary>
/// <param name="limits">How many, and how large.</param>
internal sealed class MediaInput(GatewayRequestOptions limits)
{
    private int _images;
    private int _documents;

    /// <summary>An image by its URL.</summary>
    /// <param name="url">A <c>data:</c> URL, or an https address.</param>
    /// <param name="param">The request's member it comes from, for errors.</param>
    /// <returns>The block.</returns>
    /// <exception cref="GatewayException">It is neither, or too large, or one too many.</exception>
    public ImageBlock Image(string url, string param)
    {
        if (!DataUrl.Is(url))
        {
            CountImage(param);
            return ImageBlock.FromUrl(Https(url, param, "image", "invalid_image_url"));
        }

        if (DataUrl.TryParse(url, limits.MaxImageBytes, out var data) is { } mistake)
            throw GatewayException.Invalid(param, $"The image in '{param}' {mistake}", "invalid_image");
        return Image(data!.Bytes, param);
    }

    /// <summary>An image by its bytes in Base64.</summary>
    /// <param name="base64">The bytes.</param>
    /// <param name="param">The request's member it comes from, for errors.</param>
    /// <returns>The block.</returns>
    /// <exception cref="GatewayException">It is none, or too large, or one too many.</exception>
    public ImageBlock ImageOfBase64(string base64, string param)
    {
        if (DataUrl.TryDecode(base64, "", limits.MaxImageBytes, out var data) is { } mistake)
            throw GatewayException.Invalid(param, $"The image in '{param}' {mistake}", "invalid_image");
        return Image(data!.Bytes, param);
    }

    /// <summary>A file inside the request: a PDF, a text, or an image.</summary>
    /// <param name="data">A <c>data:</c> URL, or the bytes in Base64.</param>
    /// <param name="name">Its name; null when it has none.</param>
    /// <param name="param">The request's member it comes from, for errors.</param>
    /// <returns>The block.</returns>
    /// <exception cref="GatewayException">The model cannot read it, or it is too large, or one too many.</exception>
    public ContentBlock File(string data, string? name, string param)
    {
        var mistake = DataUrl.Is(data)
            ? DataUrl.TryParse(data, limits.MaxDocumentBytes, out var file)
            : DataUrl.TryDecode(data, "", limits.MaxDocumentBytes, out file);
        if (mistake is not null)
            throw GatewayException.Invalid(param, $"The file in '{param}' {mistake}", "invalid_file");
        var bytes = file!.Bytes;
        if (ImageHeader.Read(bytes) is not null)
        {
            return bytes.Length <= limits.MaxImageBytes
                ? Image(bytes, param)
                : throw GatewayException.Invalid(param, $"The image in '{param}' has {bytes.Length} bytes; the most is {limits.MaxImageBytes}.", "invalid_image");
        }

        CountDocument(param);

        // Readers of PDF allow for some bytes before the header.
        if (bytes.AsSpan(0, Math.Min(bytes.Length, 1024)).IndexOf("%PDF-"u8) >= 0)
            return DocumentBlock.FromBytes(bytes, "application/pdf", name);
        if (IsText(bytes))
            return DocumentBlock.FromText(Encoding.UTF8.GetString(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes), name);
        throw GatewayException.Invalid(
            param,
            $"The file in '{param}'{(file.MediaType.Length > 0 ? $" ({file.MediaType})" : "")} cannot be read by the model: send a PDF, a text in UTF-8, or an image (PNG, JPEG, GIF, WebP).",
            "unsupported_file");
    }

    /// <summary>A document by its address.</summary>
    /// <param name="url">An https address.</param>
    /// <param name="name">Its name; null when it has none.</param>
    /// <param name="param">The request's member it comes from, for errors.</param>
    /// <returns>The block.</returns>
    /// <exception cref="GatewayException">It is no such address, or one too many.</exception>
    public ContentBlock FileOfUrl(string url, string? name, string param)
    {
        if (DataUrl.Is(url))
            return File(url, name, param);
        CountDocument(param);
        return DocumentBlock.FromUrl(Https(url, param, "file", "invalid_file_url"), name);
    }

    private ImageBlock Image(byte[] bytes, string param)
    {
        CountImage(param);
        if (ImageHeader.Read(bytes) is not { } header)
        {
            throw GatewayException.Invalid(
                param, $"The image in '{param}' is not of a kind that the model sees: send PNG, JPEG, GIF or WebP.", "invalid_image_format");
        }

        if (header.Width > limits.MaxImagePixels || header.Height > limits.MaxImagePixels)
        {
            throw GatewayException.Invalid(
                param, $"The image in '{param}' has {header.Width} x {header.Height} pixels; the most is {limits.MaxImagePixels} each way.", "image_too_large");
        }

        // The bytes say what it is; clients often guess the type from a name.
        return ImageBlock.FromBytes(bytes, header.MediaType);
    }

    private void CountImage(string param)
    {
        if (++_images > limits.MaxImages)
            throw GatewayException.Invalid(param, $"The request has more than {limits.MaxImages} images, which is the most.", "too_many_images");
    }

    private void CountDocument(string param)
    {
        if (++_documents > limits.MaxDocuments)
            throw GatewayException.Invalid(param, $"The request has more than {limits.MaxDocuments} documents, which is the most.", "too_many_files");
    }

    private static Uri Https(string url, string param, string what, string code) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps && address.Host.Length > 0
            ? address
            : throw GatewayException.Invalid(
                param,
                $"'{param}' must be a data URL (data:...;base64,...) or an https address, which the API fetches. Other addresses and paths are not opened by this server; put the {what} into the request.",
                code);

    private static bool IsText(ReadOnlySpan<byte> bytes) => !bytes.Contains((byte)0) && Utf8.IsValid(bytes);
}
