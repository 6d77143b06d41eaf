using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nexus.Claude.Server.Security;

/// <summary>
/// The file with the keys that were made by command. It holds hashes only, and only its owner may read it. Writers of several processes take
/// turns; readers always see one whole state.
/// </summary>
/// <param name="path">Its path.</param>
/// <param name="time">The clock.</param>
internal sealed class KeysFile(string path, TimeProvider time)
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Its path.</summary>
    public string Path => path;

    /// <summary>What tells one state of the file from another; null when there is no file.</summary>
    public (DateTime Written, long Length)? Stamp
    {
        get
        {
            var file = new FileInfo(path);
            return file.Exists ? (file.LastWriteTimeUtc, file.Length) : null;
        }
    }

    /// <summary>Reads the keys.</summary>
    /// <returns>The keys; none when there is no file.</returns>
    /// <exception cref="ClaudeException">The file cannot be read or understood.</exception>
    public IReadOnlyList<KeyRecord> Read()
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return JsonSerializer.Deserialize(stream, KeysFileJson.Default.KeysDocument)?.Keys ?? [];
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (JsonException wrong)
        {
            throw new KeysFileException($"The keys file '{path}' cannot be understood (line {wrong.LineNumber + 1}). Correct it, or put back an older copy.", wrong);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new KeysFileException($"The keys file '{path}' cannot be read: {failure.Message}", failure);
        }
    }

    /// <summary>Makes a key and adds it.</summary>
    /// <param name="template">Everything but the id, the hash and the time.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The record, and the key itself, which is kept nowhere.</returns>
    /// <exception cref="ClaudeException">The file cannot be read, understood or written.</exception>
    public async Task<(KeyRecord Record, string Key)> AddAsync(KeyRecord template, CancellationToken cancellationToken)
    {
        var key = "nxc_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var record = template with
        {
            Id = "key_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)),
            Hash = ApiKey.Format(ApiKey.HashOf(key)),
            CreatedAt = time.GetUtcNow(),
        };
        await ChangeAsync(keys => [.. keys, record], cancellationToken).ConfigureAwait(false);
        return (record, key);
    }

    /// <summary>Takes a key out. Servers that watch the file refuse it from then on.</summary>
    /// <param name="idOrName">Its id, or its name when only one key has it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The key; null when there is none.</returns>
    /// <exception cref="ClaudeException">Several keys have the name, or the file cannot be read, understood or written.</exception>
    public async Task<KeyRecord?> RevokeAsync(string idOrName, CancellationToken cancellationToken)
    {
        KeyRecord? revoked = null;
        await ChangeAsync(Without, cancellationToken).ConfigureAwait(false);
        return revoked;

        IReadOnlyList<KeyRecord>? Without(IReadOnlyList<KeyRecord> keys)
        {
            var named = keys.Where(key => key.Id == idOrName).ToList();
            if (named.Count == 0)
                named = [.. keys.Where(key => key.Name == idOrName)];
            if (named.Count > 1)
                throw new KeysFileException($"{named.Count} keys have the name '{idOrName}'. Name one by its id: {string.Join(", ", named.Select(static key => key.Id))}.");
            revoked = named.SingleOrDefault();
            return revoked is null ? null : [.. keys.Where(key => !ReferenceEquals(key, revoked))];
        }
    }

    private async Task ChangeAsync(Func<IReadOnlyList<KeyRecord>, IReadOnlyList<KeyRecord>?> change, CancellationToken cancellationToken)
    {
        try
        {
            PrivateFile.CreateFolderOf(path);
            using var turn = await LockAsync(cancellationToken).ConfigureAwait(false);
            if (change(Read()) is not { } keys)
                return;
            var json = JsonSerializer.SerializeToUtf8Bytes(new KeysDocument { Keys = keys }, KeysFileJson.Default.KeysDocument);
            await PrivateFile.ReplaceAsync(path, json, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new KeysFileException($"The keys file '{path}' cannot be written: {failure.Message} Name another one with --file, or run this as its owner.", failure);
        }
    }

    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                return PrivateFile.OpenLock(path + ".lock");
            }
            catch (IOException) when (time.GetElapsedTime(begun) < LockTimeout)
            {
                await Task.Delay(LockPause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}

/// <summary>The keys file has a problem that its owner has to solve.</summary>
internal sealed class KeysFileException(string message, Exception? innerException = null) : ClaudeException(message, innerException);

/// <summary>The file's whole content.</summary>
internal sealed record KeysDocument
{
    /// <summary>The keys, in the order in which they were made.</summary>
    public IReadOnlyList<KeyRecord> Keys { get; init => field = value ?? []; } = [];
}

/// <summary>A key of the file. What cannot be understood is an error: a limit that is misspelled must not be no limit.</summary>
internal sealed record KeyRecord
{
    public string Id { get; init => field = value ?? ""; } = "";
    public string? Name { get; init; }
    public string Hash { get; init => field = value ?? ""; } = "";
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public IReadOnlyList<string>? Models { get; init; }
    public bool Agent { get; init; }
    public IReadOnlyList<string>? AgentTools { get; init; }
    public IReadOnlyList<string>? WorkingDirectories { get; init; }
    public int? RequestsPerMinute { get; init; }
    public int? TokensPerMinute { get; init; }
    public int? MaxConcurrency { get; init; }
    public decimal? BudgetUsd { get; init; }

    /// <summary>The same in the operator's terms.</summary>
    public GatewayKeyOptions ToOptions() => new()
    {
        Id = Id,
        Hash = Hash,
        ExpiresAt = ExpiresAt,
        Models = [.. Models ?? []],
        Agent = Agent,
        AgentTools = AgentTools is null ? null : [.. AgentTools],
        WorkingDirectories = WorkingDirectories is null ? null : [.. WorkingDirectories],
        RequestsPerMinute = RequestsPerMinute,
        TokensPerMinute = TokensPerMinute,
        MaxConcurrency = MaxConcurrency,
        BudgetUsd = BudgetUsd,
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    WriteIndented = true)]
[JsonSerializable(typeof(KeysDocument))]
internal sealed partial class KeysFileJson : JsonSerializerContext;
