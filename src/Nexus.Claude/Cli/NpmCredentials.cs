using System.Net.Http.Headers;
using System.Text;

namespace Nexus.Claude.Cli;

/// <summary>The credentials of an npm configuration, each of which belongs to one host and the paths below one path.</summary>
internal sealed class NpmCredentials(IReadOnlyDictionary<string, string> settings)
{
    /// <summary>The credentials for a request, or null when the configuration has none for that host and path.</summary>
    public AuthenticationHeaderValue? For(Uri address)
    {
        // The keys look like //host:port/path/:_authToken; the longest path that leads to the address counts.
        var path = address.AbsolutePath;
        while (true)
        {
            var cut = path.LastIndexOf('/');
            path = path[..Math.Max(cut, 0)];
            if (Read($"//{address.Authority}{path}/") is { } found)
                return found;
            if (path.Length == 0)
                break;
        }

        return FromUserInfo(address);
    }

    /// <summary>
    /// The credentials for a file that the registry refers to: those of the file's own address, or the registry's own when the file
    /// lies on the very same server. None for a file that is to be fetched without encryption though the registry has it.
    /// </summary>
    public AuthenticationHeaderValue? For(Uri file, Uri registry)
    {
        if (registry.Scheme == Uri.UriSchemeHttps && file.Scheme != Uri.UriSchemeHttps)
            return null;
        var isSameServer = Uri.Compare(
            file, registry, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;
        return For(file) ?? (isSameServer ? For(registry) : null);
    }

    private AuthenticationHeaderValue? Read(string place)
    {
        if (Setting(place + ":_authToken") is { } token)
            return new AuthenticationHeaderValue("Bearer", token);
        if (Setting(place + ":_auth") is { } basic)
            return new AuthenticationHeaderValue("Basic", basic);
        if (Setting(place + ":username") is { } user && Setting(place + ":_password") is { } password && TryDecode(password, out var decoded))
            return Basic(user, decoded);
        return null;
    }

    private string? Setting(string key) => settings.TryGetValue(key, out var value) && value.Length > 0 ? value : null;

    private static AuthenticationHeaderValue? FromUserInfo(Uri address)
    {
        if (address.UserInfo.Length == 0)
            return null;
        var parts = address.UserInfo.Split(':', 2);
        return Basic(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }

    private static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    private static bool TryDecode(string base64, out string text)
    {
        var bytes = new byte[base64.Length];
        var isValid = Convert.TryFromBase64String(base64, bytes, out var length);
        text = isValid ? Encoding.UTF8.GetString(bytes, 0, length) : "";
        return isValid;
    }
}
