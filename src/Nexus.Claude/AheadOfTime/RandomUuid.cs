namespace Nexus.Claude.AheadOfTime;

/// <summary>New ids as text.</summary>
/// <remarks>The framework's own formatting uses vectors that code compiled ahead may not assume; the first id would wait for it to be compiled.</remarks>
internal static class RandomUuid
{
    private const string Digits = "0123456789abcdef";

    /// <summary>A random UUID in the usual form, as <see cref="Guid.ToString()"/> writes it.</summary>
    /// <returns>The 36 characters.</returns>
    public static string New() => string.Create(36, Guid.NewGuid(), static (text, id) =>
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var at = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            if (i is 4 or 6 or 8 or 10)
                text[at++] = '-';
            text[at++] = Digits[bytes[i] >> 4];
            text[at++] = Digits[bytes[i] & 15];
        }
    });
}
