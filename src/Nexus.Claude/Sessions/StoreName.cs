using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Nexus.Claude.Sessions;

/// <summary>Names from outside as names of files and back: whatever the name, it stays inside of its folder on every system.</summary>
internal static class StoreName
{
    /// <summary>File systems take 255 bytes; a suffix is added to some names.</summary>
    private const int Longest = 220;

    // Windows takes these for devices, whatever the extension.
    private static readonly HashSet<string> Devices = new(
        ["con", "prn", "aux", "nul", .. Enumerable.Range(0, 10).SelectMany(n => (string[])[$"com{n}", $"lpt{n}"])],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>A name as that of a file.</summary>
    /// <param name="name">The name.</param>
    /// <param name="parameter">What the name is, for the error.</param>
    /// <returns>The same for letters, digits, <c>-</c> and <c>_</c>; everything else as the hexadecimal digits of its bytes.</returns>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    public static string Encode(string name, string parameter)
    {
        if (string.IsNullOrEmpty(name))
            throw new ArgumentException($"The {parameter} of a session key must not be empty.");
        var encoded = new StringBuilder(name.Length);
        var isDevice = Devices.Contains(name);
        foreach (var unit in Encoding.UTF8.GetBytes(name))
        {
            var letter = (char)unit;
            if ((char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_') && !(isDevice && encoded.Length == 0))
                encoded.Append(letter);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"%{unit:X2}");
        }

        return encoded.Length <= Longest
            ? encoded.ToString()
            : throw new ArgumentException($"The {parameter} of a session key is too long for the name of a file: '{name}'.");
    }

    /// <summary>The name of a file as the name it was made from.</summary>
    /// <param name="encoded">The name of the file.</param>
    /// <param name="name">The name.</param>
    /// <returns>False for a file of somebody else's.</returns>
    public static bool TryDecode(string encoded, [NotNullWhen(true)] out string? name)
    {
        name = Uri.UnescapeDataString(encoded);
        return name.Length > 0 && encoded.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '%');
    }
}
