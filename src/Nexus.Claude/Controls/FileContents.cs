using System.Text;
using System.Text.Json.Serialization;

namespace Nexus.Claude;

/// <summary>What is in a file on the CLI's machine.</summary>
public sealed record FileContents : OpenRecord
{
    /// <summary>The text, or base64 when <see cref="Encoding"/> says so. <see cref="ToBytes"/> knows the difference.</summary>
    [JsonPropertyName("contents")]
    public string Contents { get; init => field = value ?? ""; } = "";

    /// <summary><c>base64</c>, or null for text.</summary>
    [JsonPropertyName("encoding")]
    public string? Encoding { get; init; }

    /// <summary>The file, in full.</summary>
    [JsonPropertyName("absPath")]
    public string Path { get; init => field = value ?? ""; } = "";

    /// <summary>True when the file is longer than what was read.</summary>
    [JsonPropertyName("truncated")]
    public bool IsTruncated { get; init; }

    /// <summary>
    /// True when the file is not UTF-8, or was cut inside of a character, so that the text is not exactly what is in it. Null for bytes, which are
    /// exact, and from a CLI that does not say.
    /// </summary>
    [JsonPropertyName("lossy")]
    public bool? IsLossy { get; init; }

    /// <summary>The bytes that were read; for text its UTF-8, which is what is in the file unless <see cref="IsLossy"/>.</summary>
    /// <returns>The bytes.</returns>
    /// <exception cref="FormatException">The CLI's base64 is damaged.</exception>
    public byte[] ToBytes() => Encoding == "base64" ? Convert.FromBase64String(Contents) : System.Text.Encoding.UTF8.GetBytes(Contents);

    /// <inheritdoc/>
    protected override bool PrintMembers(StringBuilder builder)
    {
        // A file may hold secrets, which must not reach a log by way of a record's text.
        ArgumentNullException.ThrowIfNull(builder);
        builder.Append(System.Globalization.CultureInfo.InvariantCulture, $"Path = {Path}, Contents = {Contents.Length} characters, Encoding = {Encoding}, IsTruncated = {IsTruncated}, IsLossy = {IsLossy}");
        return true;
    }
}
