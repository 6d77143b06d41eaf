using System.Text;
using System.Text.RegularExpressions;

namespace Nexus.Claude.Memory.Privacy;

/// <summary>The kinds of secrets that are known by their form.</summary>
internal static partial class SecretKinds
{
    private const int MatchTimeout = 1_000;

    /// <summary>In the order they are tried: the narrow ones first, so that a secret gets its own name.</summary>
    public static IReadOnlyList<SecretKind> All { get; } =
    [
        new("private-key", ["PRIVATE KEY"], PrivateKey()),
        new("anthropic-key", ["sk-ant-"], AnthropicKey()),
        new("openai-key", ["sk-"], OpenaiKey()),
        new("aws-access-key", ["AKIA", "ASIA", "AROA", "AIDA"], AwsAccessKey()),
        new("github-token", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], GithubToken()),
        new("github-token", ["github_pat_"], GithubTokenLong()),
        new("gitlab-token", ["glpat-", "gldt-", "glrt-"], GitlabToken()),
        new("slack-token", ["xox"], SlackToken()),
        new("slack-webhook", ["hooks.slack.com"], SlackWebhook()),
        new("google-key", ["AIza"], GoogleKey()),
        new("google-oauth", ["ya29.", "GOCSPX-"], GoogleOauth()),
        new("jwt", ["eyJ"], Jwt()),
        new("npm-token", ["npm_"], NpmToken()),
        new("pypi-token", ["pypi-"], PypiToken()),
        new("nuget-key", ["oy2"], NugetKey()),
        new("stripe-key", ["_live_", "_test_", "whsec_"], StripeKey()),
        new("sendgrid-key", ["SG."], SendgridKey()),
        new("twilio-key", ["SK", "AC"], TwilioKey()),
        new("mailgun-key", ["key-"], MailgunKey()),
        new("huggingface-token", ["hf_"], HuggingfaceToken()),
        new("digitalocean-token", ["dop_v1_", "doo_v1_", "dor_v1_"], DigitaloceanToken()),
        new("docker-token", ["dckr_pat_"], DockerToken()),
        new("vault-token", ["hvs.", "hvb."], VaultToken()),
        new("telegram-token", [":AA"], TelegramToken()),
        new("shopify-token", ["shpat_", "shpss_", "shpca_", "shppa_"], ShopifyToken()),
        new("databricks-token", ["dapi"], DatabricksToken()),
        new("linear-key", ["lin_api_"], LinearKey()),
        new("notion-token", ["ntn_"], NotionToken()),
        new("atlassian-token", ["ATATT3"], AtlassianToken()),
        new("age-key", ["AGE-SECRET-KEY-"], AgeKey()),
        new("azure-account-key", ["AccountKey=", "SharedAccessKey="], AzureAccountKey()),
        new("azure-signature", ["sig="], AzureSignature()),
        new("url-credential", ["://"], UrlCredential()),
        new("bearer-token", ["bearer"], BearerToken()),
        new("basic-credential", ["basic"], BasicCredential(), BasicCredential),
        new("password", ["password", "passwd", "passphrase", "pwd"], Password(), NotAPlaceholder),
        new("secret", ["secret", "token", "api_key", "apikey", "api-key", "access_key", "access-key", "accesskey", "private_key", "credential"], Secret(), NotAPlaceholder),
        new("environment-value", ["KEY=", "TOKEN=", "SECRET=", "PASSWORD=", "PASS=", "PWD=", "CREDENTIALS="], EnvironmentValue(), NotAPlaceholder),
        new("card-number", [], CardNumber(), CardNumber),
    ];

    /// <summary>True when there are digits enough for the number of a card.</summary>
    public static bool HasCardNumber(string text)
    {
        int digits = 0;
        foreach (char c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                if (++digits >= 13)
                    return true;
            }
            else if (c is not (' ' or '-'))
            {
                digits = 0;
            }
        }

        return false;
    }

    // "password: ${DB_PASSWORD}", "token: string" and "secret = null" tell no secret.
    private static bool NotAPlaceholder(string value)
    {
        if (value[0] is '$' or '<' or '{' or '%' or '*' || value.StartsWith("process.env", StringComparison.Ordinal) || value.All(c => c is '*' or 'x' or 'X' or '.' or '-'))
            return false;
        string word = value.TrimEnd('.', ':', ')', '!', '?');
        return word.Length > 0 && !Ordinary.Contains(word) && !(word.All(char.IsAsciiLetter) && word.Length < 8) && !CodeName().IsMatch(word);
    }

    private static bool BasicCredential(string value)
    {
        byte[] bytes = new byte[value.Length];
        return Convert.TryFromBase64String(value, bytes, out int length) && Encoding.UTF8.GetString(bytes, 0, length).Contains(':', StringComparison.Ordinal);
    }

    private static bool CardNumber(string value)
    {
        int sum = 0, count = 0;
        for (int i = value.Length - 1; i >= 0; i--)
        {
            if (!char.IsAsciiDigit(value[i]))
                continue;
            int digit = value[i] - '0';
            sum += count++ % 2 == 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        }

        return count is >= 13 and <= 19 && sum % 10 == 0 && value.TrimStart()[0] is '3' or '4' or '5' or '6' && value.Where(char.IsAsciiDigit).Distinct().Count() > 1;
    }

    private static readonly HashSet<string> Ordinary = new(StringComparer.OrdinalIgnoreCase)
    {
        "null", "none", "true", "false", "undefined", "string", "required", "optional", "redacted", "CancellationToken", "cancellationToken",
        "expired", "invalid", "missing", "rotation", "rotated", "unknown", "password", "changeme", "example",
    };

    // "GetToken()", "options.ApiKey": code that names where the secret comes from.
    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*(?:(?:\.|::|->)[A-Za-z_][A-Za-z0-9_]*)+(?:\(.*)?$|^[A-Za-z_][A-Za-z0-9_]*\(.*$", RegexOptions.CultureInvariant, MatchTimeout)]
    private static partial Regex CodeName();


    [GeneratedRegex(@"(?<secret>-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----|\z))", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"\b(?<secret>sk-ant-[A-Za-z0-9_-]{16,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex AnthropicKey();

    [GeneratedRegex(@"\b(?<secret>sk-(?!ant-)[A-Za-z0-9_-]{20,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex OpenaiKey();

    [GeneratedRegex(@"\b(?<secret>(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16})\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex AwsAccessKey();

    [GeneratedRegex(@"\b(?<secret>gh[pousr]_[A-Za-z0-9]{30,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex GithubToken();

    [GeneratedRegex(@"\b(?<secret>github_pat_[A-Za-z0-9_]{22,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex GithubTokenLong();

    [GeneratedRegex(@"\b(?<secret>gl(?:pat|dt|rt)-[A-Za-z0-9_-]{16,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex GitlabToken();

    [GeneratedRegex(@"\b(?<secret>xox[abeprs]-[A-Za-z0-9-]{10,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex SlackToken();

    [GeneratedRegex(@"hooks\.slack\.com/services/(?<secret>[A-Za-z0-9/]{20,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex SlackWebhook();

    [GeneratedRegex(@"\b(?<secret>AIza[0-9A-Za-z_-]{35})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex GoogleKey();

    [GeneratedRegex(@"\b(?<secret>(?:ya29\.|GOCSPX-)[0-9A-Za-z_-]{20,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex GoogleOauth();

    [GeneratedRegex(@"\b(?<secret>eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex Jwt();

    [GeneratedRegex(@"\b(?<secret>npm_[A-Za-z0-9]{30,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex NpmToken();

    [GeneratedRegex(@"\b(?<secret>pypi-[A-Za-z0-9_-]{16,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex PypiToken();

    [GeneratedRegex(@"\b(?<secret>oy2[a-z0-9]{43})\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex NugetKey();

    [GeneratedRegex(@"\b(?<secret>(?:(?:sk|rk|pk)_(?:live|test)_|whsec_)[A-Za-z0-9]{16,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex StripeKey();

    [GeneratedRegex(@"\b(?<secret>SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex SendgridKey();

    [GeneratedRegex(@"\b(?<secret>(?:SK|AC)[0-9a-f]{32})\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex TwilioKey();

    [GeneratedRegex(@"\b(?<secret>key-[0-9a-f]{32})\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex MailgunKey();

    [GeneratedRegex(@"\b(?<secret>hf_[A-Za-z0-9]{30,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex HuggingfaceToken();

    [GeneratedRegex(@"\b(?<secret>do[opr]_v1_[0-9a-f]{32,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex DigitaloceanToken();

    [GeneratedRegex(@"\b(?<secret>dckr_pat_[A-Za-z0-9_-]{16,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex DockerToken();

    [GeneratedRegex(@"\b(?<secret>hv[sb]\.[A-Za-z0-9_-]{16,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex VaultToken();

    [GeneratedRegex(@"\b(?<secret>\d{8,10}:AA[A-Za-z0-9_-]{30,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex TelegramToken();

    [GeneratedRegex(@"\b(?<secret>shp(?:at|ss|ca|pa)_[0-9a-fA-F]{32})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex ShopifyToken();

    [GeneratedRegex(@"\b(?<secret>dapi[0-9a-f]{32})\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex DatabricksToken();

    [GeneratedRegex(@"\b(?<secret>lin_api_[A-Za-z0-9]{30,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex LinearKey();

    [GeneratedRegex(@"\b(?<secret>ntn_[A-Za-z0-9]{30,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex NotionToken();

    [GeneratedRegex(@"\b(?<secret>ATATT3[A-Za-z0-9_=-]{30,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex AtlassianToken();

    [GeneratedRegex(@"(?<secret>AGE-SECRET-KEY-1[A-Z0-9]{50,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex AgeKey();

    [GeneratedRegex(@"(?:AccountKey|SharedAccessKey)=(?<secret>[A-Za-z0-9+/]{20,}={0,2})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, MatchTimeout)]
    private static partial Regex AzureAccountKey();

    [GeneratedRegex(@"[?&]sig=(?<secret>[A-Za-z0-9%+/=_-]{20,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, MatchTimeout)]
    private static partial Regex AzureSignature();

    [GeneratedRegex(@"[a-z][a-z0-9+.-]*://[^\s:/@'""]*:(?<secret>[^\s/@'""]+)@", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, MatchTimeout)]
    private static partial Regex UrlCredential();

    [GeneratedRegex(@"\bbearer\s+(?<secret>[A-Za-z0-9._~+/=-]{16,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, MatchTimeout)]
    private static partial Regex BearerToken();

    [GeneratedRegex(@"\bbasic\s+(?<secret>[A-Za-z0-9+/]{12,}={0,2})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, MatchTimeout)]
    private static partial Regex BasicCredential();

    [GeneratedRegex(@"(?:password|passwd|passphrase|pwd)[""']?\s*(?:=|:|=>)\s*(?<quote>[""'`]?)(?<secret>[^\s""'`;,&<>]{4,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, MatchTimeout)]
    private static partial Regex Password();

    [GeneratedRegex(@"(?:secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)s?(?:[_-]?[a-z0-9]+)?[""']?\s*(?:=|:|=>)\s*(?<quote>[""'`]?)(?<secret>[^\s""'`;,&<>(){}\[\]]{8,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, MatchTimeout)]
    private static partial Regex Secret();

    [GeneratedRegex(@"(?m)^\s*(?:export\s+)?[A-Z0-9_]*(?:KEY|TOKEN|SECRET|PASSWORD|PASS|PWD|CREDENTIALS)[A-Z0-9_]*=[""']?(?<secret>[^\s""'#]{6,})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex EnvironmentValue();

    [GeneratedRegex(@"(?<![\d.-])(?<secret>(?:\d[ -]?){12,18}\d)(?![\d.-])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, MatchTimeout)]
    private static partial Regex CardNumber();
}
