using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;

namespace Nexus.Claude.Server.Redis;

/// <summary>
/// Keeps transcripts of the CLI in Redis, so that a session can be resumed by another gateway. A session's keys share one node of a cluster: a hash
/// with its summary, a list and a set of ids for each transcript. The hash of a project lists its sessions and mends itself with each append.
/// </summary>
/// <param name="redis">The connection.</param>
/// <param name="time">The clock.</param>
/// <param name="lifetime">How long a session is kept after its last entry; null for ever.</param>
internal sealed class RedisSessionStore(RedisConnection redis, TimeProvider time, TimeSpan? lifetime = null) : ISessionStore
{
    // KEYS: session, subpaths, entries, ids. ARGV: subpath or "", expected summary or "", new summary or "", now, lifetime in ms or "", then pairs of id
    // or "" and entry.
    private const string AppendScript = """
        if ARGV[3] ~= '' then
          local current = redis.call('HGET', KEYS[1], 'summary') or ''
          if current ~= ARGV[2] then return 0 end
          redis.call('HSET', KEYS[1], 'summary', ARGV[3], 'modified', ARGV[4])
        end
        redis.call('SADD', KEYS[2], ARGV[1])
        redis.call('HSET', KEYS[1], 'exists:' .. ARGV[1], '1')
        for i = 6, #ARGV, 2 do
          if ARGV[i] == '' or redis.call('SADD', KEYS[4], ARGV[i]) == 1 then redis.call('RPUSH', KEYS[3], ARGV[i + 1]) end
        end
        if ARGV[5] ~= '' then
          for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[5]) end
        end
        return 1
        """;

    /// <inheritdoc/>
    public SessionStoreCapabilities Capabilities => SessionStoreCapabilities.All;

    /// <inheritdoc/>
    public async Task AppendAsync(SessionKey key, IReadOnlyList<JsonElement> entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(entries);
        if (key.Subpath is { Length: 0 })
            throw new ArgumentException("The Subpath of a session key is null or a text, never empty.", nameof(key));
        RedisValue[] pairs = [.. entries.SelectMany(static entry => (RedisValue[])[IdOf(entry), entry.GetRawText()])];
        var keys = Keys(key);
        for (; ; )
        {
            var now = time.GetUtcNow();
            string current = "", summary = "";
            if (key.Subpath is null)
            {
                current = (string?)await redis.RunAsync(database => database.HashGetAsync(keys[0], "summary"), cancellationToken).ConfigureAwait(false) ?? "";
                summary = Write(SessionSummary.Fold(Read(key.SessionId, current), key, entries, now));
            }

            RedisValue[] arguments = [key.Subpath ?? "", current, summary, Milliseconds(now), Lifetime, .. pairs];
            var result = await redis.RunAsync(
                database => database.ScriptEvaluateAsync(AppendScript, keys, arguments), cancellationToken).ConfigureAwait(false);
            if ((int)result == 1)
                break;
        }

        if (key.Subpath is null)
        {
            await redis.RunAsync(
                async database =>
                {
                    await database.SetAddAsync(ProjectKey(key.ProjectKey), key.SessionId).ConfigureAwait(false);
                    return await database.KeyExpireAsync(ProjectKey(key.ProjectKey), lifetime).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<JsonElement>?> LoadAsync(SessionKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        var keys = Keys(key);
        var (exists, entries) = await redis.RunAsync(
            async database => (
                await database.HashExistsAsync(keys[0], $"exists:{key.Subpath}").ConfigureAwait(false),
                await database.ListRangeAsync(keys[2]).ConfigureAwait(false)),
            cancellationToken).ConfigureAwait(false);
        return exists ? [.. entries.Select(static entry => Parse((ReadOnlyMemory<byte>)entry))] : null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredSession>> ListAsync(string projectKey, CancellationToken cancellationToken = default) =>
        [.. (await ListSummariesAsync(projectKey, cancellationToken).ConfigureAwait(false)).Select(static summary => new StoredSession(summary.SessionId, summary.LastModified))];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<SessionSummary>> ListSummariesAsync(string projectKey, CancellationToken cancellationToken = default)
    {
        var sessions = await redis.RunAsync(database => database.SetMembersAsync(ProjectKey(projectKey)), cancellationToken).ConfigureAwait(false);
        var summaries = new List<SessionSummary>(sessions.Length);
        foreach (var session in sessions)
        {
            var key = Keys(new SessionKey { ProjectKey = projectKey, SessionId = session! })[0];
            var summary = await redis.RunAsync(database => database.HashGetAsync(key, "summary"), cancellationToken).ConfigureAwait(false);
            if (Read(session!, (string?)summary ?? "") is { } found)
                summaries.Add(found);
        }

        return summaries;
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(SessionKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        var keys = Keys(key);
        if (key.Subpath is { } subpath)
        {
            await redis.RunAsync(
                async database =>
                {
                    await database.HashDeleteAsync(keys[0], $"exists:{subpath}").ConfigureAwait(false);
                    await database.SetRemoveAsync(keys[1], subpath).ConfigureAwait(false);
                    return await database.KeyDeleteAsync([keys[2], keys[3]]).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (var inside in await ListSubpathsAsync(key.ProjectKey, key.SessionId, cancellationToken).ConfigureAwait(false))
            await DeleteAsync(key with { Subpath = inside }, cancellationToken).ConfigureAwait(false);
        await redis.RunAsync(
            async database =>
            {
                await database.SetRemoveAsync(ProjectKey(key.ProjectKey), key.SessionId).ConfigureAwait(false);
                return await database.KeyDeleteAsync(keys).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListSubpathsAsync(string projectKey, string sessionId, CancellationToken cancellationToken = default)
    {
        var key = Keys(new SessionKey { ProjectKey = projectKey, SessionId = sessionId })[1];
        var subpaths = await redis.RunAsync(database => database.SetMembersAsync(key), cancellationToken).ConfigureAwait(false);
        return [.. subpaths.Select(static subpath => (string)subpath!).Where(static subpath => subpath.Length > 0)];
    }

    private string Lifetime => lifetime is { } time ? ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) : "";

    private static string IdOf(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("uuid", out var uuid) && uuid.ValueKind == JsonValueKind.String ? uuid.GetString()! : "";

    private static JsonElement Parse(ReadOnlyMemory<byte> json) => new RawJson(json).Parse();

    private static string Milliseconds(DateTimeOffset moment) => moment.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private static string Write(SessionSummary summary) => $"{Milliseconds(summary.LastModified)} {summary.Data.GetRawText()}";

    private static SessionSummary? Read(string sessionId, string summary)
    {
        var space = summary.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0)
            return null;
        return new SessionSummary
        {
            SessionId = sessionId,
            LastModified = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(summary.AsSpan(0, space), CultureInfo.InvariantCulture)),
            Data = Parse(System.Text.Encoding.UTF8.GetBytes(summary[(space + 1)..])),
        };
    }

    private RedisKey ProjectKey(string project) => redis.Key($"sessions:{project}");

    // Lengths before texts keep keys of different parts apart, whatever the parts hold; between braces is what decides about the node of a cluster.
    private RedisKey[] Keys(SessionKey key)
    {
        var session = Uri.EscapeDataString($"{key.ProjectKey.Length}.{key.ProjectKey}.{key.SessionId}");
        return
        [
            redis.Key($"session:{{{session}}}"),
            redis.Key($"session-subpaths:{{{session}}}"),
            redis.Key($"session-entries:{{{session}}}:{key.Subpath}"),
            redis.Key($"session-ids:{{{session}}}:{key.Subpath}"),
        ];
    }
}
