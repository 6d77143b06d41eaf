using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Nexus.Claude.Server.Security;

/// <summary>All keys: those of the options and those of the keys file, which is looked at again when it changes.</summary>
internal sealed class ApiKeys
{
    private readonly GatewaySecurityOptions _options;
    private readonly IReadOnlyList<ApiKey> _configured;
    private readonly KeysFile? _file;
    private readonly TimeProvider _time;
    private readonly ILogger<ApiKeys> _logger;
    private readonly Lock _reading = new();
    private volatile State _state;

    /// <summary>Reads all keys.</summary>
    /// <param name="options">The options.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told when the file changes.</param>
    /// <exception cref="ClaudeException">The options have mistakes, or the file cannot be read or understood.</exception>
    public ApiKeys(IOptions<NexusClaudeServerOptions> options, TimeProvider time, ILogger<ApiKeys> logger)
    {
        _options = options.Value.Security;
        _time = time;
        _logger = logger;
        List<string> mistakes = [];
        _configured = [.. _options.Keys.Select(key => ApiKey.From(key, _options, mistakes)).OfType<ApiKey>()];
        mistakes.AddRange(Twice(_configured));
        Anonymous = Caller.Anonymous with { Policy = PolicyReader.Read(_options.Anonymous, _options, "The anonymous caller", mistakes) };
        if (mistakes.Count > 0)
            throw new OptionsValidationException(mistakes);
        _file = _options.KeysFile is { Length: > 0 } path ? new KeysFile(path, time) : null;
        var stamp = _file?.Stamp;
        _state = new State(stamp, [.. _configured, .. FromFile()], AreRequired: false);
        _state = _state with { AreRequired = _state.Keys.Count > 0 };
    }

    /// <summary>Who calls a server without keys.</summary>
    public Caller Anonymous { get; }

    /// <summary>
    /// True when callers have to show a key. Once it is true it stays so: revoking the last key must not open the server to everybody.
    /// </summary>
    public bool AreRequired => Current().AreRequired;

    /// <summary>Finds out who shows a key.</summary>
    /// <param name="presented">The key as the client sent it.</param>
    /// <returns>Who; null when there is no such key, or it has expired.</returns>
    public Caller? Find(string presented)
    {
        var hash = ApiKey.HashOf(presented);
        ApiKey? found = null;

        // All of them, always: how long it takes tells nothing about which one is nearly right.
        foreach (var key in Current().Keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, key.Hash))
                found = key;
        }

        return found is null || found.ExpiresAt <= _time.GetUtcNow() ? null : found.Caller;
    }

    private State Current()
    {
        var state = _state;
        if (_file is null || _file.Stamp == state.Stamp)
            return state;
        lock (_reading)
        {
            var stamp = _file.Stamp;
            if (stamp == _state.Stamp)
                return _state;
            try
            {
                List<ApiKey> keys = [.. _configured, .. FromFile()];
                _state = new State(stamp, keys, _state.AreRequired || keys.Count > 0);
                _logger.KeysRead(_file.Path, keys.Count);
            }
            catch (ClaudeException failure)
            {
                // The keys known so far stay; the mistake is not reported again until the file changes.
                _state = _state with { Stamp = stamp };
                _logger.KeysNotRead(_file.Path, failure);
            }

            return _state;
        }
    }

    private List<ApiKey> FromFile()
    {
        if (_file is null)
            return [];
        List<string> mistakes = [];
        List<ApiKey> keys = [.. _file.Read().Select(record => ApiKey.From(record.ToOptions(), _options, mistakes)).OfType<ApiKey>()];
        mistakes.AddRange(Twice([.. _configured, .. keys]));
        return mistakes.Count == 0 ? keys : throw new OptionsValidationException(mistakes);
    }

    private static IEnumerable<string> Twice(IReadOnlyList<ApiKey> keys) => keys
        .GroupBy(static key => key.Caller.KeyId, StringComparer.Ordinal)
        .Where(static group => group.Count() > 1)
        .Select(static group => $"{group.Count()} keys have the Id '{group.Key}'. Give each its own; what belongs to one is not shown to another.");

    private sealed record State((DateTime Written, long Length)? Stamp, IReadOnlyList<ApiKey> Keys, bool AreRequired);
}
