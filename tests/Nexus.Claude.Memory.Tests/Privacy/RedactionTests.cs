using System.Text;
using CsCheck;
using Nexus.Claude.Memory.Privacy;
using Nexus.Claude.Memory.Tests.Audit;

namespace Nexus.Claude.Memory.Tests.Privacy;

[Parallelizable(ParallelScope.All)]
internal sealed class RedactionTests
{
    private static readonly SecretRedactor Redactor = new(new byte[32]);

    // Put together at run time: a scanner of repositories shall find no secret here either.
    private static string Made(string head, string alphabet, int length)
    {
        var text = new StringBuilder(head);
        for (int i = 0; i < length; i++)
            text.Append(alphabet[(i * 7 + 3 + i / 5) % alphabet.Length]);
        return text.ToString();
    }

    private const string Mixed = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0";
    private const string Hex = "0a1b2c3d4e5f6789";

    private static readonly (string Kind, string Secret, string Around)[] Secrets =
    [
        ("anthropic-key", Made("sk-" + "ant-api03-", Mixed, 40), "export KEY {0} now"),
        ("openai-key", Made("sk-" + "proj-", Mixed, 40), "use {0}."),
        ("aws-access-key", Made("AK" + "IA", "ABCDEFGH23456789", 16), "id {0} here"),
        ("github-token", Made("gh" + "p_", Mixed, 36), "push with {0}"),
        ("github-token", Made("github" + "_pat_", Mixed, 60), "push with {0}"),
        ("gitlab-token", Made("gl" + "pat-", Mixed, 20), "({0})"),
        ("slack-token", Made("xo" + "xb-", "1234567890", 24), "{0}"),
        ("slack-webhook", Made("T00000000/B00000000/", Mixed, 24), "https://hooks.slack.com/services/{0}"),
        ("google-key", Made("AI" + "za", Mixed, 35), "key is {0}"),
        ("google-oauth", Made("ya" + "29.", Mixed, 40), "{0}"),
        ("jwt", "ey" + "J" + Made("", Mixed, 20) + "." + "ey" + "J" + Made("", Mixed, 30) + "." + Made("", Mixed, 40), "cookie {0};"),
        ("npm-token", Made("np" + "m_", Mixed, 36), "//registry/:_auth {0}"),
        ("pypi-token", Made("py" + "pi-", Mixed, 40), "{0}"),
        ("nuget-key", Made("oy" + "2", "abcdefghijk0123456789", 43), "push -k {0}"),
        ("stripe-key", Made("sk" + "_live_", Mixed, 24), "{0}"),
        ("sendgrid-key", Made("S" + "G.", Mixed, 22) + "." + Made("", Mixed, 43), "{0}"),
        ("twilio-key", Made("S" + "K", Hex, 32), "{0}"),
        ("mailgun-key", Made("ke" + "y-", Hex, 32), "{0}"),
        ("huggingface-token", Made("h" + "f_", Mixed, 34), "{0}"),
        ("digitalocean-token", Made("do" + "p_v1_", Hex, 64), "{0}"),
        ("docker-token", Made("dckr" + "_pat_", Mixed, 27), "{0}"),
        ("vault-token", Made("hv" + "s.", Mixed, 24), "{0}"),
        ("telegram-token", "1234567890:" + Made("AA", Mixed, 33), "bot {0}"),
        ("shopify-token", Made("shp" + "at_", Hex, 32), "{0}"),
        ("databricks-token", Made("da" + "pi", Hex, 32), "{0}"),
        ("linear-key", Made("lin" + "_api_", Mixed, 40), "{0}"),
        ("notion-token", Made("nt" + "n_", Mixed, 46), "{0}"),
        ("atlassian-token", Made("ATA" + "TT3", Mixed, 60), "{0}"),
        ("age-key", Made("AGE-SECRET" + "-KEY-1", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58), "{0}"),
        ("azure-account-key", Made("", Mixed, 86) + "==", "DefaultEndpointsProtocol=https;AccountName=x;AccountKey={0};EndpointSuffix=y"),
        ("azure-signature", Made("", Mixed, 43) + "%3D", "https://x.blob.core.windows.net/c?sv=2020&sig={0}"),
        ("url-credential", "hunter2!x", "postgres://app:{0}@db.internal:5432/shop"),
        ("bearer-token", Made("", Mixed, 30), "Authorization: Bearer {0}"),
        ("basic-credential", Convert.ToBase64String("ann:hunter2xyz"u8), "Authorization: Basic {0}"),
        ("password", "Tr0ub4dor&3"[..8], "Server=db;User=sa;Password={0};Encrypt=true"),
        ("password", "correcthorsebattery", "my password: {0}"),
        ("secret", "s3cr3tV4lue99", "client_secret = \"{0}\""),
        ("environment-value", "zzTop12345", "\nDEPLOY_KEY={0}\nDEBUG=1"),
        ("card-number", "4111 1111 1111 1234"[..15] + "1111", "paid with {0} today"),
        ("private-key", "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEow\nabc\n-----END RSA " + "PRIVATE KEY-----", "{0}\nafter"),
        ("high-entropy", Made("", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0xUzR", 40), "the value {0} was printed"),
    ];

    [TestCaseSource(nameof(Secrets))]
    [Row(17)]
    public void A_secret_is_replaced_by_its_kind((string Kind, string Secret, string Around) sample)
    {
        string text = sample.Around.Replace("{0}", sample.Secret, StringComparison.Ordinal);

        string redacted = Redactor.Redact(text);

        Assert.That(redacted, Does.Not.Contain(sample.Secret));
        Assert.That(redacted, Does.Match(@"\[redacted:[a-z-]+:[0-9a-f]{4}\]"));
        Assert.That(redacted, Does.Contain("[redacted:" + sample.Kind + ":"));
        string[] around = sample.Around.Split("{0}");
        Assert.That(redacted, Does.StartWith(around[0]).And.EndsWith(around[1]));
    }

    [Test]
    [Row(17), SeedDefect("E47")]
    public async Task No_secret_of_any_kind_is_in_the_bytes_of_the_file_wherever_it_was_said()
    {
        await using var temporary = new TemporaryMemory();
        var memory = await temporary.OpenAsync();
        var recorder = memory.StartConversation("c1", "/repo");
        int number = 0;
        foreach (var (_, secret, around) in Secrets)
        {
            string text = around.Replace("{0}", secret, StringComparison.Ordinal);
            recorder.RecordUserMessage($"walrus {++number}\n{text}\n");
            recorder.RecordToolResult("Bash", System.Text.Json.JsonSerializer.SerializeToElement(new { command = $"echo\n{text}\n" }), $"output\n{text}\n");
            recorder.RecordAssistantMessage($"said\n{text}\n");
        }

        await memory.StoreMessagesAsync(recorder.TakePendingMessages());
        await memory.FlushAsync();
        string bytes = Encoding.Latin1.GetString(await temporary.BytesAsync());

        Assert.That(bytes, Does.Contain("walrus 1").And.Contain("[redacted:"));
        foreach (var (kind, secret, _) in Secrets)
        {
            // Tokens are in lower case.
            Assert.That(bytes, Does.Not.Contain(secret).And.Not.Contain(secret.ToLowerInvariant()), kind);
        }
    }

    [Test]
    [Row(17)]
    public void At_least_25_kinds_are_known() => Assert.That(SecretKinds.All.Select(kind => kind.Name).Distinct().Count(), Is.GreaterThanOrEqualTo(25));

    [TestCase("The password is checked in PasswordPolicy.cs and rotated by the job")]
    [TestCase("token: CancellationToken cancellationToken = default")]
    [TestCase("password: ${DB_PASSWORD}")]
    [TestCase("var secret = configuration.GetSection(\"Auth\");")]
    [TestCase("commit 3f786850e387550fdab836ed7e6dc881de23001b fixed it")]
    [TestCase("sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [TestCase("id 018f3b6c-7c1e-7b62-9d3a-2f6a1b0c4d5e")]
    [TestCase("Every_block_of_code_of_a_page_is_compiled_word_for_word")]
    [TestCase("src/Nexus/Claude/Memory/Store/SqliteMemoryStore/BatchWriter/Tests")]
    [TestCase("https://example.com/docs/getting-started?page=2#install")]
    [TestCase("we spent 1200 tokens: mostly on tools")]
    public void What_is_no_secret_stays(string text) => Assert.That(Redactor.Redact(text), Is.EqualTo(text));

    [Test]
    public void The_same_secret_is_known_again_and_another_key_tells_another_name()
    {
        string secret = Made("gh" + "p_", Mixed, 36);

        string[] words = Redactor.Redact($"{secret} and {secret}").Split(" and ");

        Assert.That(words[0], Is.EqualTo(words[1]));
        Assert.That(new SecretRedactor([.. Enumerable.Repeat((byte)9, 32)]).Redact(secret), Is.Not.EqualTo(words[0]));
    }

    [Test]
    public void Redacting_twice_changes_nothing_more()
    {
        foreach (var (_, secret, around) in Secrets)
        {
            string once = Redactor.Redact(around.Replace("{0}", secret, StringComparison.Ordinal));
            Assert.That(Redactor.Redact(once), Is.EqualTo(once));
        }
    }

    [Test]
    public void Any_text_around_a_secret_leaves_none_of_it()
    {
        string secret = Made("sk-" + "ant-api03-", Mixed, 40);
        Gen.Select(Gen.String, Gen.String).Sample((before, after) => !Redactor.Redact(before + " " + secret + " " + after).Contains(secret, StringComparison.Ordinal));
    }

    [TestCase("a <private>b</private> c", "a  c")]
    [TestCase("a <private>b <private>c</private> d</private> e", "a  e")]
    [TestCase("a <private>b", "a ")]
    [TestCase("a <PRIVATE >b</Private> c", "a  c")]
    [TestCase("a <private>b <private>c</private> d", "a ")]
    [TestCase("x <system-reminder>secret</system-reminder> y", "x  y")]
    [TestCase("<recalled-context source=\"nexus-memory\" id=\"k\">old</recalled-context k> new", " new")]
    [TestCase("<privateer> stays, 1 < 2 > 0", "<privateer> stays, 1 < 2 > 0")]
    [TestCase("a </private> b", "a  b")]
    [Row(18)]
    public void Private_spans_are_taken_out(string text, string kept) => Assert.That(PrivateSpans.Remove(text), Is.EqualTo(kept));

    [TestCase("/repo/.env", true)]
    [TestCase("/repo/.env.local", true)]
    [TestCase("C:\\repo\\certs\\server.PEM", true)]
    [TestCase("/home/a/.ssh/config", true)]
    [TestCase("/home/a/id_ed25519", true)]
    [TestCase("/repo/secrets.json", true)]
    [TestCase("/repo/src/environment.cs", false)]
    [TestCase("/repo/src/Secrets/Reader.cs", false)]
    [TestCase("/repo/keys.cs", false)]
    public void Ignored_files_are_known_by_their_globs(string file, bool ignored) =>
        Assert.That(new IgnoredFiles(new MemoryOptions().IgnoredFiles).Contains(file), Is.EqualTo(ignored));
}
