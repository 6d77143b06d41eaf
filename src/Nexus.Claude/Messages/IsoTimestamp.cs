using System.Globalization;

namespace Nexus.Claude;

/// <summary>Timestamps stay text inside a message, so that they are written again exactly as they came.</summary>
internal static class IsoTimestamp
{
    internal static DateTimeOffset? Read(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var value) ? value : null;

    internal static string? Write(DateTimeOffset? value) =>
        value?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
