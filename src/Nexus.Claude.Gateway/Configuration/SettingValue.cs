using System.Globalization;
using System.Text.Json;

namespace Nexus.Claude.Gateway;

/// <summary>Reads one value of a setting. What is wrong with it is said without the value.</summary>
internal static class SettingValue
{
    public static string Text(IConfigurationSection section) => section.Value ?? throw new FormatException("must be a text.");

    public static int Number(IConfigurationSection section) =>
        int.TryParse(section.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException("must be a whole number.");

    public static decimal Money(IConfigurationSection section) =>
        decimal.TryParse(section.Value, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException("must be a number such as 2.50.");

    public static bool Flag(IConfigurationSection section) => section.Value?.ToLowerInvariant() switch
    {
        "true" or "1" or "yes" or "on" => true,
        "false" or "0" or "no" or "off" => false,
        _ => throw new FormatException("must be true or false."),
    };

    public static TimeSpan Seconds(IConfigurationSection section) =>
        double.TryParse(section.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 4_000_000
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException("must be a number of seconds.");

    public static TimeSpan Minutes(IConfigurationSection section) => Seconds(section) * 60;

    public static DateTimeOffset Time(IConfigurationSection section) =>
        DateTimeOffset.TryParse(section.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new FormatException("must be a time such as 2027-01-31T00:00:00Z.");

    public static Uri Url(IConfigurationSection section) =>
        Uri.TryCreate(section.Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : throw new FormatException("must be a URL with http or https.");

    public static string Path(IConfigurationSection section) => System.IO.Path.GetFullPath(Text(section));

    /// <summary>A list by items; or one text, as an environment variable gives it: JSON, or with commas.</summary>
    public static List<string> List(IConfigurationSection section)
    {
        if (section.Value is not { } text)
            return [.. section.GetChildren().Select(static item => item.Value ?? throw new FormatException("must be a list of texts."))];
        if (!text.TrimStart().StartsWith('['))
            return [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        try
        {
            using var json = JsonDocument.Parse(text);
            return [.. json.RootElement.EnumerateArray().Select(static item => item.GetString() ?? throw new FormatException("must be a list of texts."))];
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw new FormatException("must be a JSON list of texts, or texts with commas.", wrong);
        }
    }
}
