using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nexus.Claude.Server.Errors;

namespace Nexus.Claude.Server.Security;

/// <summary>What each key has spent, in US dollars by the CLI's price list. <see cref="SpendWriter"/> keeps it over restarts.</summary>
internal sealed class SpendLedger
{
    private readonly ConcurrentDictionary<string, decimal> _spent = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changed = new(0, 1);

    /// <summary>Reads what was kept.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="ClaudeException">The file cannot be read or understood.</exception>
    public SpendLedger(IOptions<NexusClaudeServerOptions> options)
    {
        if (options.Value.Security.SpendFile is not { Length: > 0 } path || !File.Exists(path))
            return;
        try
        {
            foreach (var (key, spent) in JsonSerializer.Deserialize(File.ReadAllBytes(path), SpendJson.Default.DictionaryStringDecimal) ?? [])
                _spent[key] = spent;
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            // Starting without it would give every key its whole budget again.
            throw new KeysFileException($"The file '{path}' with what keys have spent cannot be read: {failure.Message} Correct it, or remove it to begin at zero.", failure);
        }
    }

    /// <summary>What every key has spent so far.</summary>
    public IReadOnlyDictionary<string, decimal> All => _spent;

    /// <summary>Refuses a key whose budget is used up.</summary>
    /// <param name="caller">Who.</param>
    /// <exception cref="GatewayException">It is used up (429, insufficient_quota).</exception>
    public void Check(Caller caller)
    {
        if (caller.Policy.BudgetUsd is { } budget && _spent.GetValueOrDefault(caller.KeyId) >= budget)
        {
            throw new GatewayException(
                429, "insufficient_quota", "insufficient_quota",
                $"The key {caller.KeyId} has used up its budget of ${budget:0.00}. The operator of this server can raise it.");
        }
    }

    /// <summary>Adds what a turn cost.</summary>
    /// <param name="caller">Whose turn.</param>
    /// <param name="costUsd">How much.</param>
    public void Charge(Caller caller, decimal costUsd)
    {
        if (costUsd <= 0)
            return;
        _spent.AddOrUpdate(caller.KeyId, costUsd, (_, spent) => spent + costUsd);
        try
        {
            _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // The writer has not come round to the change before; it takes both.
        }
    }

    /// <summary>Waits for the next change.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Completes when something has changed since the last wait.</returns>
    public Task WaitForChangeAsync(CancellationToken cancellationToken) => _changed.WaitAsync(cancellationToken);
}

/// <summary>Writes down what keys have spent, one write at a time, and once more at the end.</summary>
/// <param name="ledger">What they have spent.</param>
/// <param name="options">The options.</param>
/// <param name="logger">Told when it cannot be written.</param>
internal sealed class SpendWriter(SpendLedger ledger, IOptions<NexusClaudeServerOptions> options, ILogger<SpendWriter> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Security.SpendFile is not { Length: > 0 } path)
            return;
        try
        {
            while (true)
            {
                await ledger.WaitForChangeAsync(stoppingToken).ConfigureAwait(false);
                await WriteAsync(path, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The last write is that of the stop.
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (options.Value.Security.SpendFile is { Length: > 0 } path && ledger.All.Count > 0)
            await WriteAsync(path, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task WriteAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            PrivateFile.CreateFolderOf(path);
            var all = new Dictionary<string, decimal>(ledger.All);
            var json = JsonSerializer.SerializeToUtf8Bytes(all, SpendJson.Default.DictionaryStringDecimal);
            await PrivateFile.ReplaceAsync(path, json, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            logger.SpendNotWritten(path, failure);
        }
    }
}

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(Dictionary<string, decimal>))]
internal sealed partial class SpendJson : JsonSerializerContext;
