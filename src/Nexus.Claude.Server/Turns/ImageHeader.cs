using System.Buffers.Binary;

namespace Nexus.Claude.Server.Turns;

/// <summary>What the first bytes of an image say about it.</summary>
/// <param name="MediaType">Its real media type.</param>
/// <param name="Width">Its width in pixels; 0 when the header does not say.</param>
/// <param name="Height">Its height in pixels; 0 when the header does not say.</param>
internal readonly record struct ImageHeader(string MediaType, int Width, int Height)
{
    /// <summary>Reads the header of an image of a kind that the model sees.</summary>
    /// <param name="bytes">The image.</param>
    /// <returns>The header; null when it is neither PNG nor JPEG, GIF or WebP.</returns>
    public static ImageHeader? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
            return bytes.Length >= 24 ? new("image/png", BigEndian32(bytes[16..]), BigEndian32(bytes[20..])) : new("image/png", 0, 0);
        if (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8))
            return bytes.Length >= 10 ? new("image/gif", LittleEndian16(bytes[6..]), LittleEndian16(bytes[8..])) : new("image/gif", 0, 0);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return Jpeg(bytes);
        if (bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8))
            return WebP(bytes);
        return null;
    }

    private static ImageHeader Jpeg(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes[2..];
        while (rest.Length >= 9 && rest[0] == 0xFF)
        {
            var marker = rest[1];
            if (marker == 0xFF)
            {
                rest = rest[1..];
                continue;
            }

            // The frame headers: all of C0 to CF but the tables C4, C8 and CC.
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
                return new("image/jpeg", BinaryPrimitives.ReadUInt16BigEndian(rest[7..]), BinaryPrimitives.ReadUInt16BigEndian(rest[5..]));
            var length = 2 + BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (length < 4 || length > rest.Length)
                break;
            rest = rest[length..];
        }

        return new("image/jpeg", 0, 0);
    }

    private static ImageHeader WebP(ReadOnlySpan<byte> bytes)
    {
        const string MediaType = "image/webp";
        if (bytes.Length < 30)
            return new(MediaType, 0, 0);
        var chunk = bytes[12..];
        if (chunk.StartsWith("VP8X"u8))
            return new(MediaType, 1 + LittleEndian24(bytes[24..]), 1 + LittleEndian24(bytes[27..]));
        if (chunk.StartsWith("VP8L"u8))
        {
            var bits = BinaryPrimitives.ReadUInt32LittleEndian(bytes[21..]);
            return new(MediaType, 1 + (int)(bits & 0x3FFF), 1 + (int)((bits >> 14) & 0x3FFF));
        }

        return chunk.StartsWith("VP8 "u8) ? new(MediaType, LittleEndian16(bytes[26..]) & 0x3FFF, LittleEndian16(bytes[28..]) & 0x3FFF) : new(MediaType, 0, 0);
    }

    private static int BigEndian32(ReadOnlySpan<byte> bytes) => (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(bytes), int.MaxValue);

    private static int LittleEndian16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static int LittleEndian24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}
