namespace Nexus.Claude.Gateway;

/// <summary>The address of the database as the older gateway's sample wrote it: <c>sqlite://./claude_code.db</c>.</summary>
internal static class DatabaseUrl
{
    private const string Scheme = "sqlite:";

    /// <summary>Reads it.</summary>
    /// <param name="section">The value.</param>
    /// <returns>The path of the file.</returns>
    /// <exception cref="FormatException">It is no such address.</exception>
    public static string Read(IConfigurationSection section)
    {
        var text = SettingValue.Text(section);
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            throw new FormatException("must begin with sqlite:; for several gateways set redis.connection_string instead.");
        var path = text[Scheme.Length..];
        path = path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path;
        return path.Length == 0 ? throw new FormatException("names no file.") : Path.GetFullPath(path.Split('?')[0]);
    }
}
