namespace Nexus.Claude.Memory;

/// <summary>A Meilisearch server that keeps the memory of many machines. See <see cref="MemoryOptions.Meilisearch"/>.</summary>
public sealed class MeilisearchOptions
{
    private const int LongestPrefix = 100;

    /// <summary>The server. Null: the environment variable <c>MEILISEARCH_URL</c>, else <c>http://localhost:7700</c>.</summary>
    public string? Url { get; set; }

    /// <summary>
    /// The key, of a server that has one. Null: the environment variable <c>MEILISEARCH_KEY</c>. It needs the actions <c>search</c>,
    /// <c>documents.*</c>, <c>indexes.create</c>, <c>indexes.get</c>, <c>settings.get</c>, <c>settings.update</c>, <c>tasks.get</c> and
    /// <c>version</c> on the two indexes.
    /// </summary>
    public string? ApiKey { get; set; }

    /// <summary>
    /// What the names of the two indexes begin with: <c>nexus</c> by default, for <c>nexus_messages</c> and <c>nexus_conversations</c>.
    /// Letters, digits, <c>-</c> and <c>_</c>, at most 100.
    /// </summary>
    public string IndexPrefix { get; set; } = "nexus";

    /// <summary>
    /// The SQLite file in which writes wait until the server has taken them. Any number of processes may use the same one. Null: a file of
    /// its own for each server and prefix, in <c>nexus-claude</c> of the user's folder for local application data.
    /// </summary>
    public string? OutboxPath { get; set; }

    /// <summary>How long one request may take. 10 seconds by default.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the server may take to index what it has taken, before the write counts as not done and is sent again. 60 seconds by default.</summary>
    public TimeSpan TaskTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// After how long a server that was away is asked again: doubled with each failure, at most one minute. 1 second by default. A longer
    /// time that the server itself asks for (<c>Retry-After</c>) holds.
    /// </summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A copy that later changes of this one do not touch.</summary>
    /// <returns>The copy.</returns>
    public MeilisearchOptions Clone() => (MeilisearchOptions)MemberwiseClone();

    /// <summary>The address that counts.</summary>
    internal Uri Address => new(AddressText.EndsWith('/') ? AddressText : AddressText + "/");

    /// <summary>The key that counts.</summary>
    internal string? Key => FirstSet(ApiKey, Environment.GetEnvironmentVariable("MEILISEARCH_KEY"));

    internal string OutboxFile => Path.GetFullPath(OutboxPath ?? Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "nexus-claude",
        $"outbox-{Store.Meilisearch.DocumentKeys.Of(Address.AbsoluteUri, IndexPrefix)[..12]}.db"));

    private string AddressText => FirstSet(Url, Environment.GetEnvironmentVariable("MEILISEARCH_URL")) ?? "http://localhost:7700";

    /// <summary>Adds a sentence for each mistake.</summary>
    internal void Validate(Action<bool, string, string> check)
    {
        check(Uri.TryCreate(AddressText, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Query.Length == 0,
            nameof(Url), $"must be an http or https address such as http://localhost:7700, which '{AddressText}' is not (it may come from MEILISEARCH_URL)");
        check(Key is not { } key || key.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0, nameof(ApiKey), "must be printable ASCII without spaces (it may come from MEILISEARCH_KEY)");
        check(IndexPrefix is { Length: > 0 and <= LongestPrefix } prefix && prefix.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'),
            nameof(IndexPrefix), "must be 1 to 100 letters, digits, '-' and '_'");
        check(OutboxPath is not { } path || !string.IsNullOrWhiteSpace(path), nameof(OutboxPath), "must name a file, or be null for the default one");
        check(RequestTimeout > TimeSpan.Zero && TaskTimeout > TimeSpan.Zero && RetryDelay > TimeSpan.Zero, nameof(RequestTimeout), ", TaskTimeout and RetryDelay must be longer than zero");
    }

    private static string? FirstSet(string? own, string? environment) =>
        own ?? (string.IsNullOrWhiteSpace(environment) ? null : environment);
}
