using System.Text.Json;
using Nexus.Claude.Server.Errors;
using Nexus.Claude.Server.Turns;

namespace Nexus.Claude.Server.Conversations;

/// <summary>Images and files of items. Their addresses go to the API, which fetches them; this server never does.</summary>
internal static class ItemMedia
{
    /// <summary>Reads an <c>input_image</c>.</summary>
    /// <param name="part">The part.</param>
    /// <param name="place">What errors call it.</param>
    /// <returns>The image.</returns>
    /// <exception cref="GatewayException">It is no image that the API takes.</exception>
    public static ImageBlock ReadImage(JsonElement part, string place)
    {
        var param = $"{place}.image_url";
        if (part.Text("image_url", param) is not { } url)
            throw GatewayException.Invalid(param, $"'{param}' is missing. Files that were uploaded before (file_id) are not supported.");
        if (IsHttps(url))
            return ImageBlock.FromUrl(new Uri(url));
        var (mediaType, bytes) = ReadData(url, param);
        return mediaType is "image/png" or "image/jpeg" or "image/gif" or "image/webp"
            ? ImageBlock.FromBytes(bytes, mediaType)
            : throw GatewayException.Invalid(param, $"Images are image/png, image/jpeg, image/gif or image/webp, not '{mediaType}'.", "unsupported_image");
    }

    /// <summary>Reads an <c>input_file</c>.</summary>
    /// <param name="part">The part.</param>
    /// <param name="place">What errors call it.</param>
    /// <returns>The document.</returns>
    /// <exception cref="GatewayException">It is no file that the API takes.</exception>
    public static DocumentBlock ReadFile(JsonElement part, string place)
    {
        var title = part.Text("filename", $"{place}.filename");
        if (part.Text("file_url", $"{place}.file_url") is { } url)
        {
            return IsHttps(url)
                ? DocumentBlock.FromUrl(new Uri(url), title)
                : throw GatewayException.Invalid($"{place}.file_url", $"'{place}.file_url' must be an https address.");
        }

        var param = $"{place}.file_data";
        if (part.Text("file_data", param) is not { } data)
            throw GatewayException.Invalid(param, $"'{param}' is missing. Files that were uploaded before (file_id) are not supported.");
        var (mediaType, bytes) = ReadData(data, param);
        return mediaType switch
        {
            "application/pdf" => DocumentBlock.FromBytes(bytes, mediaType, title),
            _ when mediaType.StartsWith("text/", StringComparison.Ordinal) || mediaType == "application/json" =>
                DocumentBlock.FromText(System.Text.Encoding.UTF8.GetString(bytes), title),
            _ => throw GatewayException.Invalid(param, $"Files are application/pdf or text, not '{mediaType}'.", "unsupported_file"),
        };
    }

    /// <summary>Writes the members of an <c>input_image</c>.</summary>
    /// <param name="writer">At the beginning of the part's object.</param>
    /// <param name="image">The image.</param>
    public static void WriteImage(Utf8JsonWriter writer, ImageBlock image)
    {
        writer.WriteString("type"u8, "input_image"u8);
        writer.WriteString("detail"u8, "auto"u8);
        writer.WriteNull("file_id"u8);
        writer.WriteString("image_url"u8, image.Source.Url ?? $"data:{image.Source.MediaType};base64,{image.Source.Data}");
    }

    /// <summary>Writes the members of an <c>input_file</c>.</summary>
    /// <param name="writer">At the beginning of the part's object.</param>
    /// <param name="document">The document.</param>
    public static void WriteFile(Utf8JsonWriter writer, DocumentBlock document)
    {
        var source = document.Source;
        writer.WriteString("type"u8, "input_file"u8);
        writer.WriteString("filename"u8, document.Title);
        if (source.Url is not null)
            writer.WriteString("file_url"u8, source.Url);
        else if (source.Type == "text")
            writer.WriteString("file_data"u8, $"data:{source.MediaType};base64,{Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(source.Data ?? ""))}");
        else
            writer.WriteString("file_data"u8, $"data:{source.MediaType};base64,{source.Data}");
    }

    private static bool IsHttps(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttps;

    private static (string MediaType, byte[] Bytes) ReadData(string url, string param)
    {
        var comma = url.IndexOf(',', StringComparison.Ordinal);
        if (url.StartsWith("data:", StringComparison.OrdinalIgnoreCase) && comma > 0
            && url.AsSpan(5, comma - 5).EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
        {
            var bytes = new byte[(url.Length - comma) / 4 * 3 + 3];
            if (Convert.TryFromBase64String(url[(comma + 1)..], bytes, out var length))
                return (url[5..(comma - 7)].Split(';')[0].ToLowerInvariant(), bytes[..length]);
        }

        throw GatewayException.Invalid(param, $"'{param}' must be an https address or data:TYPE;base64,DATA.");
    }
}
